#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PyTorch's own C++ tests against Hearth: api_cases.py TEST_CPP_API [file ...]

TEST_CPP_API is the folder test/cpp/api of a PyTorch checkout. Of each file there, what does not
compile is cut out, one case (or helper) after the other; what is left runs, one program a file.
Prints a line a file, and what became of each case that did not pass. Cases for CUDA are not counted.
HEARTH_LIB names the folder of libhearth.so, and CXX another g++.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "api-cases"
SOURCES = OUT / "include"  # apart from the programs, of which one is called any
LIB = os.environ.get("HEARTH_LIB", ROOT / "build" / "release" / "lib")
CXX = [os.environ.get("CXX", "g++"), "-std=c++20", "-O0", "-w", "-fmax-errors=0",
       "-fdiagnostics-color=never", f"-I{SOURCES}", f"-I{ROOT}/core/compat", f"-I{ROOT}/core/include"]
PRECOMPILED = OUT / "prefix.h"
CASE = re.compile(r"TEST(?:_F)?\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)")


def copy_sources(api):
    """The test folders, beside each other as in a checkout."""
    for source in [*api.glob("*.cpp"), *api.glob("*.h"), *api.parent.glob("common/*.h")]:
        target = SOURCES / "test" / "cpp" / source.parent.name / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text()
        if not target.exists() or target.read_text() != text:
            target.write_text(text)


def code_of(lines):
    """The lines without strings, comments and what is the preprocessor's."""
    directive = comment = False
    for line in lines:
        directive = directive or line.startswith("#")
        code = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])\'|/\*.*?\*/|//.*', "", line)
        if comment:
            comment, code = "*/" not in code, code.partition("*/")[2]
        code, opened, _ = code.partition("/*")
        comment = comment or bool(opened)
        yield "" if directive else code.rstrip()
        directive = directive and line.endswith("\\")


def blocks(lines):
    """(case's name or None, first line, last line) of what stands in a file or in its namespaces."""
    found, depth, first = [], 0, None
    for at, code in enumerate(code_of(lines)):
        if first is None:
            if not code.strip() or re.match(r"\s*((inline )?namespace\b.*\{|\}.*)$", code):
                continue
            first = at
        depth += code.count("{") + code.count("(") - code.count("}") - code.count(")")
        if depth == 0 and code.endswith(("}", ";", ")")) and not code.strip().startswith("TEST"):
            head = CASE.match(" ".join(lines[first:at + 1]).strip())
            found.append((head and ".".join(head.groups()), first, at))
            first = None
    return found


def errors_of(text):
    """gcc's errors, each with the lines that say where it was instantiated."""
    before, error = [], None
    for line in text.split("\n"):
        if re.match(r"In file included|\S+: In |\S+:\d+:\d+:   (required|recursively)|\s+from ", line):
            before.append(line)
        elif " error: " in line:
            if error:
                yield error
            error, before = [line, *before], []
        elif error:
            error.append(line)
    if error:
        yield error


def compile_file(path, lines, parts, cut, *flags):
    """Compiles `path` without what is in `cut`, which grows until the rest compiles."""
    here = re.compile(re.escape(str(path)) + r":(\d+):")
    while True:
        left = list(lines)
        for _, first, last in cut:
            left[first:last + 1] = [""] * (last + 1 - first)
        path.write_text("\n".join(left))
        made = subprocess.run([*CXX, "-include", PRECOMPILED, *flags, path], capture_output=True,
                              text=True)
        if made.returncode == 0:
            return
        known = len(cut)
        for error in errors_of(made.stderr):
            why = error[0].split("error: ")[-1]
            touched = {int(n) - 1 for n in here.findall("\n".join(error))}
            if "fatal error" in error[0]:  # a header that is not there
                cut.update({(None, n, n): why for n in touched})
            # Where a helper is a template, the case that calls it is the one that errs.
            hit = [p for p in parts if any(p[1] <= n <= p[2] for n in touched)]
            cut.update({p: cut.get(p, why) for p in [p for p in hit if p[0]] or hit})
        if len(cut) == known:
            sys.exit(f"{path.name}: what does not compile is no part of it:\n{made.stderr[:3000]}")


