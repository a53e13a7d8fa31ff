# SPDX-License-Identifier: Apache-2.0
"""Finds functions that public headers declare and no library defines.

usage: undefined_functions.py CLANG INCLUDE_FOLDER... -- LIBRARY...
"""

import json
import os
import subprocess
import sys

FUNCTIONS = {"FunctionDecl", "CXXMethodDecl", "CXXConstructorDecl", "CXXDestructorDecl",
             "CXXConversionDecl"}
TEMPLATES = {"FunctionTemplateDecl", "ClassTemplatePartialSpecializationDecl"}
# A function without a body is none of the libraries' business when it is one of these.
EXCUSES = ("isImplicit", "pure", "explicitlyDeleted", "explicitlyDefaulted")


def headers(folders):
    for folder in folders:
        for where, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                if name.endswith(".h"):
                    yield os.path.relpath(os.path.join(where, name), folder)


def declarations(clang, folders):
    """The declarations of namespace hearth, as clang prints them."""
    program = "".join(f'#include "{header}"\n' for header in headers(folders))
    # LibTorch's header defines what only its programs call.
    program += "#include <torch/torch.h>\n"
    text = subprocess.run(
        [clang, "-std=c++20", "-fsyntax-only", "-x", "c++", "-", "-Xclang", "-ast-dump=json",
         "-Xclang", "-ast-dump-filter", "-Xclang", "hearth", "-Icore/compat", *(f"-I{f}" for f in folders)],
        input=program, capture_output=True, text=True)
    if text.returncode != 0:
        sys.exit(f"{clang} refuses the public headers:\n{text.stderr}")
    decoder, at = json.JSONDecoder(), 0
    while (at := text.stdout.find("{", at)) >= 0:
        node, at = decoder.raw_decode(text.stdout, at)
        yield node


class Collector:
    """Sorts the functions of namespace hearth by whether the headers themselves define them."""

    def __init__(self):
        self.declared, self.defined = {}, set()  # mangled names; of the former with their types
        self.patterns = {}   # members of class templates, by name and place: ids
        self.bodies = set()  # ids of those with a body, here or outside of the class
        self.members = []    # what was made of them: mangled name, name, place, type

    def visit(self, node, scope="", template=False, made=False):
        kind, inner = node.get("kind", ""), node.get("inner", ())
        name = f"{scope}::{node['name']}".lstrip(":") if "name" in node else scope
        if kind in FUNCTIONS:
            self.function(node, name, template, made)
        elif kind.endswith("Decl") and kind not in TEMPLATES:
            for child in inner:
                pattern = kind == "ClassTemplateDecl" and child.get("kind") == "CXXRecordDecl"
                self.visit(child, scope if kind == "ClassTemplateDecl" else name,
                           template or pattern,
                           made or child.get("kind") == "ClassTemplateSpecializationDecl")

    def function(self, node, name, template, made):
        has_body = any(i.get("kind") in ("CompoundStmt", "CXXTryStmt")
                       for i in node.get("inner", ()))
        excused = any(node.get(e) for e in EXCUSES)
        place = (name, node["loc"].get("offset"))
        if has_body or excused:
            self.bodies.update((node["id"], node.get("previousDecl")))
        if template:
            self.patterns[place] = node["id"]
        elif "mangledName" in node:
            text = f"{name}: {node['type']['qualType']}"
            if has_body or excused:
                self.defined.add(node["mangledName"])
            elif made:
                self.members.append((node["mangledName"], place, text))
            else:
                self.declared[node["mangledName"]] = text

    def without_body(self):
        found = {m: text for m, text in self.declared.items() if m not in self.defined}
        for mangled, place, text in self.members:
            if mangled not in self.defined and self.patterns.get(place) not in self.bodies:
                found[mangled] = text
        return found


def main():
    clang, *rest = sys.argv[1:]
    folders, libraries = rest[:rest.index("--")], rest[rest.index("--") + 1:]
    collector = Collector()
    for node in declarations(clang, folders):
        collector.visit(node)
    wanted = collector.without_body()
    if len(wanted) < 1000:
        sys.exit(f"found only {len(wanted)} declarations; this test no longer sees the headers")
    exported = set()
    for library in libraries:
        names = subprocess.run(["nm", "-D", "--defined-only", library], check=True,
                               capture_output=True, text=True).stdout
        exported.update(line.split()[-1].split("@")[0] for line in names.splitlines())
    missing = sorted({text for mangled, text in wanted.items() if mangled not in exported})
    for text in missing:
        print("declared in a public header, but no library defines it:", text)
    sys.exit(1 if missing else 0)


main()
