#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes text/src/unicode/tables.cpp from Unicode 15.0, as Debian's package unicode-data has it, and
from hf.txt, which says what Hugging Face's tokenizers think of code points instead.

usage: scripts/unicode/tables.py [/usr/share/unicode]
"""
import collections
import pathlib
import re
import sys

UCD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")
HERE = pathlib.Path(__file__).parent
TEXT = HERE.parent.parent / "text/src/unicode"
CODE_POINTS = 0x110000


def values(header, enum):
    """Names of an enum's values, or of its constants, in their order."""
    body = re.search(r"enum (?:class )?%s[^{]*{([^}]*)}" % enum, (TEXT / header).read_text())[1]
    return re.findall(r"\b([A-Za-z_]\w*)\b(?: = [^,]*)?,?", re.sub(r"//.*", "", body))


def code_range(text):
    first, _, last = text.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def properties(name):
    """{value: code points} of a file of `range ; value` lines."""
    found = collections.defaultdict(set)
    for line in (UCD / name).read_text().splitlines():
        fields = [x.strip() for x in line.partition("#")[0].split(";")]
        if len(fields) >= 2:
            found[fields[1] + (fields[2] if len(fields) > 2 else "")].update(code_range(fields[0]))
    return found


def deltas():
    """{(property, value): code points}, and lower case mappings."""
    sets, lower = collections.defaultdict(set), {}
    for line in (HERE / "hf.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        name, value, *rest = line.split()
        if name == "lower":
            lower[int(value, 16)] = [int(x, 16) for x in rest]
        else:
            for part in rest:
                sets[name, value].update(code_range(part))
    return sets, lower


def by_code(sets, default, delta=()):
    out = [default] * CODE_POINTS
    for value, codes in [*sets.items(), *delta]:
        for code in codes:
            out[code] = value
    return out


HF, HF_LOWER = deltas()


def hf(name):
    return [(value, codes) for (n, value), codes in HF.items() if n == name]


def changed(codes, name):
    return (codes | HF[name, "+"]) - HF[name, "-"]


category = by_code(properties("extracted/DerivedGeneralCategory.txt"), "Cn", hf("category"))
cluster = {k.replace("_", ""): v for k, v in
           properties("auxiliary/GraphemeBreakProperty.txt").items()}
cluster = by_code(cluster, "Other", hf("grapheme"))
scripts_of = {k.replace("_", ""): v for k, v in properties("Scripts.txt").items()}
script = by_code(scripts_of, "Any", hf("script"))
script_to_hf = by_code(scripts_of, "Any", hf("script_to_hf"))
core = properties("DerivedCoreProperties.txt")
props = properties("PropList.txt")
emoji = properties("emoji/emoji-data.txt")
norm = properties("DerivedNormalizationProps.txt")

data = {}
for line in (UCD / "UnicodeData.txt").read_text().splitlines():
    fields = line.split(";")
    data[int(fields[0], 16)] = fields
combining = {code: int(f[3]) for code, f in data.items() if f[3] != "0"}


def of(*categories):
    return {code for code in range(CODE_POINTS) if category[code] in categories}


def mappings(field):
    found = {code: [int(f[field], 16)] for code, f in data.items() if f[field]}
    for line in (UCD / "SpecialCasing.txt").read_text().splitlines():
        fields = [x.strip() for x in line.partition("#")[0].split(";")]
        if len(fields) == 5:  # a sixth is a condition
            found[int(fields[0], 16)] = [int(x, 16) for x in fields[1 if field == 13 else 3].split()]
    return {code: to for code, to in found.items() if to != [code]}


lower, upper = {**mappings(13), **HF_LOWER}, mappings(12)

marks, numbers = of("Mn", "Mc", "Me"), of("Nd", "Nl", "No")
letters = of("Lu", "Ll", "Lt", "Lm", "Lo")
ascii_symbols = set(map(ord, "$+<=>^`|~"))
punctuation = of("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po")
alphabetic = changed(core["Alphabetic"], "alphabetic")
word = alphabetic | marks | of("Nd", "Pc") | props["Join_Control"]

# Decompositions, in full.
one_step = {code: f[5].split() for code, f in data.items() if f[5]}


def decompose(code, compatible):
    parts = one_step.get(code)
    if not parts or (parts[0][0] == "<" and not compatible):
        return [code]
    return [d for p in parts if p[0] != "<" for d in decompose(int(p, 16), compatible)]


canonical, compatible = ({c: d for c in one_step if (d := decompose(c, k)) != [c]} for k in (0, 1))
compositions = {tuple(int(x, 16) for x in parts): code for code, parts in one_step.items()
                if len(parts) == 2 and parts[0][0] != "<"
                and code not in norm["Full_Composition_Exclusion"]}

FLAGS = {
    "kWhite": props["White_Space"],
    "kWord": word,
    "kAlphabetic": alphabetic,
    "kNumeric": changed(numbers, "numeric"),
    "kBertPunctuation": changed(punctuation | ascii_symbols, "bert_punctuation"),
    "kBertDropped": changed(of("Cc", "Cf", "Co") | {0xFFFD}, "bert_dropped") - {9, 10, 13},
    "kBertAccent": changed(of("Mn"), "bert_accent"),
    "kAccent": changed(marks, "accent"),
    "kNotNormalizedByHf": HF["not_normalized", "+"],
    "kCanonical": set(canonical),
    "kCompatible": set(compatible),
    "kMaybeNfc": norm["NFC_QCN"] | norm["NFC_QCM"],
    "kMaybeNfkc": norm["NFKC_QCN"] | norm["NFKC_QCM"],
    "kLowers": set(lower),
    "kUppers": set(upper),
    "kPictographic": emoji["Extended_Pictographic"],
    "kPictographicToHf": emoji["Extended_Pictographic"] - HF["pictographic", "-"],
    "kUppercase": core["Uppercase"] | of("Lu"),
    "kLowercase": core["Lowercase"] | of("Ll"),
}
assert list(FLAGS) == values("tables.h", "Flag"), "the flags of tables.h are others"

CLASSES = {
    "kLetter": letters,
    "kNumber": numbers,
    "kSpace": props["White_Space"],
    "kNewline": {10, 13},
    "kUpperOrOther": of("Lu", "Lt", "Lm", "Lo") | marks,
    "kLowerOrOther": of("Ll", "Lm", "Lo") | marks,
    "kWordClass": word,
    "kPunctuationClass": FLAGS["kBertPunctuation"],
}
assert list(CLASSES) == values("tables.h", "Class"), "the classes of tables.h are others"


def bits(sets):
    out = [0] * CODE_POINTS
    for i, codes in enumerate(sets.values()):
        for code in codes:
            out[code] |= 1 << i
    return out


def two_stages(items, shift):
    """Blocks of 1 << shift items, each kept once, and the number of each block."""
    numbers, blocks, stage1 = {}, [], []
    for begin in range(0, len(items), 1 << shift):
        block = tuple(items[begin:begin + (1 << shift)])
        if block not in numbers:
            numbers[block] = len(numbers)
            blocks.extend(block)
        stage1.append(numbers[block])
    return stage1, blocks


out = ["""// SPDX-License-Identifier: Apache-2.0
// Made by scripts/unicode/tables.py of Unicode 15.0 and of scripts/unicode/hf.txt; do not edit.
// clang-format off
#include "unicode/tables.h"

namespace hearth::text::unicode {
namespace {

constexpr Record r(int category, int cluster, int script, int script_to_hf, uint8_t combining_class,
                   uint32_t flags) {
  return {Category(category), Cluster(cluster), Script(script), Script(script_to_hf),
          combining_class, flags};
}

}  // namespace
"""]
size = 0


def array(kind, name, items):
    global size
    width = {"uint8_t": 1, "uint16_t": 2, "char32_t": 4}.get(kind, 8)
    size += width * len(items)
    lines, line = [], ""
    for item in map(str, items):
        if len(line) + len(item) > 98:
            lines.append(line)
            line = ""
        line += item + ","
    out.append("const %s %s[%d] = {\n%s\n};\n" % (kind, name, len(items),
                                                  "\n".join([*lines, line])))


categories, clusters, scripts = (values("tables.h", x) for x in ("Category", "Cluster", "Script"))
index = {}
flags = bits(FLAGS)
codes = [index.setdefault((categories.index(category[c]), clusters.index(cluster[c]),
                           scripts.index(script[c]), scripts.index(script_to_hf[c]),
                           combining.get(c, 0), flags[c]), len(index))
         for c in range(CODE_POINTS)]
for name, items, kind in (("Record", codes, "uint16_t"), ("Class", bits(CLASSES), "uint8_t")):
    stage1, stage2 = two_stages(items, 7)
    array("uint8_t" if max(stage1) < 256 else "uint16_t", "k%sBlocks" % name, stage1)
    array(kind, "k%sOfBlocks" % name, stage2)
array("char* const", "kScriptNames", ['"%s"' % name for name in scripts])
array("Record", "kRecords", ["r(%d,%d,%d,%d,%d,%d)" % r for r in index])

pool = []


def pooled(to):
    """Where the pool has these code points behind their count."""
    want = [len(to), *to]
    for at in range(len(pool) - len(want) + 1):
        if pool[at:at + len(want)] == want:
            return at
    pool.extend(want)
    return len(pool) - len(want)


for name, maps in (("Canonical", canonical), ("Compatible", compatible)):
    starts = [pooled(maps[c]) + 1 if c in maps else 0 for c in range(max(maps) // 64 * 64 + 64)]
    stage1, stage2 = two_stages(starts, 6)
    array("uint8_t" if max(stage1) < 256 else "uint16_t", "k%sBlocks" % name, stage1)
    array("uint16_t", "k%sStarts" % name, stage2)
for name, maps in (("Lower", lower), ("Upper", upper)):
    array("CaseMapping", "k%s" % name,
          ["{%d,%d}" % (c, to[0] if len(to) == 1 else CODE_POINTS + pooled(to))
           for c, to in sorted(maps.items())])
array("char32_t", "kPool", pool)
assert len(pool) < 65535
array("Composition", "kCompositions",
      ["{%d,%d,%d}" % (*pair, code) for pair, code in sorted(compositions.items())])
out.append("}  // namespace hearth::text::unicode\n")
(TEXT / "tables.cpp").write_text("\n".join(out))
print(len(index), "records,", size, "bytes; tables.h declares")
for line in re.findall(r"^const ([\w* ]+\[\d+\])", "\n".join(out), re.M):
    print("extern const %s;" % line)
