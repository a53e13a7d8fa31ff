#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models of text: Hearth beside transformers on PyTorch, as it is installed and with a glibc that keeps its
memory ("tuned"). Prints a table.

Sides take turns, as in compare.py, whose processes these are. A ratio above 1 means that Hearth is faster."""

import argparse
import os
import re
import statistics
import sys

from compare import HEARTH, PEERS, ROOT, TUNED, Bystanders, Side, cpu_name, geometric_mean

# What is wanted of the least of both ratios.
CASES = {"MiniLM, 1 sentence": 1.5, "MiniLM, 32 sentences": 1.5, "encoder of 4 layers, d 256 train": 2.0, "LSTM classifier train": 1.4,
         "SmolLM2-135M, 24 tokens": 2.3}
NEW_TOKENS, OF_BANDWIDTH = 24, 0.65


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="short samples: a look, not a measurement")
    parser.add_argument("--cpu-time", action="store_true", help="compare processor time")
    parser.add_argument("--only", metavar="REGEX", default="", help="the cases whose name matches")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--python", default=PEERS / "python", help="the Python that holds the peers")
    parser.add_argument("--hearth", default=HEARTH, help="hearth-bench-cases of an optimized build")
    args = parser.parse_args()
    repeats, seconds = (2, 0.3) if args.quick else (5, 1.0)
    names = [n for n in CASES if re.search(args.only, n)]
    if not names or not os.path.exists(args.hearth):
        sys.exit(f"[compare] {args.hearth} is missing; run `make build` first" if names else
                 f"[compare] no case matches {args.only!r}; there are: {', '.join(CASES)}")
    tail = [str(args.threads), str(seconds)] + (["--cpu-time"] if args.cpu_time else [])
    hidden = {"CUDA_VISIBLE_DEVICES": ""}
    peer = [args.python, ROOT / "bench/peers/text_models_cases.py", *tail]
    bystanders = Bystanders()
    sides = {"Hearth": Side([args.hearth, *tail], hidden), "transformers": Side(peer, hidden),
             "transformers tuned": Side(peer, {**hidden, **TUNED})}
    print("| ms | Hearth | transformers | ratio | tuned | ratio | wanted |\n|---|--:|--:|--:|--:|--:|--:|")
    ratios = []
    for name in names:
        samples = {side: [] for side in sides}
        for repeat in range(repeats):
            for side in sides if repeat % 2 == 0 else reversed(sides):
                samples[side] += sides[side].ask("text/" + name)
        ours, theirs, tuned = (statistics.median(t) / 1e6 for t in samples.values())
        ratios.append({"ratio": min(theirs, tuned) / ours})
        print(f"| {name} | {ours:.3g} | {theirs:.3g} | {theirs / ours:.2f} | {tuned:.3g} | {tuned / ours:.2f} | {CASES[name]} |",
              flush=True)
    if any(n.startswith("SmolLM2") for n in names):
        # A token takes all weights from memory once; the prompt does, too.
        read, wrote = (statistics.median(sides["Hearth"].ask("text/SmolLM2-135M, " + case)) for case in ("weights read", f"{NEW_TOKENS} tokens"))
        print(f"\nWriting reads memory at {read * NEW_TOKENS / wrote:.0%} of its bandwidth; wanted: {OF_BANDWIDTH:.0%}.")
    for side in sides.values():
        side.close()
    print(f"| **geometric mean of the least** | | | | | **{geometric_mean(ratios):.2f}** | |\n\n{cpu_name()}, {args.threads} threads.")
    if (others := bystanders.share()) > 0.05:
        print(f"[compare] other programs took {others:.0%} of the processors meanwhile; run it again on a quiet machine", file=sys.stderr)


if __name__ == "__main__":
    main()
