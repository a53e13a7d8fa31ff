# SPDX-License-Identifier: Apache-2.0
"""What networks of timm and of Hugging Face's transformers make of an image, with all values of their states
by formula (cases_architectures.py), rounded to half precision. Beside the scores, a folder of
tests/data/vision/foreign_weights for each: its configuration as the library saves it, and tensors.txt with the
names and shapes of its state; "norm" stands for a batch norm's weight, bias and running statistics."""

import contextlib
import io
import json
import math
import pathlib

import timm
import torch
import transformers

from cases_architectures import GAINS, RANGE, fnv1a, values
from golden import u

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "vision" / "foreign_weights"
CLASSES = 5

TIMM = {"resnet18": 64, "mobilenetv3_large_100": 64, "mobilenetv3_small_100": 64, "efficientnet_b0": 64,
        "tf_efficientnet_b0": 64, "efficientnet_lite0": 64, "convnext_tiny": 64, "vit_tiny_patch16_224": 224}


def hf(kind, size, processor=None, **config):
    config = getattr(transformers, kind + "Config")(num_labels=CLASSES, **config)
    return getattr(transformers, kind + "ForImageClassification")(config), size, processor


HUGGINGFACE = {
    "hf_resnet18": lambda: hf("ResNet", 64, transformers.ConvNextImageProcessor(size={"shortest_edge": 64}),
                              layer_type="basic", depths=[2, 2, 2, 2], hidden_sizes=[64, 128, 256, 512]),
    "hf_convnext_tiny": lambda: hf("ConvNext", 64, transformers.ConvNextImageProcessor(size={"shortest_edge": 64})),
    "hf_efficientnet_b0": lambda: hf(
        "EfficientNet", 64,
        transformers.EfficientNetImageProcessor(size={"height": 64, "width": 64}, resample=0, include_top=True,
                                                image_std=[0.4785, 0.4733, 0.4743]),
        width_coefficient=1.0, depth_coefficient=1.0, hidden_dim=1280, image_size=64),
    "hf_vit_tiny": lambda: hf("ViT", 224, transformers.ViTImageProcessor(), hidden_size=192, num_attention_heads=3,
                              intermediate_size=768),
}


def saved_state(net, folder):
    """The state under the names that files have."""
    if not isinstance(net, transformers.PreTrainedModel):
        return {name: tensor for name, tensor in net.state_dict().items()}
    from safetensors.torch import load_file
    net.save_pretrained(folder)
    state = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    return state


def listed(state):
    lines = []
    for name, tensor in state.items():
        if name.endswith(("running_var", "num_batches_tracked")):
            continue
        stem, leaf = name.rsplit(".", 1) if "." in name else ("", name)
        if leaf == "running_mean":
            lines.append(f"{stem} norm {tensor.shape[0]}")
        elif stem + ".running_mean" not in state:
            lines.append(" ".join([name, *map(str, tensor.shape)]))
    return "\n".join(lines) + "\n"


def fill(net, state, gain, folder):
    filled = {name: values(name, tensor.shape, gain).half().float() if tensor.is_floating_point() else tensor
              for name, tensor in state.items()}
    if not isinstance(net, transformers.PreTrainedModel):
        net.load_state_dict(filled)
        return net.eval()
    from safetensors.torch import save_file
    save_file({name: tensor.contiguous() for name, tensor in filled.items()}, folder / "model.safetensors")
    with contextlib.redirect_stderr(io.StringIO()):
        loaded = type(net).from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    return loaded.eval()


def logits(net, images):
    with torch.no_grad():
        out = net(images)
    return getattr(out, "logits", out)


def add_one(fam, name, net, size, processor=None):
    folder = DATA / name
    folder.mkdir(parents=True, exist_ok=True)
    state = saved_state(net, folder)
    if processor is not None:
        processor.save_pretrained(folder)
    elif not isinstance(net, transformers.PreTrainedModel):
        from timm.models._hub import save_config_for_hf
        net.pretrained_cfg["input_size"] = (3, size, size)
        save_config_for_hf(net, str(folder / "config.json"))
    (folder / "tensors.txt").write_text(listed(state))
    images = u(1, 3, size, size)
    images.seed = fnv1a(name.encode(), 32)
    pixels = images.build(False)

    def at(gain):
        out = logits(fill(net, state, gain, folder), pixels)
        return abs(math.log(max((out.max() - out.min()).item(), 1e-30) / RANGE)), gain, out

    _, gain, out = min(map(at, GAINS), key=lambda found: found[0])
    span = (out.max() - out.min()).item()
    print(f"  {name}: gain {gain}, logits within {span:.2f}")
    assert 0.1 < span < 100
    fam.write("foreign." + name, name, False, 1.0, {"gain": gain}, [images], False, [out], [])


def add(fam):
    for name, size in TIMM.items():
        add_one(fam, "timm_" + name, timm.create_model(name, pretrained=False, num_classes=CLASSES), size)
    for name, make in HUGGINGFACE.items():
        add_one(fam, name, *make())
