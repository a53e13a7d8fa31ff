#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What Hugging Face's tokenizers make of texts, for tests/text/tokenizers/splitting_test.cpp: writes
parts.json (normalizers and pre-tokenizers on hard texts) and code_points.txt (on every code point).

usage: tests/data/text/splitting/generate.py     (needs tokenizers 0.23)
"""
import base64
import json
import pathlib
import struct

import tokenizers
from tokenizers import NormalizedString, PreTokenizedString, Regex, pre_tokenizers

HERE = pathlib.Path(__file__).parent
MASK = (1 << 64) - 1
FNV, PRIME = 0xCBF29CE484222325, 0x100000001B3

# Of which texts are put together.
CODES = """0 1 9 a b c d 1f 7f 85 a0 ad b2 bc bf df 130 131 149 17f 1c5 300 301 308 323 327 344 345 34f
378 390 3c2 587 5d0 5b0 600 61c 660 671 6dd 903 915 93c 94d 958 9c7 9be e33 e48 f73 f71 1100 1161 11a8
1175 1680 180e 1e9b 1e9e 1fbc 2000 200b 200c 200d 2028 2029 202f 2060 20ac 2126 212a 212b 2160 2460
2581 3000 302e 3042 304b 3099 30ab 30fc 3131 32ff 4e00 9fff a7cb ac00 ac01 d7a3 f900 fa10 fb01 fb1d
fb2c fdfa fe0f feff ff21 ff76 ff9e fffd 10400 110cd 11930 11935 11938 13460 16ff0 1d15e 1d165 1d16e
1d173 1d400 1f1e6 1f1e7 1f468 1f469 1f3fd 20000 2b820 2b920 2f800 2ebf0 e0001 e0100 f0000 10fffd a9
2764 1c89 10d40 1aff0 1e08f""".split()
FRAGMENTS = [chr(int(c, 16)) for c in CODES] + list("aAzZ09 _-.,!?'\"/\\()$+<>@#%") + [
    "'s", "'S", "'\u017f", "'re", "'LL", "'ve ", " '", "don't", "I'M", "hello", "Hello", "HELLO",
    "HelloWorld", "iPhone", "  ", "   ", "\n\n", "\r\n", " \n ", "\t", "123", "12345", " 7", "1/2", "//",
    "!!", "...\n", "e\u0301", "\u1eadn", "日本語", "テスト", "한국어", "привет", "Привет", "مرحبا", "नमस्ते",
    "👨\u200d👩\u200d👧", "🇩🇪", "Å", "ΑΣ", "ä", "▁▁", "``", "''", "a b", "  x", "<s>", "--", "a_b", "x-y",
    "…"]
TEXTS = 300

SHOWN = [
    "Hello, y'all! I'LL pay 😁 $1,234.56\n\n  for iPhone's Ａ\u0301ﬁ ÅΣ.\t",
    " \u00a0▁a▁ b  c\u200dd \r\n x\u00adyz 日本語のテスト ½² नमस्ते 🇩🇪👨\u200d👩",
]


def contents():
    """A charsmap that shortens, lengthens, drops, and knows clusters."""
    words = {"\u00ad": "", "ﬁ": "fi", "½": "1/2", "a\u0301": "á", "\u1100": "", "\r": " ", "\u3000": " ",
             "Ａ": "A", "…": "...", "\u200d": "", "㍿": "株式会社", "\u0301": "", "e": "e"}
    nodes = [{}]  # a trie of bytes
    for word in words:
        node = 0
        for byte in word.encode():
            if byte not in nodes[node]:
                nodes[node][byte] = len(nodes)
                nodes.append({})
            node = nodes[node][byte]
        nodes[node]["leaf"] = word
    texts, places = b"", {}
    for word, to in words.items():
        places[word] = len(texts)
        texts += to.encode() + b"\0"
    units, used = {}, {0}

    def place(node, at, label):
        """Puts a node's children around at ^ offset, which is a multiple of 256."""
        offset = 256
        while any((at ^ offset ^ (0 if c == "leaf" else c)) in used for c in [*nodes[node], "leaf"]):
            offset += 256
        assert offset < 1 << 21
        base = at ^ offset
        used.update(base ^ (0 if c == "leaf" else c) for c in [*nodes[node], "leaf"])
        units[at] = label | offset << 10 | ("leaf" in nodes[node]) << 8
        for child, to in nodes[node].items():
            if child == "leaf":
                units[base] = places[to] | 1 << 31
            else:
                place(to, base ^ child, child)

    place(0, 0, 0)
    array = [units.get(i, 0) for i in range((max(used) | 255) + 1)]
    return base64.b64encode(
        struct.pack("<%dI" % (1 + len(array)), 4 * len(array), *array) + texts).decode()


