#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the golden values (tests/golden/*.bin) with PyTorch. Hearth's tests only read them.

  generate.py [FAMILY...]           write the files
  generate.py --check [FAMILY...]   compare with the files instead; exit status 1 if they differ

The bytes are reproducible with the same PyTorch on the same kind of CPU."""

import argparse
import importlib
import os
import pathlib
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = ""
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

FAMILIES = sorted(p.stem.removeprefix("cases_") for p in HERE.glob("cases_*.py"))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("families", nargs="*", metavar="FAMILY", help=" ".join(FAMILIES))
    args = parser.parse_args()
    unknown = set(args.families) - set(FAMILIES)
    if unknown:
        parser.error(f"no family named {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")

    import torch
    from golden import Family

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    differing = []
    for name in args.families or FAMILIES:
        family = Family(name)
        importlib.import_module(f"cases_{name}").add(family)
        data, path = family.bytes(), HERE / f"{name}.bin"
        if not args.check:
            path.write_bytes(data)
        elif not path.exists() or path.read_bytes() != data:
            differing.append(path.name)
        print(f"{path.name}: {len(family.cases)} cases, {len(data)} bytes")
    if differing:
        print("differs:", ", ".join(differing))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
