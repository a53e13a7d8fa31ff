# SPDX-License-Identifier: Apache-2.0
"""The other sides of vision_models.py: what torchvision and timm take for the cases of
bench/cases/vision_models.cpp, eagerly on PyTorch or, for inference, in ONNX Runtime. Answers as
torch_cases.py does.

  vision_models_cases.py PEER THREADS SECONDS [--cpu-time]

To add a case, write it there, here, and in vision_models.py."""

import io
import os
import sys

PEER, THREADS = sys.argv[1], sys.argv[2]
os.environ["OMP_NUM_THREADS"] = THREADS
del sys.argv[1]

import torch
import torchvision
from torch import nn

import torch_cases

torch_cases.CASES.clear()
torch.set_num_threads(int(THREADS))


def model_of(name, small=False):
    if name.startswith("vit_tiny"):
        import timm
        return timm.create_model(name)
    model = torchvision.models.get_model(name)
    if small:
        model.conv1, model.maxpool = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity()
    return model


def inference(name, n):
    def build():
        model, x = model_of(name).eval(), torch.randn(n, 3, 224, 224)
        if PEER == "onnxruntime":
            import onnxruntime
            file = io.BytesIO()
            torch.onnx.export(model, x, file, dynamo=False, input_names=["x"])
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = int(THREADS)
            session = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
            inputs = {"x": x.numpy()}
            return lambda: session.run(None, inputs)
        model, x = model.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)

        def step():
            with torch.inference_mode():
                model(x)
        return step
    torch_cases.CASES[f"vision/{name}, batch {n}"] = build


def training(name, n, size, small=False):
    def build():
        model = model_of(name, small).train().to(memory_format=torch.channels_last)
        x, target = torch.randn(n, 3, size, size).contiguous(memory_format=torch.channels_last), torch.arange(n) % 10
        optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)

        def step():
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), target).backward()
            optimizer.step()
        return step
    torch_cases.CASES[f"vision/{name} train"] = build


for model in ("resnet50", "mobilenet_v2", "efficientnet_b0", "vit_b_16", "convnext_tiny"):
    for n in (1, 32):
        inference(model, n)
training("resnet18", 64, 32, True)
training("vgg16_bn", 16, 64)
training("resnet50", 8, 224)
training("mobilenet_v2", 16, 224)
training("vit_tiny_patch16_224", 16, 224)

if __name__ == "__main__":
    torch_cases.main()
