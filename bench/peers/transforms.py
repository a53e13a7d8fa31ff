#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Transforms of pictures: Hearth beside torchvision with tensors, as it is installed and with a glibc that
keeps its memory ("tuned"), and beside Pillow. Prints a table.

Sides take turns, as in compare.py, whose processes these are. A ratio above 1 means that Hearth is faster."""

import sys

import turns
from compare import ROOT, TUNED, UNITS, Bystanders, Side, geometric_mean

SIDES = {"torchvision": {}, "torchvision tuned": TUNED, "Pillow": {}}
NOT_PILLOW = ("gaussian_blur 5", "gaussian_blur 23", "MixUp, 16 images", "CutMix, 16 images")
CASES = ("ColorJitter", "TrivialAugmentWide", "RandAugment", "brightness", "contrast", "saturation", "hue", "gamma", "grayscale",
         "invert", "posterize", "solarize", "autocontrast", "equalize", "sharpness", "to float", *NOT_PILLOW,
         "resize 128", "resize 128, bicubic", "resize 300", "resized_crop", "horizontal_flip", "vertical_flip", "pad", "pad, reflect",
         "rotate", "rotate, bilinear", "affine, bilinear", "perspective", "ElasticTransform")


def main():
    args = turns.parse_arguments(__doc__, CASES)
    tail = turns.command_tail(args, 0.3)
    bystanders = Bystanders()
    hearth = Side([args.hearth, *tail], {"CUDA_VISIBLE_DEVICES": ""})
    peers = {peer: Side([args.python, ROOT / "bench/peers/transforms_cases.py", peer.split()[0], *tail], env)
             for peer, env in SIDES.items()}
    print("| us | Hearth | " + " | ".join(f"{p} | ratio" for p in peers) + " |\n|---|--:|" + "--:|--:|" * len(peers))
    ratios = {peer: [] for peer in peers}
    for name in args.names:
        asked = {"Hearth": hearth, **{p: side for p, side in peers.items() if p != "Pillow" or name not in NOT_PILLOW}}
        taken = {side: ns / UNITS["us"] for side, ns in turns.medians(asked, "transforms/" + name, args).items()}
        cells = []
        for peer in peers:
            if peer in taken:
                ratios[peer].append({"ratio": taken[peer] / taken["Hearth"]})
                cells.append(f"{taken[peer]:.3g} | {ratios[peer][-1]['ratio']:.1f}")
            else:
                cells.append(" | ")
        print(f"| {name} | {taken['Hearth']:.3g} | " + " | ".join(cells) + " |", flush=True)
    print("| **geometric mean** | | " + " | ".join(f" | **{geometric_mean(r):.1f}**" for r in ratios.values()) + " |")
    turns.finish({"Hearth": hearth, **peers}, args, bystanders)


if __name__ == "__main__":
    sys.exit(main())
