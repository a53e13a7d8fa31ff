#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Transforms of pictures: Hearth beside torchvision with tensors, as it is installed and with a glibc that
keeps its memory ("tuned"), and beside Pillow. Prints a table.

Sides take turns, as in compare.py, whose processes these are. A ratio above 1 means that Hearth is faster."""

import argparse
import os
import re
import statistics
import sys

from compare import HEARTH, PEERS, ROOT, TUNED, UNITS, Bystanders, Side, cpu_name, geometric_mean

SIDES = {"torchvision": {}, "torchvision tuned": TUNED, "Pillow": {}}
NOT_PILLOW = ("gaussian_blur 5", "gaussian_blur 23", "MixUp, 16 images", "CutMix, 16 images")
CASES = ("ColorJitter", "TrivialAugmentWide", "RandAugment", "brightness", "contrast", "saturation", "hue", "gamma", "grayscale",
         "invert", "posterize", "solarize", "autocontrast", "equalize", "sharpness", "to float", *NOT_PILLOW)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="short samples: a look, not a measurement")
    parser.add_argument("--cpu-time", action="store_true", help="compare processor time")
    parser.add_argument("--only", metavar="REGEX", default="", help="the cases whose name matches")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--python", default=PEERS / "python", help="the Python that holds the peers")
    parser.add_argument("--hearth", default=HEARTH, help="hearth-bench-cases of an optimized build")
    args = parser.parse_args()
    names = [n for n in CASES if re.search(args.only, n)]
    if not names:
        sys.exit(f"[compare] no case matches {args.only!r}; there are: {', '.join(CASES)}")
    if not os.path.exists(args.hearth):
        sys.exit(f"[compare] {args.hearth} is missing; run `make build` first")
    repeats, seconds = (2, 0.1) if args.quick else (5, 0.3)
    tail = [str(args.threads), str(seconds)] + (["--cpu-time"] if args.cpu_time else [])
    bystanders = Bystanders()
    hearth = Side([args.hearth, *tail], {"CUDA_VISIBLE_DEVICES": ""})
    peers = {peer: Side([args.python, ROOT / "bench/peers/transforms_cases.py", peer.split()[0], *tail], env)
             for peer, env in SIDES.items()}
    print("| us | Hearth | " + " | ".join(f"{p} | ratio" for p in peers) + " |\n|---|--:|" + "--:|--:|" * len(peers))
    ratios = {peer: [] for peer in peers}
    for name in names:
        asked = {"Hearth": hearth, **{p: side for p, side in peers.items() if p != "Pillow" or name not in NOT_PILLOW}}
        samples = {side: [] for side in asked}
        for repeat in range(repeats):
            for side in asked if repeat % 2 == 0 else reversed(asked):
                samples[side] += asked[side].ask("transforms/" + name)
        taken = {side: statistics.median(times) / UNITS["us"] for side, times in samples.items()}
        cells = []
        for peer in peers:
            if peer in taken:
                ratios[peer].append({"ratio": taken[peer] / taken["Hearth"]})
                cells.append(f"{taken[peer]:.3g} | {ratios[peer][-1]['ratio']:.1f}")
            else:
                cells.append(" | ")
        print(f"| {name} | {taken['Hearth']:.3g} | " + " | ".join(cells) + " |", flush=True)
    print("| **geometric mean** | | " + " | ".join(f" | **{geometric_mean(r):.1f}**" for r in ratios.values()) + " |")
    for side in (hearth, *peers.values()):
        side.close()
    print(f"\n{cpu_name()}, {args.threads} thread{'s' * (args.threads > 1)}. A ratio above 1 means that Hearth is faster.")
    others = bystanders.share()
    if others > 0.05:
        print(f"[compare] other programs took {others:.0%} of the processors meanwhile; run it again on a quiet machine",
              file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