def run_cases(program, names):
    """What became of each case: a crash or a hang ends one case, not the program's others."""
    became, left = {}, list(names)
    while left:
        try:
            ran = subprocess.run([program, "--gtest_filter=" + ":".join(left)], cwd=OUT, timeout=600,
                                 capture_output=True, text=True, errors="replace")
            said, end = ran.stdout + ran.stderr, f"ended with code {ran.returncode}"
        except subprocess.TimeoutExpired as late:
            said, end = (late.stdout or b"").decode(errors="replace"), "took more than 600 seconds"
        running, text = None, []
        for line in said.split("\n"):
            if start := re.match(r"\[ RUN      \] (\S+)", line):
                running, text = start[1], []
            elif re.match(r"\[       OK \] ", line):
                became[running], running = "", None
            elif running and re.match(r"\[  FAILED  \] ", line):
                became[running], running = "\n".join(text)[:1500] or "failed", None
            else:
                text.append(line)
        if running:
            became[running] = end
        still = [n for n in left if n not in became]
        if still == left:
            became.update(dict.fromkeys(left, end))
        left = [n for n in left if n not in became]
    return became


def count(source):
    lines = source.read_text().split("\n")
    parts = blocks(lines)
    cases = [p for p in parts if p[0] and not p[0].endswith("CUDA")]
    cut = {p: "needs CUDA" for p in parts if p[0] and p[0].endswith("CUDA")}
    if not cases:
        return None
    path = OUT / source.name
    compile_file(path, lines, parts, cut, "-c", "-o", path.with_suffix(".o"))
    program = path.with_suffix("")
    link = [*CXX, path.with_suffix(".o"), OUT / "support.o", "-o", program, f"-L{LIB}", "-lhearth",
            "-lgtest_main", "-lgtest", "-pthread", f"-Wl,-rpath,{LIB}"]
    subprocess.run(link, check=True)
    became = run_cases(program, [p[0] for p in cases if p not in cut])
    result = {p[0]: cut[p] if p in cut else became[p[0]] for p in cases}
    return {"cases": len(cases), "passed": sum(not r for r in result.values()),
            "not_compiled": sum(p in cut for p in cases),
            "cut_helpers": {lines[p[1]]: why for p, why in cut.items() if not p[0]},
            "rest": {name: why for name, why in result.items() if why}}


def main():
    api = Path(sys.argv[1]).resolve()
    OUT.mkdir(parents=True, exist_ok=True)
    copy_sources(api)
    if not PRECOMPILED.exists():
        PRECOMPILED.write_text("#include <gtest/gtest.h>\n#include <torch/torch.h>\n")
    subprocess.run([*CXX, "-x", "c++-header", PRECOMPILED, "-o", f"{PRECOMPILED}.gch"], check=True)
    folder = SOURCES / "test" / "cpp" / "api"
    header = folder / "support.h"
    lines = header.read_text().split("\n")
    compile_file(header, lines, blocks(lines), {}, "-fsyntax-only")
    subprocess.run([*CXX, "-c", folder / "support.cpp", "-o", OUT / "support.o"], check=True)
    names = sys.argv[2:] or sorted(p.stem for p in api.glob("*.cpp") if p.stem != "support")
    totals = [0, 0, 0]
    print(f"{'file':24} cases passed failed not compiled", flush=True)
    for name in names:
        result = count(folder / f"{name}.cpp")
        if result is None:
            continue
        (OUT / f"{name}.json").write_text(json.dumps(result, indent=1))
        row = [result["cases"], result["passed"], result["not_compiled"]]
        totals = [a + b for a, b in zip(totals, row)]
        print(f"{name:24} {row[0]:5} {row[1]:6} {row[0] - row[1] - row[2]:6} {row[2]:6}", flush=True)
        for case, why in result["rest"].items():
            print("    " + case + ": " + why.strip().split("\n")[0][:160], flush=True)
    print(f"{'all':24} {totals[0]:5} {totals[1]:6} {totals[0] - totals[1] - totals[2]:6} {totals[2]:6}")


if __name__ == "__main__":
    main()
