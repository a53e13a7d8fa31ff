# SPDX-License-Identifier: Apache-2.0
"""torchvision's image classifiers: the names and shapes of their states, and what they make of two
small images, with all values of their states by formula.

A case of `logits` says which modules are looked at as well; of an inner module's output it has a
digest (see `digest`). `gain` multiplies the weights' bounds; it is the one of GAINS with which the
logits' range comes closest to RANGE. `generate.py --check architectures` makes everything anew.

That the numbers tell when anything is wrong is made sure here: each tensor of the state is replaced
by another, one at a time, and the largest change must be well above what the test allows."""

import contextlib
import math
import os
from unittest import mock

import numpy as np
import torch
from torchvision import models

from golden import hash32, u, uniform

PERIOD = 65521  # large tensors repeat themselves after so many values
SAMPLES = 16
GAINS = [0.5, 0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0, 2.4]
RANGE = 4.0
# Of networks that magnify rounding errors by a hundred times and more with larger weights.
FIXED_GAINS = {"maxvit_t": 1.0}
ALLOWED = 1e-4  # of the largest value: what the test lets pass

# One of each family, whose images' gradients are looked at as well.
GRADIENTS = ["alexnet", "resnet50", "vgg11_bn", "squeezenet1_1", "densenet121", "mobilenet_v2", "mobilenet_v3_small",
             "shufflenet_v2_x0_5", "mnasnet0_5", "googlenet", "inception_v3", "convnext_tiny", "efficientnet_b0",
             "efficientnet_v2_s", "maxvit_t", "regnet_x_400mf", "regnet_y_400mf", "swin_t", "swin_v2_t", "vit_b_32"]

# Those with more than 150 million parameters, which the test leaves out unless HEARTH_TEST_LARGE is set.
LARGE = ["convnext_large", "regnet_y_128gf", "vit_l_16", "vit_l_32", "vit_h_14"]

