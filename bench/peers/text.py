#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tokenizers: Hearth beside tokenizers, tiktoken and sentencepiece, one core, same ids first. Prints a
table; a ratio above 1 means that Hearth is faster.

usage: text.py PROGRAM FOLDER [NAME=tokenizer.json|NAME=FILE.model ...] [--corpus NAME=FILE ...]

Without tokenizers of yours, byte-level BPE in GPT-2's and in Llama 3's form, WordPiece and Unigram, the
last by tokenizers and by sentencepiece, are trained on the corpora, once, in FOLDER. Corpora are Python's
documentation (English), Hearth's sources and, where apt-get can bring them, Debian's Japanese manuals."""

import argparse
import array
import gzip
import json
import math
import os
import pathlib
import subprocess
import time

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import sentencepiece  # noqa: E402
import tiktoken  # noqa: E402
import tokenizers  # noqa: E402
from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, trainers  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
MOST = 2_000_000


def corpora(folder):
    import pydoc_data.topics
    found = {"english": "\n".join(pydoc_data.topics.topics.values()),
             "code": "\n".join(path.read_text() for path in sorted((ROOT / "core/src").rglob("*.cpp")))}
    package = folder / "manpages-ja"
    if not package.exists():
        subprocess.run("apt-get download -q manpages-ja && dpkg-deb -x manpages-ja_*.deb manpages-ja",
                       shell=True, cwd=folder, check=False)
    if pages := sorted(package.rglob("man*/*.gz")):
        found["japanese"] = "\n".join(gzip.open(page).read().decode(errors="ignore") for page in pages[:600])
    for name, text in found.items():
        (folder / f"{name}.txt").write_bytes(text.encode()[:MOST].decode(errors="ignore").encode())
    return {name: folder / f"{name}.txt" for name in found}


def trained(folder, texts):
    byte_level = dict(initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
    recipes = {
        "gpt2": (models.BPE(), None, pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel(),
                 trainers.BpeTrainer(vocab_size=50257, **byte_level)),
        "llama3": (models.BPE(ignore_merges=True), None, pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]), decoders.ByteLevel(),
            trainers.BpeTrainer(vocab_size=128000, **byte_level)),
        "wordpiece": (models.WordPiece(unk_token="[UNK]"), normalizers.BertNormalizer(),
                      pre_tokenizers.BertPreTokenizer(), decoders.WordPiece(),
                      trainers.WordPieceTrainer(vocab_size=30522, special_tokens=["[UNK]"],
                                                show_progress=False)),
        "unigram": (models.Unigram(), normalizers.NFKC(), pre_tokenizers.Metaspace(), decoders.Metaspace(),
                    trainers.UnigramTrainer(vocab_size=16000, unk_token="<unk>", special_tokens=["<unk>"],
                                            show_progress=False)),
    }
    for name, (model, normalizer, splitter, decoder, trainer) in recipes.items():
        path = folder / f"{name}.json"
        if not path.exists():
            tokenizer = tokenizers.Tokenizer(model)
            if normalizer:
                tokenizer.normalizer = normalizer
            tokenizer.pre_tokenizer, tokenizer.decoder = splitter, decoder
            tokenizer.train([str(text) for text in texts], trainer)
            tokenizer.save(str(path), pretty=False)
        yield name, path
    path = folder / "sentencepiece.model"
    if not path.exists():
        sentencepiece.SentencePieceTrainer.train(
            input=[str(text) for text in texts], model_prefix=str(path.with_suffix("")), model_type="unigram",
            vocab_size=16000, byte_fallback=True, minloglevel=1)
    yield "sentencepiece", path


def documents(data, size):
    out, at = [], 0
    while at < len(data):
        end = min(len(data), at + (size or len(data)))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end += 1
        out.append(data[at:end].decode())
        at = end
    return out


def best(rounds, f):
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        f()
        times.append(time.perf_counter() - begin)
    return min(times)


def tiktoken_of(path, name):
    """The same vocabulary for tiktoken, where it is of bytes; ids may differ, so they aren't compared."""
    if name not in ("gpt2", "llama3"):
        return None
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {chr(byte): byte for byte in seen}
    letters.update({chr(256 + i): byte for i, byte in enumerate(b for b in range(256) if b not in seen)})
    vocab = json.loads(path.read_text())["model"]["vocab"]
    ranks = {bytes(letters[c] for c in token): rank for token, rank in vocab.items()
             if all(c in letters for c in token)}
    return tiktoken.Encoding(name, pat_str=GPT2 if name == "gpt2" else LLAMA3, mergeable_ranks=ranks,
                             special_tokens={})