def bert(clean, chinese, strip, lower):
    return {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese,
            "strip_accents": strip, "lowercase": lower}


def replace(kind, pattern, content):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def steps(key, *parts):
    return {"type": "Sequence", key: list(parts)}


def byte_level(space=False, regex=True):
    return {"type": "ByteLevel", "add_prefix_space": space, "trim_offsets": True, "use_regex": regex}


def metaspace(scheme, split=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split}


def split(regex, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: regex}, "behavior": behavior, "invert": invert}


REGEXES = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "o200k": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "tekken": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "clip": r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
}
DEEPSEEK = r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
# Expressions that only PCRE2 matches.
OTHER_REGEXES = [
    DEEPSEEK, r"\p{N}{1,3}+", r"[一-龥぀-ゟ゠-ヿ]+", r"\w+|[^\w\s]+", r"\b", r"(?i:ß|ss|k)", r"^.|.$", "",
    r"[[:punct:]]+|[[:alpha:]&&[^a-z]]+", r"a(?i)b|c|L{2}+", r"(?m:.+)x{,2}", r"\p{Han}+|\p{Hiragana}+",
    r"(?<=\s)\S|(?<!\p{L})\p{L}", r"\p{Lu}\p{Ll}*|\p{M}+|\p{Cn}", r"[^\S\n]+|\h{2}?", r"(\s)\1|[\w-]+"]


