#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models of text: Hearth beside transformers on PyTorch, as it is installed and with a glibc that keeps its
memory ("tuned"). Prints a table.

Sides take turns, as in compare.py, whose processes these are. A ratio above 1 means that Hearth is faster."""

import statistics
import sys

import turns
from compare import ROOT, TUNED, Bystanders, Side, geometric_mean

# What is wanted of the least of both ratios.
CASES = {"MiniLM, 1 sentence": 1.5, "MiniLM, 32 sentences": 1.5, "encoder of 4 layers, d 256 train": 2.0, "LSTM classifier train": 1.4,
         "SmolLM2-135M, 24 tokens": 2.3}
NEW_TOKENS, OF_BANDWIDTH = 24, 0.65


def main():
    args = turns.parse_arguments(__doc__, CASES)
    tail = turns.command_tail(args, 1.0)
    hidden = {"CUDA_VISIBLE_DEVICES": ""}
    peer = [args.python, ROOT / "bench/peers/text_models_cases.py", *tail]
    bystanders = Bystanders()
    sides = {"Hearth": Side([args.hearth, *tail], hidden), "transformers": Side(peer, hidden),
             "transformers tuned": Side(peer, {**hidden, **TUNED})}
    print("| ms | Hearth | transformers | ratio | tuned | ratio | wanted |\n|---|--:|--:|--:|--:|--:|--:|")
    ratios = []
    for name in args.names:
        ours, theirs, tuned = (ns / 1e6 for ns in turns.medians(sides, "text/" + name, args).values())
        ratios.append({"ratio": min(theirs, tuned) / ours})
        print(f"| {name} | {ours:.3g} | {theirs:.3g} | {theirs / ours:.2f} | {tuned:.3g} | {tuned / ours:.2f} | {CASES[name]} |",
              flush=True)
    print(f"| **geometric mean of the least** | | | | | **{geometric_mean(ratios):.2f}** | |")
    if any(n.startswith("SmolLM2") for n in args.names):
        # A token takes all weights from memory once; the prompt does, too.
        read, wrote = (statistics.median(sides["Hearth"].ask("text/SmolLM2-135M, " + case)) for case in ("weights read", f"{NEW_TOKENS} tokens"))
        print(f"\nWriting reads memory at {read * NEW_TOKENS / wrote:.0%} of its bandwidth; wanted: {OF_BANDWIDTH:.0%}.")
    turns.finish(sides, args, bystanders)


if __name__ == "__main__":
    main()