# Height and width of the images, and the modules that are looked at.
CASES = {
    "alexnet": (64, "features.5 features.12 classifier.2"),
    "resnet18": (64, "layer1 layer2.0.downsample layer4.1"),
    "resnet34": (64, "layer1 layer3.5 layer4"),
    "resnet50": (64, "layer1.0 layer2.3.conv2 layer4.2"),
    "resnet101": (64, "layer1 layer3.22 layer4"),
    "resnet152": (64, "maxpool layer3.10 layer4"),
    "resnext50_32x4d": (64, "layer1.0.conv2 layer3 avgpool"),
    "resnext101_32x8d": (64, "layer1.2 layer3 avgpool"),
    "resnext101_64x4d": (64, "layer1.2 layer3 avgpool"),
    "wide_resnet50_2": (64, "layer1.0.conv2 layer3 avgpool"),
    "wide_resnet101_2": (64, "layer1 layer3 avgpool"),
    "squeezenet1_0": (64, "features.3 features.7.expand3x3 features.12"),
    "squeezenet1_1": (64, "features.3 features.7.squeeze features.12"),
    "densenet121": (64, "features.denseblock1 features.transition2 features.denseblock4.denselayer16"),
    "densenet161": (64, "features.denseblock1 features.transition2 features.denseblock4.denselayer24"),
    "densenet169": (64, "features.denseblock1 features.transition2 features.denseblock4"),
    "densenet201": (64, "features.pool0 features.transition2 features.denseblock4"),
    "mobilenet_v2": (64, "features.0 features.6.conv.1 features.17"),
    "mobilenet_v3_large": (64, "features.4.block.2 features.10 features.16"),
    "mobilenet_v3_small": (64, "features.1.block.1 features.6 features.12"),
    "shufflenet_v2_x0_5": (64, "conv1 stage3 conv5"),
    "shufflenet_v2_x1_0": (64, "maxpool stage2.1.branch2 stage4"),
    "shufflenet_v2_x1_5": (64, "stage2.0.branch1 stage3.3 conv5"),
    "shufflenet_v2_x2_0": (64, "stage2.3 stage3.3.branch2 conv5"),
    "mnasnet0_5": (64, "layers.7 layers.10.1 layers.16"),
    "mnasnet0_75": (64, "layers.7 layers.10.1 layers.16"),
    "mnasnet1_0": (64, "layers.2 layers.8.0 layers.13"),
    "mnasnet1_3": (64, "layers.2 layers.11 layers.13"),
    "googlenet": (64, "inception3a.branch2 inception4d inception5b"),
    "inception_v3": (96, "Conv2d_3b_1x1 Mixed_6c Mixed_7c.branch3x3dbl_3b"),
    "vgg11": (32, "features.2 features.20 classifier.1"),
    "vgg11_bn": (32, "features.3 features.28 classifier.4"),
    "vgg13": (32, "features.4 features.24 classifier.1"),
    "vgg13_bn": (32, "features.6 features.34 classifier.4"),
    "vgg16": (32, "features.4 features.30 classifier.1"),
    "vgg16_bn": (32, "features.6 features.43 classifier.4"),
    "vgg19": (32, "features.4 features.36 classifier.1"),
    "vgg19_bn": (32, "features.6 features.52 classifier.4"),
    "convnext_tiny": (64, "features.0 features.3.1.block.2 features.6"),
    "convnext_base": (64, "features.1.2 features.4 classifier.0"),
    "convnext_small": (64, "features.0 features.5.26 features.6"),
    "convnext_large": (64, "features.1.2 features.4 classifier.0"),
    "efficientnet_b0": (64, "features.0 features.3.0.block.2 features.6.2"),
    "efficientnet_b1": (64, "features.1.1.block.0 features.4 features.8"),
    "efficientnet_b2": (64, "features.2 features.5.3.block.3 features.8"),
    "efficientnet_b3": (64, "features.2 features.5 features.8"),
    "efficientnet_b4": (64, "features.2.1.block.1 features.5 features.8"),
    "efficientnet_b5": (64, "features.1 features.5 features.8"),
    "efficientnet_b6": (64, "features.2 features.5 features.8"),
    "efficientnet_b7": (64, "features.2 features.5 features.8"),
    "efficientnet_v2_s": (64, "features.1.1.block.0 features.3 features.5.0.block.2"),
    "efficientnet_v2_m": (64, "features.2 features.5 features.8"),
    "efficientnet_v2_l": (64, "features.2 features.5 features.8"),
    "regnet_x_400mf": (64, "stem trunk_output.block1 trunk_output.block3"),
    "regnet_x_800mf": (64, "stem trunk_output.block2 trunk_output.block3"),
    "regnet_x_1_6gf": (64, "stem trunk_output.block2 trunk_output.block3"),
    "regnet_x_3_2gf": (64, "stem trunk_output.block2 trunk_output.block4"),
    "regnet_x_8gf": (64, "stem trunk_output.block2 trunk_output.block4"),
    "regnet_x_16gf": (64, "stem trunk_output.block2 trunk_output.block4"),
    "regnet_x_32gf": (64, "stem trunk_output.block2 trunk_output.block4"),
    "regnet_y_400mf": (64, "trunk_output.block2.block2-0.f.se trunk_output.block3 trunk_output.block4.block4-0.proj"),
    "regnet_y_800mf": (64, "stem trunk_output.block1 trunk_output.block3"),
    "regnet_y_1_6gf": (64, "stem trunk_output.block2 trunk_output.block3"),
    "regnet_y_3_2gf": (64, "stem trunk_output.block2 trunk_output.block4"),
    "regnet_y_8gf": (64, "stem trunk_output.block2 trunk_output.block4"),
    "regnet_y_16gf": (64, "stem trunk_output.block2 trunk_output.block4"),
    "regnet_y_32gf": (64, "stem trunk_output.block2 trunk_output.block4"),
    "regnet_y_128gf": (64, "stem trunk_output.block2 trunk_output.block4"),
    "swin_t": (68, "features.1.1.attn features.2 features.5.5"),
    "swin_s": (64, "features.1.0 features.5.17.mlp norm"),
    "swin_b": (64, "features.1.0 features.4 features.7.1.mlp"),
    "swin_v2_t": (76, "features.1.1.attn features.2 features.5.5"),
    "swin_v2_s": (64, "features.1.1 features.5.17 norm"),
    "swin_v2_b": (64, "features.1.1 features.3.0 norm"),
    "maxvit_t": (224, "blocks.0.layers.0.layers.MBconv blocks.1.layers.1.layers.window_attention blocks.3"),
    "vit_b_16": (64, "conv_proj encoder.layers.encoder_layer_3.self_attention encoder.ln"),
    "vit_b_32": (96, "encoder.layers.encoder_layer_0.mlp encoder.layers.encoder_layer_7 encoder"),
    "vit_l_16": (64, "conv_proj encoder.layers.encoder_layer_12.mlp encoder.ln"),
    "vit_l_32": (64, "conv_proj encoder.layers.encoder_layer_12.self_attention encoder.ln"),
    "vit_h_14": (56, "conv_proj encoder.layers.encoder_layer_20.mlp encoder.ln"),
}


def fnv1a(data, bits):
    """The hash of Fowler, Noll and Vo."""
    value, prime = {32: (0x811C9DC5, 0x01000193), 64: (0xCBF29CE484222325, 0x100000001B3)}[bits]
    for byte in data:
        value = ((value ^ byte) * prime) & ((1 << bits) - 1)
    return value


def bounds(name, sizes, gain):
    """Between which values a tensor of the state lies."""
    leaf = name.rsplit(".", 1)[-1]
    if leaf == "running_mean":
        return -0.2, 0.2
    if leaf == "running_var":
        return 0.5, 1.5
    if len(sizes) == 1:
        return (0.75, 1.25) if leaf == "weight" else (-0.2, 0.2)
    if len(sizes) == 0 or sizes[0] == 1:  # tokens, embeddings of positions
        return -0.5, 0.5
    bound = gain * math.sqrt(3 * sizes[0] / math.prod(sizes))
    return -bound, bound


