# SPDX-License-Identifier: Apache-2.0
"""Finds what sources name like something of a header that is precompiled and that they do not include.

Such a name may be ambiguous where the header is precompiled into every source, and nowhere else. Where
it is included, every build tells.

usage: precompiled_names.py HEADER FOLDER... [-FOLDER...]    (in the repository's root)

-FOLDER is left out: nothing is precompiled there.
"""

import functools
import os
import re
import sys

ROOTS = ("core/include", "core/src", "vision/include", "datasets/include", "hub/include", "tests")
POINTWISE = "core/include/hearth/ops/pointwise.h"
ROWS = ("core/include/hearth/ops/pointwise.def", "core/include/hearth/ops/pointwise_names.def")

# Members of namespaces begin at the left margin, those of classes do not.
FUNCTION = (r"(?!(?:return|using|namespace|typedef|else)\b)"
            r"(?:[A-Za-z_][\w:<>,&*\[\] ]*?[ &*])?(?P<name>[a-z_]\w*)\(")
TYPE = r"(?:struct|class|enum class|enum|union)(?: HEARTH_API)? (?P<name>\w+)\b[^;]*$"
ALIAS = r"using (?P<name>\w+) ="
VARIABLE = (r"(?!(?:return|using|namespace|typedef|else|struct|class|enum|union|extern|friend|template)\b)"
            r"[A-Za-z_][\w:<>,&* ]*[ &*](?P<name>\w+)(?:\[\w*\])?(?: =|\{|;)")
KINDS = [p.replace("<name>", f"<name{i}>") for i, p in enumerate((FUNCTION, TYPE, ALIAS, VARIABLE))]
DECLARATION = re.compile(f"^(?:{'|'.join(KINDS)})")
OPEN = re.compile(r"^(?:inline )?namespace ?([\w:]*) ?\{(?!.*\})")
CLOSE = re.compile(r"^\}.*// namespace")


@functools.cache
def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


@functools.cache
def declared(path):
    """(line, name, namespace below hearth) of what a file declares."""
    found, spaces = [], []
    for number, line in enumerate(text_of(path).splitlines(), 1):
        if opened := OPEN.match(line):
            spaces.append(opened[1])
        elif CLOSE.match(line) and spaces:
            spaces.pop()
        elif match := DECLARATION.match(line):
            name = next(filter(None, match.groupdict().values()))
            space = "::".join(filter(None, spaces)).removeprefix("hearth").lstrip(":")
            found.append((number, name, space))
    return found


@functools.cache
def included(path):
    """The files that a file includes, and what these include."""
    seen, todo = set(), [path]
    while todo:
        path = todo.pop()
        for name in re.findall(r'(?m)^ *# *include ["<]([\w./]+)[">]', text_of(path)):
            for root in (*ROOTS, os.path.dirname(path)):
                inner = os.path.join(root, name)
                if os.path.exists(inner) and inner not in seen:
                    seen.add(inner)
                    todo.append(inner)
    return seen


def names_of(precompiled):
    """Where a header gets each name from, by the namespace below hearth and the name."""
    places = {}
    for header in included(precompiled) | {precompiled}:
        for _, name, space in declared(header):
            places.setdefault((space, name), set()).add(header)
    for rows in ROWS if POINTWISE in included(precompiled) else ():
        for name in re.findall(r"(?m)^HEARTH_\w+\((\w+)", text_of(rows)):
            places.setdefault(("", name), set()).add(POINTWISE)
    return places


def main():
    precompiled, *rest = sys.argv[1:]
    folders = [f for f in rest if not f.startswith("-")]
    left_out = tuple(f[1:] + os.sep for f in rest if f.startswith("-"))
    places = names_of(precompiled)
    # Core's own headers overload functions on purpose.
    suffixes = (".cpp",) if precompiled.startswith("core/src/") else (".cpp", ".h")
    if len(places) < 100:
        sys.exit(f"{precompiled} declares only {len(places)} names; this test no longer sees them")
    failed, files = False, 0
    for folder in folders:
        for where, _, inside in sorted(os.walk(folder)):
            if f"{where}{os.sep}".startswith(left_out):
                continue
            for path in sorted(os.path.join(where, f) for f in inside if f.endswith(suffixes)):
                files += 1
                used = re.findall(r"(?m)^ *using namespace (?:hearth::)?([\w:]+);", text_of(path))
                spaces = {"", *used}
                known = included(path) | {path}
                for line, name, _ in declared(path):
                    headers = set().union(*(places.get((space, name), ()) for space in spaces))
                    if headers and not headers & known:
                        failed = True
                        print(f"{path}:{line}: {name} is declared in {min(headers)} too: include that, "
                              "or rename")
    if files == 0:
        sys.exit("no sources found")
    sys.exit(1 if failed else 0)


main()
