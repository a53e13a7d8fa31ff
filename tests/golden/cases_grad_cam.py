# SPDX-License-Identifier: Apache-2.0
"""Grad-CAM of transformers, whose tokens and windows become maps: torchvision's networks with states by the
formula of cases_architectures.py, gradients by PyTorch."""

import torch

from cases_architectures import build, fnv1a, set_state
from golden import u

# Height and width of the image, the layers, and the one that Hearth should choose by itself.
CASES = {
    "vit_b_32": (96, 96, 1.4, "encoder.layers.encoder_layer_11.ln_1",
                 "conv_proj encoder.layers.encoder_layer_5 encoder.layers.encoder_layer_9.ln_1"),
    "swin_t": (64, 96, 1.7, "norm", "features.0 features.1.0.attn features.5.5"),
    "swin_v2_t": (96, 64, 1.7, "norm", "features.4 features.7.0"),
    "resnet50": (64, 96, 1.2, "layer4", "layer1 layer3.2.conv2"),
}


def maps_of(name, t, height, width):
    """One image's tokens [length, C], windows [h, w, C] or maps [C, h, w] as maps."""
    t = t[0]
    if name.startswith("swin"):
        return t.permute(2, 0, 1)
    if t.dim() == 3:
        return t
    patch = 32
    return t[1:].transpose(0, 1).reshape(t.shape[1], height // patch, width // patch)


def heat_of(net, name, layer, pixels):
    seen = []
    hook = net.get_submodule(layer).register_forward_hook(lambda _, __, out: seen.append(out.clone()) or seen[-1])
    score = net((pixels / 255 - 0.5) / 0.25)[0, 1]
    hook.remove()
    slopes = torch.autograd.grad(score, seen[0])[0]
    slopes, maps = (maps_of(name, t, *pixels.shape[2:]) for t in (slopes, seen[0].detach()))
    heat = (slopes.mean((1, 2), keepdim=True) * maps).sum(0).relu()
    assert heat.max() > 0, f"{name} {layer}: nothing speaks for the class"
    return heat / heat.max()


def add(fam):
    for name, (height, width, gain, chosen, layers) in CASES.items():
        sized = {"image_size": height} if name.startswith("vit_") else {}
        net, image = build(name, num_classes=3, **sized), u(1, 3, height, width)
        image.seed = fnv1a(name.encode(), 32)
        set_state(net, gain)
        pixels = (image.build(False) * 60 + 128).clamp(0, 255).floor()
        heats = [heat_of(net, name, layer, pixels) for layer in [chosen] + layers.split()]
        attrs = {"gain": gain, "chosen": chosen, "layers": layers}
        fam.write("grad_cam." + name, name, False, 1.0, attrs, [image], False, heats, [])