def configs():
    strip_both = {"type": "Strip", "strip_left": True, "strip_right": True}
    for options in [(True, True, None, True), (True, True, None, False), (False, True, True, False),
                    (True, False, False, True)]:
        yield "n", bert(*options)
    for name in ["NFC", "NFD", "NFKC", "NFKD", "Nmt", "Lowercase", "StripAccents", "ByteLevel"]:
        yield "n", {"type": name}
    yield "n", {"type": "Strip", "strip_left": True, "strip_right": False}
    yield "n", {"type": "Strip", "strip_left": False, "strip_right": True}
    yield "n", strip_both
    yield "n", {"type": "Prepend", "prepend": "▁x"}
    yield "n", replace("String", " ", "▁")
    yield "n", replace("String", "''", '"')
    yield "n", replace("Regex", r"\s+", "ab")
    yield "n", replace("Regex", " {2,}", "")
    yield "n", {"type": "Precompiled", "precompiled_charsmap": contents()}
    yield "n", steps("normalizers", {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"},
                     replace("Regex", " {2,}", " "), strip_both)
    yield "n", steps("normalizers", {"type": "NFC"}, replace("Regex", r"\s+", " "),
                     {"type": "Lowercase"}, {"type": "NFD"}, {"type": "NFC"})
    for name in ["BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts"]:
        yield "p", {"type": name}
    for space in (False, True):
        for regex in (False, True):
            yield "p", byte_level(space, regex)
    for scheme in ("always", "first", "never"):
        yield "p", metaspace(scheme)
    yield "p", metaspace("first", False)
    yield "p", steps("pretokenizers", {"type": "WhitespaceSplit"}, metaspace("always"))
    yield "p", steps("pretokenizers", {"type": "Digits", "individual_digits": True}, byte_level(True))
    for behavior in BEHAVIORS:
        yield "p", {"type": "Punctuation", "behavior": behavior}
        for invert in (False, True):
            yield "p", split(" ", behavior, invert, "String")
    yield "p", split("", "Isolated", False, "String")
    for individual in (False, True):
        yield "p", {"type": "Digits", "individual_digits": individual}
    yield "p", {"type": "CharDelimiterSplit", "delimiter": "▁"}
    yield "p", {"type": "FixedLength", "length": 3}
    for regex in REGEXES.values():
        yield "p", split(regex)
        yield "p", split(regex, "Removed", True)
    for regex in OTHER_REGEXES:
        yield "p", split(regex)


def tokenizer(kind, part):
    return tokenizers.Tokenizer.from_str(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
        "normalizer": part if kind == "n" else None, "pre_tokenizer": part if kind == "p" else None,
        "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}))


EVERY_CHARACTER = pre_tokenizers.Split(Regex("(?m)."), "isolated")


def pieces_of(tok, text):
    """Pieces, and of each the bytes of the text that its characters stand for."""
    work = PreTokenizedString(text)
    if tok.normalizer is not None:
        work.normalize(lambda n: tok.normalizer.normalize(n))
    work.split(lambda _, n: [n[0:len(n.normalized)]] if len(n.normalized) else [])
    if tok.pre_tokenizer is not None:
        tok.pre_tokenizer.pre_tokenize(work)
    pieces = [piece for piece, _, _ in work.get_splits("original", "byte")]
    EVERY_CHARACTER.pre_tokenize(work)
    origins = iter([origin for _, origin, _ in work.get_splits("original", "byte")])
    return [[piece, [list(next(origins)) for _ in piece]] for piece in pieces]


def digest(data, state=FNV):
    for byte in data:
        state = (state ^ byte) * PRIME & MASK
    return state


def random_text(seed):
    state = seed

    def draw(n):
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        return (z ^ z >> 31) % n

    return "".join(FRAGMENTS[draw(len(FRAGMENTS))] for _ in range(draw(24)))


def write_parts():
    parts = []
    for kind, part in configs():
        tok = tokenizer(kind, part)
        written = json.loads(tok.to_str())["normalizer" if kind == "n" else "pre_tokenizer"]
        state = FNV
        for seed in range(TEXTS):
            for piece, origins in pieces_of(tok, random_text(seed)):
                state = digest(piece.encode() + b"\xff", state)
                state = digest(b"".join(struct.pack("<II", *o) for o in origins), state)
        shown = [pieces_of(tok, text) for text in SHOWN]
        short = [[[piece, [origins[0][0], origins[-1][1]]] for piece, origins in text] for text in shown]
        parts.append({"kind": kind, "part": part, "written": written, "pieces": short,
                      "digest": "%016x" % state})
    lines = ",\n".join(json.dumps(p, ensure_ascii=False, separators=(",", ":")) for p in parts)
    head = json.dumps({"texts": TEXTS, "fragments": FRAGMENTS, "shown": SHOWN}, ensure_ascii=False)
    (HERE / "parts.json").write_text(head[:-1] + ',\n"parts": [\n' + lines + "\n]}\n")


def write_code_points():
    """Digests of what becomes of 16384 code points, with a | between them."""
    blocks = []
    for begin in range(0, 0x110000, 16384):
        codes = [c for c in range(begin, begin + 16384) if not 0xD800 <= c < 0xE000]
        blocks.append("|".join(map(chr, codes)))

    def put(name, of_block):
        lines.append(name + "".join(" %08x" % (digest(of_block(b)) & 0xFFFFFFFF) for b in blocks))

    lines = []
    for name, part in [*((n, {"type": n}) for n in
                         "NFC NFD NFKC NFKD Nmt Lowercase StripAccents".split()),
                       ("BertNormalizer", bert(True, True, True, True))]:
        normalizer = tokenizer("n", part).normalizer
        put(json.dumps(part, separators=(",", ":")),
            lambda b: normalizer.normalize_str(b).encode())
    for part in [{"type": "BertPreTokenizer"}, {"type": "Whitespace"}, {"type": "WhitespaceSplit"},
                 {"type": "UnicodeScripts"}, {"type": "Digits", "individual_digits": True},
                 *map(split, list(REGEXES.values())[:4]),
                 *(split(r"\p{%s}" % p) for p in "Lu Ll Lm P S Cf Han".split()),
                 split(r"\w"), split("(?i:[ksß])")]:
        pre_tokenizer = tokenizer("p", part).pre_tokenizer
        put(json.dumps(part, separators=(",", ":"), ensure_ascii=False), lambda b: b"".join(
            struct.pack("<II", *o) for _, o in pre_tokenizer.pre_tokenize_str(b)))
    (HERE / "code_points.txt").write_text("\n".join(lines) + "\n")


write_parts()
write_code_points()