def peers_of(path, name):
    """What gives a text's ids, which must be ours, and by peer what encodes many texts, with the time of
    Hearth's that it is compared with."""
    if path.suffix == ".model":
        peer = sentencepiece.SentencePieceProcessor(model_file=str(path))
        return peer.encode, {"sentencepiece": (lambda texts: [peer.encode(text) for text in texts], "encode_ids")}
    peer, other = tokenizers.Tokenizer.from_file(str(path)), tiktoken_of(path, name)
    peers = {"HF": (lambda texts: [peer.encode(text) for text in texts], "encode"),
             "fast": (peer.encode_batch_fast, "encode_ids")}
    if other:
        peers["tiktoken"] = (lambda texts: [other.encode_ordinary(text) for text in texts], "encode_ids")
    return lambda text: peer.encode(text, add_special_tokens=False).ids, peers


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("tokenizers", nargs="*", metavar="NAME=FILE")
    parser.add_argument("--corpus", action="append", default=[], metavar="NAME=FILE")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    named = lambda pairs: {k: pathlib.Path(v) for k, v in (pair.split("=", 1) for pair in pairs)}  # noqa: E731
    texts = named(arguments.corpus) or corpora(arguments.folder)
    ratios = {}
    print(f"{'tokenizer':14}{'text':10}{'bytes':>8}{'MB/s ids':>10}{'full':>8}{'decode':>8}{'2 threads':>10}"
          f"{'load ms':>9}")
    chosen = named(arguments.tokenizers) or dict(trained(arguments.folder, texts.values()))
    for name, path in chosen.items():
        ids_of, peers = peers_of(path, name)
        # Over whole files sentencepiece's sums of scores, in float, hardly tell ways apart any more.
        sizes = (2048,) if path.suffix == ".model" else (2048, 0)
        for corpus, file in texts.items():
            for size in sizes:
                texts_of = documents(file.read_bytes(), size)
                ids_file = arguments.folder / "ids.bin"
                ours = json.loads(subprocess.run(
                    [arguments.program, str(path), str(file), str(size), str(ids_file)], check=True,
                    capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "2"}).stdout)
                theirs = [i for text in texts_of for i in ids_of(text)]
                if list(array.array("I", ids_file.read_bytes())) != theirs:
                    raise SystemExit(f"{name}, {corpus}: ids differ from the peer's")
                row = {peer: best(2, lambda: encode(texts_of)) / ours[key] for peer, (encode, key) in peers.items()}
                for peer, ratio in row.items():
                    ratios.setdefault((name, peer), []).append(ratio)
                speed = lambda key: ours["bytes"] / ours[key] / 1e6  # noqa: E731
                print(f"{name:14}{corpus:10}{size or 'whole':>8}{speed('encode_ids'):10.1f}{speed('encode'):8.1f}"
                      f"{speed('decode'):8.0f}{ours['encode_ids'] / ours['two_threads']:9.2f}x"
                      f"{ours['load'] * 1e3:9.1f}  " + ", ".join(f"{r:.1f} x {peer}" for peer, r in row.items()),
                      flush=True)
    for (name, peer_name), values in ratios.items():
        mean = math.exp(sum(math.log(value) for value in values) / len(values))
        print(f"geometric mean, {name}, {peer_name}: {mean:.1f}")


main()
