#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What other libraries make of small vocabularies and corpora, for tests/text/tokenizers/models.

Needs the packages tokenizers, tiktoken and sentencepiece. Writes into tests/data/text/models:
  engines.jsonl.gz   models of `tokenizers` with texts, ids and spans (bytes)
  trainers.jsonl.gz  corpora, options of trainers and the models that come out
  *.model            SentencePiece's, trained here on the corpus below, and *.jsonl what they make
  bytes.tiktoken     with bytes.jsonl, what tiktoken makes of it
"""
import base64
import gzip
import json
import pathlib
import random

import sentencepiece
import tiktoken
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

OUT = pathlib.Path(__file__).parent.parent / "tests/data/text/models"
WORDS = ("the cat sat on a mat while rain fell; über naïve café 東京 日本語 テスト 한국어 αβγ привет "
         "x1 y22 z333 hello_world foo(bar) a+b=c emoji 😀 👩‍👩‍👧 e\u0301 don't won't it's 10,000.5 "
         "internationalization tokenization nationality national nation").split()
HARD = [" ", "a" * 300, "ab" * 200, "the cat", "  two  spaces ", "日本語のテスト", "e\u0301\u0301",
        "😀😀", "<unk>", "a<unk>b", "\u0000\u007f\u2028", "<0x41>", "ﬁ", "\ufffd", "nation" * 30]


def corpus(seed, lines=120):
    r = random.Random(seed)
    return [" ".join(r.choice(WORDS) for _ in range(r.randint(1, 14))) for _ in range(lines)]


def write(name, rows):
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    with open(OUT / name, "wb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0) if name.endswith(".gz") else text.encode())


def model_of(tokenizer, pretty=False):
    text = tokenizer.to_str(pretty=pretty)
    key = '\n  "model": ' if pretty else ',"model":'
    return text[text.index(key) + len(key):].rstrip()[:-1].rstrip()


def engine_row(model, texts):
    ids, spans = [], []
    for text in texts:
        try:
            tokens = model.tokenize(text)
        except Exception:  # noqa: BLE001
            ids.append(None)
            spans.append(None)
            continue
        ids.append([token.id for token in tokens])
        # HF's go on past the text where bytes stand for a prefix of an unknown letter.
        end = len(text.encode())
        spans.append([min(n, end) for token in tokens for n in token.offsets])
    return {"model": model_of(Tokenizer(model)), "texts": texts, "ids": ids, "spans": spans}


def random_merges(r, letters, count, prefix="", suffix=""):
    tokens = list(dict.fromkeys(
        list(letters) + [prefix + c for c in letters] + [c + suffix for c in letters] +
        [prefix + c + suffix for c in letters]))
    merges = []
    for _ in range(20 * count):
        a, b = r.choice(tokens), r.choice(tokens)
        joined = a + b[len(prefix):]
        if len(joined) > 12 or (a, b) in merges or not b.startswith(prefix):
            continue
        if suffix and a.endswith(suffix):
            continue
        if joined not in tokens:
            tokens.append(joined)
        merges.append((a, b))
        if len(merges) == count:
            break
    if r.random() < 0.5:
        r.shuffle(merges)
    return tokens, merges


def engines():
    for seed in range(24):
        r = random.Random(seed)
        letters = ["ab", "abc", "aé日", "abcd"][seed % 4]
        texts = ["".join(r.choice(letters) for _ in range(r.randint(1, 40))) for _ in range(12)]
        texts += ["".join(r.choice(letters + "xé☃") for _ in range(r.randint(1, 20))) for _ in range(8)]
        texts += HARD
        prefix, suffix = [("", ""), ("", ""), ("##", ""), ("", "</w>")][seed // 4 % 4]
        tokens, merges = random_merges(r, letters, r.randint(4, 24), prefix, suffix)
        ids = list(range(len(tokens)))
        r.shuffle(ids)
        vocab = dict(zip(tokens, ids))
        options = {}
        if prefix:
            options["continuing_subword_prefix"] = prefix
        if suffix:
            options["end_of_word_suffix"] = suffix
        if r.random() < 0.6:
            vocab["<unk>"] = len(vocab)
            options.update(unk_token="<unk>", fuse_unk=r.random() < 0.5)
        if seed % 5 == 0:
            for byte in range(r.choice([256, 200])):
                vocab[f"<0x{byte:02X}>"] = len(vocab)
            options["byte_fallback"] = True
        if r.random() < 0.3:
            options["ignore_merges"] = True
            vocab.setdefault("".join(r.choice(letters) for _ in range(5)), len(vocab))
        yield engine_row(models.BPE(vocab, merges, **options), texts)

        words = ["".join(r.choice(letters) for _ in range(r.randint(1, 5))) for _ in range(16)]
        pieces = list(dict.fromkeys(list(letters) + words + ["##" + word for word in words]))
        vocab = {piece: i for i, piece in enumerate(pieces)}
        vocab["[UNK]"] = len(vocab)
        yield engine_row(models.WordPiece(vocab, unk_token="[UNK]",
                                          max_input_chars_per_word=r.choice([100, 10])), texts)
        yield engine_row(models.WordLevel(vocab, unk_token="[UNK]"), texts)
        scored = [(piece, -float(r.randint(1, 9)) if r.random() < 0.5 else -9 * r.random())
                  for piece in pieces[r.randint(0, 2):] + ["<unk>"]]
        fallback = seed % 4 == 1
        if fallback:
            scored += [(f"<0x{byte:02X}>", -3.25) for byte in range(256)]
        unk = [piece for piece, _ in scored].index("<unk>") if seed % 7 else None
        yield engine_row(models.Unigram(scored, unk, fallback), texts)


def train():
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    cases = [
        ("bpe", {}), ("bpe", {"vocab_size": 200, "min_frequency": 3}),
        ("bpe", {"vocab_size": 150, "special_tokens": ["<s>", "a", "</s>"]}),
        ("bpe", {"vocab_size": 300, "max_token_length": 4}),
        ("bpe", {"vocab_size": 400, "initial_alphabet": sorted(alphabet)}),
        ("wordlevel", {"vocab_size": 30, "special_tokens": ["<unk>", "the"]}),
        ("wordlevel", {"min_frequency": 60}),
    ]
    for seed, (kind, options) in enumerate(cases):
        texts = corpus(seed)
        if kind == "bpe":
            tokenizer, trainer = Tokenizer(models.BPE()), trainers.BpeTrainer
        else:
            tokenizer, trainer = Tokenizer(models.WordLevel(unk_token="<unk>")), trainers.WordLevelTrainer
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        if "initial_alphabet" in options:
            tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        untrained = tokenizer.to_str()
        tokenizer.train_from_iterator(texts, trainer(show_progress=False, **options))
        yield {"kind": kind, "options": options, "texts": texts, "untrained": untrained,
               "trained": tokenizer.to_str(pretty=True)}


def sentencepieces():
    (OUT / "corpus.txt").write_text("\n".join(corpus(7, 400)))
    texts = corpus(8, 25) + [text for text in HARD if "\u0000" not in text] + ["x<sep>yy<sep>", "☃☃ ☃"]
    for kind in ("bpe", "unigram"):
        sentencepiece.SentencePieceTrainer.train(
            input=str(OUT / "corpus.txt"), model_prefix=str(OUT / kind), model_type=kind,
            vocab_size=420, byte_fallback=True, character_coverage=0.98, hard_vocab_limit=False,
            normalization_rule_name="identity", user_defined_symbols=["<sep>"], minloglevel=2)
        (OUT / f"{kind}.vocab").unlink()
        processor = sentencepiece.SentencePieceProcessor(model_file=str(OUT / f"{kind}.model"))
        write(f"{kind}.jsonl", [{"text": processor.normalize(text), "ids": processor.encode(text)}
                                for text in texts])
    (OUT / "corpus.txt").unlink()


def tiktokens():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(corpus(9, 300), trainers.BpeTrainer(
        vocab_size=500, initial_alphabet=alphabet, show_progress=False))
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {chr(byte): byte for byte in seen}
    letters.update({chr(256 + i): byte
                    for i, byte in enumerate(byte for byte in range(256) if byte not in seen)})
    ranks = {bytes(letters[c] for c in token): rank for token, rank in tokenizer.get_vocab().items()}
    (OUT / "bytes.tiktoken").write_bytes(b"".join(
        base64.b64encode(token) + b" %d\n" % rank
        for token, rank in sorted(ranks.items(), key=lambda item: item[1])))
    encoding = tiktoken.Encoding("bytes", pat_str="(?s:.+)", mergeable_ranks=ranks, special_tokens={})
    write("bytes.jsonl", [{"text": text, "ids": encoding.encode_ordinary(text)}
                          for text in corpus(10, 25) + HARD])


OUT.mkdir(parents=True, exist_ok=True)
write("engines.jsonl.gz", engines())
write("trainers.jsonl.gz", train())
sentencepieces()
tiktokens()
