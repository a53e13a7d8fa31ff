#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what Hugging Face's tokenizers (pip install tokenizers) think of every code point, and
writes hf.txt: how that differs from Unicode 15.0, as Debian's package unicode-data has it.

usage: scripts/unicode/measure_hf.py [/usr/share/unicode]     (takes some minutes)
"""
import collections
import pathlib
import struct
import sys

from tokenizers import Regex, normalizers, pre_tokenizers

UCD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")
CODES = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
ALL = "".join(map(chr, CODES))
CATEGORIES = ("Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf "
              "Co").split()
lines = []


def ranges(codes):
    out = []
    for code in sorted(codes):
        if out and out[-1][1] == code - 1:
            out[-1][1] = code
        else:
            out.append([code, code])
    return " ".join("%X" % a if a == b else "%X..%X" % (a, b) for a, b in out)


def put(name, codes):
    if codes:
        lines.append(name + " " + ranges(codes))


def differ(name, theirs, ours):
    put(name + " +", theirs - ours)
    put(name + " -", ours - theirs)


def properties(name):
    found = collections.defaultdict(set)
    for line in (UCD / name).read_text().splitlines():
        fields = [x.strip() for x in line.partition("#")[0].split(";")]
        if len(fields) == 2:
            first, _, last = fields[0].partition("..")
            found[fields[1]].update(range(int(first, 16), int(last or first, 16) + 1))
    return found


def matched(regex):
    """Code points that a regular expression matches."""
    split = pre_tokenizers.Split(Regex("(?:%s)+" % regex), "removed", invert=True)
    return {CODES[i] for _, (a, b) in split.pre_tokenize_str(ALL) for i in range(a, b)}


def removed(pre_tokenizer):
    kept = {i for _, (a, b) in pre_tokenizer.pre_tokenize_str(ALL) for i in range(a, b)}
    return {code for i, code in enumerate(CODES) if i not in kept}


def dropped(normalizer):
    return {c for c in CODES if normalizer.normalize_str(chr(c)) == ""}


def bert(clean=False, strip=False):
    return normalizers.BertNormalizer(clean, False, strip, False)


# Regular expressions: Oniguruma.
base = properties("extracted/DerivedGeneralCategory.txt")
category = {name: matched(r"\p{%s}" % name) for name in CATEGORIES}
for name in CATEGORIES:
    put("category " + name, category[name] - base[name])


def of(letter):
    return set().union(*(codes for name, codes in category.items() if name[0] == letter))


core = properties("DerivedCoreProperties.txt")
differ("alphabetic", matched("[[:alpha:]]"), core["Alphabetic"])
for name, codes in sorted(properties("Scripts.txt").items()):
    put("script " + name.replace("_", ""), matched(r"\p{%s}" % name) - codes)

# Rust's tables, and crates with tables of their own.
pieces = pre_tokenizers.Digits(False).pre_tokenize_str(ALL)
numeric = {CODES[i] for _, (a, b) in pieces[1::2] for i in range(a, b)}
differ("numeric", numeric, of("N"))
differ("bert_punctuation", removed(pre_tokenizers.Punctuation("removed")),
       of("P") | set(map(ord, "$+<=>^`|~")))
others = category["Cc"] | category["Cf"] | category["Co"] | {0xFFFD}
differ("bert_dropped", dropped(bert(clean=True)), others - {9, 10, 13})
differ("accent", dropped(normalizers.StripAccents()), of("M"))
nfd = normalizers.NFD().normalize_str
whole = {c for c in CODES if nfd(chr(c)) == chr(c)}
differ("bert_accent", dropped(bert(strip=True)) & whole, category["Mn"] & whole)

# Normalization: who has no combining class, or no decomposition.
data = {}
for line in (UCD / "UnicodeData.txt").read_text().splitlines():
    fields = line.split(";")
    data[int(fields[0], 16)] = fields


def decompose(code, compatible):
    parts = data[code][5].split() if code in data else []
    if not parts or (parts[0][0] == "<" and not compatible):
        return chr(code)
    return "".join(decompose(int(p, 16), compatible) for p in parts if p[0] != "<")


# Marks of classes 240 and 1: every other one changes places with one of them.
unordered = {c for c, f in data.items() if f[3] != "0" and c in whole and c not in (0x345, 0x334) and
             nfd("\u0345" + chr(c)) != chr(c) + "\u0345" and
             nfd(chr(c) + "\u0334") != "\u0334" + chr(c)}
nfkd = normalizers.NFKD().normalize_str
put("not_normalized +", unordered | {
    c for c in data if not 0xD800 <= c < 0xE000 and not 0xAC00 <= c < 0xD7A4
    and (nfd(chr(c)) != decompose(c, False) or nfkd(chr(c)) != decompose(c, True))})

lower = normalizers.Lowercase().normalize_str
for code in CODES:
    ours = data[code][13] if code in data else ""
    ours = "i\u0307" if code == 0x130 else chr(int(ours, 16)) if ours else chr(code)
    if lower(chr(code)) != ours:
        lines.append("lower %X %s" % (code, " ".join("%X" % ord(c) for c in lower(chr(code)))))

# Clusters show in a precompiled map that takes any cluster of less than six bytes which begins with
# an "a" to X, and all that begin beyond ASCII to Y.
units = [0] * 768
units[0] = 256 << 10
for byte in [97, *range(0xC2, 0xF5)]:
    units[256 ^ byte] = byte | 1 << 8 | 768 << 10
    units[512 | byte] = 0 if byte == 97 else 2
charsmap = struct.pack("<769I", 4 * 768, *units) + b"X\0Y\0"
clusters = normalizers.Precompiled(charsmap).normalize_str
cluster = properties("auxiliary/GraphemeBreakProperty.txt")
extends = {c for c in CODES if clusters("a" + chr(c)) == "X"}
put("grapheme Extend", extends - cluster["Extend"] - cluster["SpacingMark"] - cluster["ZWJ"])
prepends = {c for c in CODES if c >= 0x80 and clusters(chr(c) + "a") == "Y"}
put("grapheme Prepend", prepends - cluster["Prepend"])
put("grapheme Other", cluster["Prepend"] - prepends)
pictographs = {c for c in CODES if c >= 0x80 and clusters("\u00a9\u200d" + chr(c)) == "YYY"}
put("pictographic -", properties("emoji/emoji-data.txt")["Extended_Pictographic"] - pictographs)

# UnicodeScripts has a table that can't be asked for one code point. It is SentencePiece's, of Unicode
# 9: what was assigned later has no script, and four were changed since.
later = set()
for age, codes in properties("DerivedAge.txt").items():
    if float(age) > 9:
        later |= codes
put("script_to_hf Any", later)
lines += ["script_to_hf Common 589", "script_to_hf Common 61C", "script_to_hf Devanagari 953..954"]

pathlib.Path(__file__).with_name("hf.txt").write_text(
    "# How code points differ from Unicode 15.0 for Hugging Face's tokenizers 0.23, which mixes tables\n"
    "# of Unicode 8 to 17: measured by measure_hf.py, read by tables.py.\n" + "\n".join(lines) + "\n")
