#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the texts that pretrained/data/langid is trained and tested on.

usage: scripts/langid-corpus.py FOLDER

Downloads Debian's manual pages in many languages, fortune cookies and the installation guide with
apt-get (nothing is installed), and writes to FOLDER, a paragraph a line after its language and a tab:

  train.tsv     manual pages
  pages.tsv     manual pages of other names: every tenth, in all languages the same ones
  fortunes.tsv  fortune cookies
  guide.tsv     the installation guide

Of manual pages there are left running text without commands, tables, examples and what is set in bold
or italics; without translators' names, licences, paragraphs that are still English, and paragraphs that
were there before."""

import gzip
import pathlib
import re
import subprocess
import sys
import zlib

LANGUAGES = "cs da de el en es fi fr hu id it ja nb nl pl pt ro ru sr sv tr uk vi zh".split()
WITH_DEV = "cs da de es fr it ja nl pl pt-br ru uk".split()
PAGES = (["manpages", "manpages-dev"]
         + [f"manpages-{'pt-br' if x == 'pt' else x}" for x in LANGUAGES if x != "en"]
         + [f"manpages-{x}-dev" for x in WITH_DEV])
# Where each package keeps its cookies.
FORTUNES = {"en": "fortunes", "de": "fortunes-de", "es": "fortunes-es", "it": "fortunes-it",
            "pl": "fortunes-pl", "pt": "fortunes-br", "ru": "fortunes-ru", "zh": "fortunes-zh"}
GUIDE = "installation-guide-amd64"

NAMED = {"oq": "'", "cq": "'", "aq": "'", "lq": '"', "rq": '"', "dq": '"', "em": "-", "en": "-",
         "hy": "-", "bu": "", "co": "", "rs": "\\", "ti": "~", "ha": "^", "Fo": "«", "Fc": "»",
         "Bq": "„", "ss": "ß", "o/": "ø", "O/": "Ø", "ae": "æ", "AE": "Æ"}
ACCENTS = {":": "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", ",": "\u0327",
           "o": "\u030a"}
# What is between these and their ends is no running text.
BLOCKS = {"nf": "fi", "EX": "EE", "TS": "TE", "Bd": "Ed", "de": ".", "ig": ".", "UR": "UE", "MT": "ME",
          "EQ": "EN", "de1": "."}
BREAKS = {"PP", "P", "LP", "TP", "IP", "HP", "RS", "RE", "br", "sp", "Pp", "It", "Bl", "El", "SH", "SS",
          "Sh", "Ss", "TH", "TQ", "Dd"}
ENGLISH = {"the", "and", "which", "with", "this", "are", "from", "that", "of", "be", "is", "by"}


def named(match):
    name = next(g for g in match.groups() if g is not None)
    if name.startswith("u") and re.fullmatch("u[0-9A-F]{4,6}", name):
        return chr(int(name[1:], 16))
    if len(name) == 2 and name[0] in ACCENTS and name[1].isalpha():
        return name[1] + ACCENTS[name[0]]
    return NAMED.get(name, "")


def plain(line):
    """A line of troff without its escapes and without what is in bold or italics."""
    line = re.sub(r"\\f(?:[BI23]|\[[BI]+\]|\(C[WBI]|\(B.).*?(?:\\f(?:[RP1]|\[[RP]?\])|$)", " ", line)
    line = re.sub(r"\\f(?:.|\[\w*\]|\(..)|\\s[-+]?\d|\\[mhvw](?:'[^']*'|\[[^]]*\])", "", line)
    line = re.sub(r"\\\*?\((..)|\\\*?\[([^]]*)\]", named, line)
    line = re.sub(r"\\\*.|\\[&|^/,:%c)]", "", line)
    line = re.sub(r"\\[ ~0]", " ", line)
    return line.replace("\\-", "-").replace("\\e", "\\")


def page_paragraphs(text):
    end, paragraph = None, []
    for line in text.split("\n"):
        macro = re.match(r"[.']\s*(\S+)", line)
        if end:
            if macro and macro[1] == end:
                end = None
            continue
        if not macro and line[:1] not in (".", "'"):
            if line.strip():
                paragraph.append(plain(line))
                continue
        elif macro and macro[1].startswith(('\\"', '"')):
            continue
        elif macro and macro[1] in BLOCKS:
            end = BLOCKS[macro[1]]
        elif macro and macro[1] not in BREAKS:
            continue  # the rest of a sentence in bold, a reference
        if paragraph:
            yield " ".join(paragraph)
        paragraph = []
    if paragraph:
        yield " ".join(paragraph)


def clean(text, language):
    """A paragraph as it is learned from; empty for one that is not worth it."""
    text = re.sub(r"<[^>]*>|https?://\S+|\S*[@/_=\\]\S*|\(\d\w*\)|\(\)", " ", text)
    text = " ".join(text.split())
    words = re.findall(r"[^\W\d_]+", text)
    letters = sum(map(len, words))
    short = language in ("ja", "zh")
    if letters < (8 if short else 25) or letters < 0.6 * len(text):
        return ""
    if re.search(r"Copyright|GNU General|Free Software|GPL", text):
        return ""
    english = sum(w.lower() in ENGLISH for w in words)
    if language != "en" and english >= 2 and english > 0.12 * len(words):
        return ""
    if language in ("el", "ru", "sr", "uk", "ja", "zh") and \
            sum(len(w) for w in words if w.isascii()) > 0.4 * letters:
        return ""
    return text


def fetch(folder):
    debs = folder / "packages"
    debs.mkdir(parents=True, exist_ok=True)
    wanted = PAGES + list(FORTUNES.values()) + ["fortunes-min", GUIDE]
    missing = [p for p in wanted if not list(debs.glob(f"{p}_*.deb"))]
    if missing:
        subprocess.run(["apt-get", "download", *missing], cwd=debs, check=True)
    for package in wanted:
        root = debs / package
        if not root.exists():
            subprocess.run(["dpkg-deb", "-x", next(debs.glob(f"{package}_*.deb")), root], check=True)
    return debs


def language_of(path):
    folder = path.parts[path.parts.index("man") + 1]
    return "en" if folder.startswith("man") else folder.split("_")[0]


def manual_pages(debs):
    """(language, name, text) of every page."""
    for package in PAGES:
        for path in sorted((debs / package).rglob("usr/share/man/**/*.gz")):
            if not path.is_symlink():
                text = gzip.open(path).read().decode("utf-8", "replace")
                if "\ufffd" not in text and not text.startswith(".so"):
                    yield language_of(path), path.name, text


def write_pages(debs, folder):
    kept = {True: [], False: []}
    for language, name, text in manual_pages(debs):
        test = zlib.crc32(name.encode()) % 10 == 0
        for paragraph in page_paragraphs(text):
            paragraph = clean(paragraph, language)
            if paragraph:
                kept[test].append((language, paragraph))
    seen, counts = set(), {}
    for test, name in ((False, "train.tsv"), (True, "pages.tsv")):
        with open(folder / name, "w") as out:
            for language, paragraph in kept[test]:
                # English comes first, so what others left untranslated was there before.
                key = re.sub(r"\W+", " ", paragraph.lower())
                if key not in seen:
                    seen.add(key)
                    out.write(f"{language}\t{paragraph}\n")
                    counts.setdefault(language, [0, 0])[test] += len(paragraph.encode())
    for language, (train, test) in sorted(counts.items()):
        print(f"{language}: {train >> 10} kB to train on, {test >> 10} kB of other pages")


def write_fortunes(debs, folder):
    with open(folder / "fortunes.tsv", "w") as out:
        for language, package in FORTUNES.items():
            root = debs / package / "usr/share/games/fortunes"
            files = sorted(root.parent.rglob("*")) + (
                sorted((debs / "fortunes-min").rglob("*")) if language == "en" else [])
            seen = set()
            for path in files:
                if path.is_symlink() or not path.is_file() or path.suffix in (".dat", ".u8"):
                    continue
                text = path.read_bytes().decode("utf-8", "replace")
                if "\ufffd" in text or "off" in path.parts:
                    continue
                for cookie in re.split(r"^%+$", text, flags=re.M):
                    lines = [x.strip() for x in re.sub(r"\x1b\[[\d;]*m", "", cookie).split("\n")]
                    cookie = " ".join(x for x in lines if x and not re.match(r"-+ |--|—|―", x))
                    cookie = " ".join(cookie.split())
                    if cookie and cookie not in seen and re.search(r"[^\W\d_]{2}", cookie):
                        seen.add(cookie)
                        out.write(f"{language}\t{cookie}\n")


def write_guide(debs, folder):
    with open(folder / "guide.tsv", "w") as out:
        seen = set()
        paths = sorted((debs / GUIDE).rglob("install.*.txt.gz"))
        # English comes first, so that what is not translated counts as English.
        for path in sorted(paths, key=lambda p: p.name != "install.en.txt.gz"):
            language = path.name.split(".")[1].split("_")[0]
            if language not in LANGUAGES:
                continue
            text = gzip.open(path).read().decode("utf-8", "replace")
            for paragraph in re.split(r"\n\s*\n", text):
                paragraph = clean(" ".join(paragraph.split()), language)
                if paragraph and paragraph not in seen:
                    seen.add(paragraph)
                    out.write(f"{language}\t{paragraph}\n")


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    debs = fetch(folder)
    write_pages(debs, folder)
    write_fortunes(debs, folder)
    write_guide(debs, folder)


if __name__ == "__main__":
    main()
