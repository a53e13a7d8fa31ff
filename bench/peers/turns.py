# SPDX-License-Identifier: Apache-2.0
"""What comparisons of hearth-bench-cases with one or more peers share: their arguments, and sides that
take turns, each in a process of compare.py's kind."""

import argparse
import os
import re
import statistics
import sys

from compare import HEARTH, PEERS, Bystanders, cpu_name


def parse_arguments(description, cases):
    """The arguments, with `names` for those of the cases that were asked for."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="short samples: a look, not a measurement")
    parser.add_argument("--cpu-time", action="store_true", help="compare processor time")
    parser.add_argument("--only", metavar="REGEX", default="", help="the cases whose name matches")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--python", default=PEERS / "python", help="the Python that holds the peers")
    parser.add_argument("--hearth", default=HEARTH, help="hearth-bench-cases of an optimized build")
    args = parser.parse_args()
    args.names = [n for n in cases if re.search(args.only, n)]
    if not args.names:
        sys.exit(f"[compare] no case matches {args.only!r}; there are: {', '.join(cases)}")
    if not os.path.exists(args.hearth):
        sys.exit(f"[compare] {args.hearth} is missing; run `make build` first")
    return args


def command_tail(args, seconds):
    """What a side's command ends with; `seconds` a sample, or less for a look."""
    return [str(args.threads), str(seconds / 3 if args.quick else seconds)] + (["--cpu-time"] if args.cpu_time else [])


def medians(sides, case, args):
    """Nanoseconds of a case for each of the sides, which take turns."""
    samples = {side: [] for side in sides}
    for repeat in range(2 if args.quick else 5):
        for side in sides if repeat % 2 == 0 else reversed(sides):
            samples[side] += sides[side].ask(case)
    return {side: statistics.median(times) for side, times in samples.items()}


def finish(sides, args, bystanders):
    """Ends the sides, and says where this was measured."""
    for side in sides.values():
        side.close()
    print(f"\n{cpu_name()}, {args.threads} thread{'s' * (args.threads > 1)}. A ratio above 1 means that Hearth is faster.")
    others = bystanders.share()
    if others > 0.05:
        print(f"[compare] other programs took {others:.0%} of the processors meanwhile; run it again on a quiet machine",
              file=sys.stderr)
