#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Functions of std::filesystem that throw say "filesystem error: status: ..." to users, and no
handler of hearth's errors catches them. So sources call the forms that take a std::error_code.

usage: filesystem_errors.py    (in the root of the tree)
"""
import re
import sys
from pathlib import Path

FOLDERS = ("core", "hub", "vision", "text", "audio", "datasets", "pretrained", "apps")
# How many arguments there are with the error code.
WITH_CODE = {"exists": 2, "is_directory": 2, "is_regular_file": 2, "is_empty": 2, "file_size": 2, "create_directory": 2,
             "create_directories": 2, "remove": 2, "remove_all": 2, "weakly_canonical": 2, "canonical": 2,
             "last_write_time": 2, "read_symlink": 2, "rename": 3, "create_symlink": 3, "copy_file": 3}
OF_ENTRY = re.compile(r"(?:->|\.)(is_directory|is_regular_file|is_symlink)\(\)")
CALL = re.compile(r"\b(?:fs|filesystem)::(" + "|".join(WITH_CODE) + r")\(")


def arguments(text, at):
    """How many arguments the call has whose first one begins at `at`."""
    depth, count = 0, 1
    for i in range(at, len(text)):
        if text[i] in "([{":
            depth += 1
        elif text[i] in ")]}":
            if depth == 0:
                return count
            depth -= 1
        elif text[i] == "," and depth == 0:
            count += 1
    return count


wrong = []
for folder in FOLDERS:
    for path in sorted(Path(folder).rglob("*.[ch]*")):
        if path.suffix not in (".cpp", ".h"):
            continue
        text = path.read_text()
        calls = [call for call in CALL.finditer(text) if arguments(text, call.end()) < WITH_CODE[call[1]]]
        for call in [*calls, *OF_ENTRY.finditer(text)]:
            line = text.count("\n", 0, call.start()) + 1
            wrong.append(f"{path}:{line}: {call[1]} without a std::error_code")
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
