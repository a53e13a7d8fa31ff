#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Audio: Hearth beside torchaudio, kaldi-native-fbank and librosa. Writes build/compare-audio.json and
prints a table.

Each case is a minute of sound, on one thread unless told otherwise. Sides take turns, as in compare.py,
whose processes and settings these are: torchaudio runs as it is installed and with a glibc that keeps
its memory ("tuned"). A ratio above 1 means that Hearth is faster."""

import argparse
import json
import os
import re
import statistics
import sys
import time
from importlib import metadata

from compare import (HEARTH, PEERS, ROOT, TUNED, UNITS, Bystanders, Side, cpu_name, entry, geometric_mean,
                     write_atomically)

RESULT = ROOT / "build/compare-audio.json"
TORCHAUDIO = ("torchaudio", "torchaudio tuned")
# Which peers have a case; audio_cases.py holds it.
CASES = {
    "resample 44100 to 16000": TORCHAUDIO,
    "resample 48000 to 16000": TORCHAUDIO,
    "resample 16000 to 8000": TORCHAUDIO,
    "resample 16000 to 48000": TORCHAUDIO,
    "lfilter order 2, 1 ch": TORCHAUDIO,
    "lfilter order 2, 8 ch": TORCHAUDIO,
    "lowpass_biquad": TORCHAUDIO,
    "fbank80": (*TORCHAUDIO, "kaldi-native-fbank"),
    "mfcc13": (*TORCHAUDIO, "kaldi-native-fbank"),
    "MelSpectrogram 80": (*TORCHAUDIO, "librosa"),
    "librosa mel": ("librosa",),
}
PACKAGES = {"torchaudio": "torchaudio", "torchaudio tuned": "torchaudio", "kaldi-native-fbank": "kaldi-native-fbank",
            "librosa": "librosa"}


def sides(names, args):
    """A process for Hearth and for each peer that is asked anything."""
    tail = [str(args.threads), str(args.seconds)] + (["--cpu-time"] if args.cpu_time else [])
    hidden = {"CUDA_VISIBLE_DEVICES": ""}
    made = {"Hearth": Side([args.hearth, *tail], hidden)}
    for peer, package in PACKAGES.items():
        if any(peer in CASES[n] for n in names):
            env = {**hidden, **(TUNED if peer.endswith("tuned") else {})}
            made[peer] = Side([args.python, ROOT / "bench/peers/audio_cases.py", package, *tail], env)
    return made


def measure(names, args):
    running, entries = sides(names, args), []
    for name in names:
        asked = ["Hearth", *CASES[name]]
        samples = {side: [] for side in asked}
        for repeat in range(args.repeats):
            for side in asked if repeat % 2 == 0 else reversed(asked):
                samples[side] += running[side].ask("audio/" + name)
                time.sleep(0.02)
        of_samples = min if args.least else statistics.median
        taken = {side: of_samples(t) / UNITS["ms"] for side, t in samples.items()}
        entries += [{**entry(name, peer, "ms", args.threads, taken["Hearth"], taken[peer], None), "area": "audio"}
                    for peer in CASES[name]]
        print(name + ": " + ", ".join(f"{side} {t:.4g} ms" for side, t in taken.items()), file=sys.stderr)
    for side in running.values():
        side.close()
    return entries


def table(entries):
    """Markdown: a row a case, two columns a peer, geometric means at the end."""
    peers = [p for p in PACKAGES if any(e["peer"] == p for e in entries)]
    lines = ["| a minute of sound, ms | Hearth | " + " | ".join(f"{p} | ratio" for p in peers) + " |",
             "|---|--:|" + "--:|--:|" * len(peers)]
    for name in dict.fromkeys(e["name"] for e in entries):
        row = {e["peer"]: e for e in entries if e["name"] == name}
        cells = [f"{row[p]['theirs']:.3g} | {row[p]['ratio']:.2f}" if p in row else " | " for p in peers]
        lines.append(f"| {name} | {next(iter(row.values()))['ours']:.3g} | " + " | ".join(cells) + " |")
    means = [f" | **{geometric_mean([e for e in entries if e['peer'] == p]):.2f}**" for p in peers]
    return "\n".join(lines + ["| **geometric mean** | | " + " | ".join(means) + " |"])


def versions(python):
    """Of the packages of the Python that runs this, if it is the one that is measured."""
    if os.path.abspath(sys.executable) != os.path.abspath(python):
        return ""
    found = []
    for package in sorted(set(PACKAGES.values())):
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            pass
    return "; " + ", ".join(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="short samples: a look, not a measurement")
    parser.add_argument("--least", action="store_true", help="compare the least of the samples, not their median")
    parser.add_argument("--cpu-time", action="store_true", help="compare processor time")
    parser.add_argument("--only", metavar="REGEX", default="", help="the cases whose name matches")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--python", default=PEERS / "python", help="the Python that holds the peers")
    parser.add_argument("--hearth", default=HEARTH, help="hearth-bench-cases of an optimized build")
    parser.add_argument("--json", action="store_true", help="print the JSON instead of the table")
    args = parser.parse_args()
    args.repeats, args.seconds = (2, 0.1) if args.quick else (5, 0.4)
    names = [n for n in CASES if re.search(args.only, n)]
    if not names:
        sys.exit(f"[compare] no case matches {args.only!r}; there are: {', '.join(CASES)}")
    if not os.path.exists(args.hearth):
        sys.exit(f"[compare] {args.hearth} is missing; run `make build` first")
    bystanders = Bystanders()
    entries = measure(names, args)
    write_atomically(RESULT, json.dumps(entries, indent=1) + "\n")
    print(json.dumps(entries, indent=1) if args.json else
          f"{table(entries)}\n\n{cpu_name()}, {args.threads} thread{'s' * (args.threads > 1)}{versions(args.python)}. "
          "A ratio above 1 means that Hearth is faster.")
    others = bystanders.share()
    if others > 0.05:
        print(f"[compare] other programs took {others:.0%} of the processors meanwhile; run it again on a quiet "
              "machine", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
