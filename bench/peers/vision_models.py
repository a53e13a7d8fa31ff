#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Classifiers of images: Hearth beside torchvision and timm on PyTorch, as it is installed and with a glibc
that keeps its memory ("tuned"), and for inference beside ONNX Runtime. Prints a table.

Sides take turns, as in compare.py, whose processes these are. A ratio above 1 means that Hearth is faster."""

import sys

import turns
from compare import ROOT, TUNED, Bystanders, Side, geometric_mean

INFERENCE = [f"{model}, batch {n}" for model in ("resnet50", "mobilenet_v2", "efficientnet_b0", "vit_b_16", "convnext_tiny") for n in (1, 32)]
# What is wanted beside PyTorch as installed, and tuned.
TRAINING = {"resnet18 train": (2.3, 1.9), "vgg16_bn train": (2.0, 1.7), "resnet50 train": (1.8, 1.35), "mobilenet_v2 train": (1.7, 1.1),
            "vit_tiny_patch16_224 train": (1.6, 1.3)}


def main():
    args = turns.parse_arguments(__doc__, [*INFERENCE, *TRAINING])
    tail = turns.command_tail(args, 1.0)
    bystanders = Bystanders()
    hidden = {"CUDA_VISIBLE_DEVICES": ""}
    peer = lambda name, env: Side([args.python, ROOT / "bench/peers/vision_models_cases.py", name, *tail], {**hidden, **env})
    sides = {"Hearth": Side([args.hearth, *tail], hidden), "PyTorch": peer("torch", {}), "tuned": peer("torch", TUNED),
             "ONNX Runtime": peer("onnxruntime", {})}
    print("| ms | Hearth | PyTorch | ratio | tuned | ratio | ONNX Runtime | ratio | wanted |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    ratios = []
    for name in args.names:
        asked = {side: s for side, s in sides.items() if side != "ONNX Runtime" or name in INFERENCE}
        taken = {side: ns / 1e6 for side, ns in turns.medians(asked, "vision/" + name, args).items()}
        ours = taken.pop("Hearth")
        cells = [f"{ms:.4g} | {ms / ours:.2f}" for ms in taken.values()] + ["- | -"] * (3 - len(taken))
        wanted = "1.1" if name in INFERENCE else "{} / {}".format(*TRAINING[name])
        print(f"| {name} | {ours:.4g} | {' | '.join(cells)} | {wanted} |", flush=True)
        if name in INFERENCE:
            ratios.append({"ratio": min(taken["PyTorch"], taken["tuned"]) / ours})
    if ratios:
        print(f"\nInference beside the faster PyTorch, geometric mean: **{geometric_mean(ratios):.2f}** (wanted: 1.3).")
    turns.finish(sides, args, bystanders)


if __name__ == "__main__":
    sys.exit(main())