def values(name, sizes, gain, another=0):
    n = math.prod(sizes)
    low, high = bounds(name, sizes, gain)
    block = uniform(min(n, PERIOD), fnv1a(name.encode(), 32) + another, low, high).astype(np.float32)
    return torch.from_numpy(np.resize(block, n)).reshape(sizes)


def set_state(net, gain):
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(values(name, tensor.shape, gain))


def digest(t):
    """The largest absolute value, the mean, and some of the values."""
    flat = t.detach().contiguous().reshape(-1)
    at = hash32(np.arange(SAMPLES, dtype=np.uint64), flat.numel()) % np.uint64(flat.numel())
    some = flat[torch.from_numpy(at.astype(np.int64))]
    return torch.cat([flat.abs().max().reshape(1), flat.double().mean().float().reshape(1), some])


def numbers_of(net, nodes, images):
    """The logits, and digests of the nodes."""
    seen = {}

    def keep(name):
        def hook(module, inputs, out):
            seen[name] = digest(out[0] if isinstance(out, tuple) else out)

        return hook

    hooks = [net.get_submodule(name).register_forward_hook(keep(name)) for name in nodes]
    with torch.no_grad():
        logits = net(images)
    for hook in hooks:
        hook.remove()
    return [logits] + [seen[name] for name in nodes]


def gradient_of(net, images):
    """A digest of the images' gradient, by a sum of the logits with weights."""
    images = images.clone().requires_grad_()
    logits = net(images)
    weights = torch.linspace(-1, 1, logits.numel()).reshape(logits.shape)
    (logits * weights).sum().backward()
    return digest(images.grad)


def differ(a, b):
    """By how many times more than what is allowed."""
    return max(((x - y).abs().max() / (ALLOWED * y.abs().max())).item() for x, y in zip(a, b))


def build(name, **options):
    """Without values: initialising takes longer than all the rest."""
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    with contextlib.ExitStack() as unset:
        for draws in ("normal_", "uniform_"):
            unset.enter_context(mock.patch.object(torch.Tensor, draws, lambda self, *_, **__: self))
        return models.get_model(name, weights=None, **options).eval()


def check_sensitivity(name, net, nodes, images, gain):
    right, least = numbers_of(net, nodes, images), (math.inf, "")
    for key, tensor in net.state_dict().items():
        if not tensor.is_floating_point() or key.startswith(("aux", "AuxLogits")):
            continue
        before = tensor.clone()
        tensor.copy_(values(key, tensor.shape, gain, another=1))
        least = min(least, (differ(numbers_of(net, nodes, images), right), key))
        tensor.copy_(before)
    print(f"  {name}: a wrong {least[1]} differs by {least[0]:.1f} times what is allowed")
    assert least[0] > 3, f"{name}: {least[1]} could be wrong and nobody would see"


def add_logits(fam, name, size, nodes):
    sized = {"image_size": size} if name.startswith("vit_") else {}
    net, images = build(name, num_classes=10, **sized), u(2, 3, size, size)
    images.seed = fnv1a(name.encode(), 32)
    pixels = images.build(False)

    def at(gain):
        set_state(net, gain)
        outs = numbers_of(net, nodes.split(), pixels)
        span = (outs[0].max() - outs[0].min()).item()
        return abs(math.log(max(span, 1e-30) / RANGE)), gain, span, outs

    gains = [FIXED_GAINS[name]] if name in FIXED_GAINS else GAINS
    _, gain, span, outs = min(map(at, gains), key=lambda found: found[0])
    print(f"  {name}: gain {gain}, logits within {span:.2f}")
    assert 0.1 < span < 100
    set_state(net, gain)
    if os.environ.get("CHECK_SENSITIVITY"):
        check_sensitivity(name, net, nodes.split(), pixels, gain)
    attrs = {"gain": gain, "nodes": nodes}
    if name in LARGE:
        attrs["large"] = True
    if name in GRADIENTS:
        attrs["gradient"] = True
        outs.append(gradient_of(net, pixels))
    fam.write("logits." + name, name, False, 1.0, attrs, [images], False, outs, [])


def add_state(fam, name):
    net = build(name)
    state = net.state_dict()
    lines = "".join(f"{key} {list(t.shape)}\n" for key, t in state.items())
    number = fnv1a(lines.encode(), 64)
    weights = models.get_model_weights(name).DEFAULT
    attrs = {"entries": len(state), "parameters": sum(p.numel() for p in net.parameters()),
             "digest": number - (1 << 64) if number >> 63 else number,
             "size": weights.transforms.keywords["crop_size"], "gmacs": weights.meta["_ops"]}
    fam.write("state." + name, name, False, 1.0, attrs, [], False, [], [])


def add(fam):
    for name in models.list_models(module=models):
        add_state(fam, name)
    for name, (size, nodes) in CASES.items():
        add_logits(fam, name, size, nodes)
