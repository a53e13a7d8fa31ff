# SPDX-License-Identifier: Apache-2.0
# SentencePiece models and a .tiktoken file, small, and the ids that their own libraries give:
# cases.jsonl.gz, a line for each file.
#
#     pip install sentencepiece tiktoken && python tests/data/text/tokenizer_files/generate.py
import base64
import gzip
import io
import json
import pathlib
import random
import sys

import sentencepiece
import tiktoken
from tiktoken._educational import bpe_train

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tokenizers"))
from generate import CORPUS, TEXTS  # noqa: E402

GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
CL100K = (r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"""
          r"""|\s++$|\s*[\r\n]|\s+(?!\S)|\s""")
# What pieces chosen at random stand for, by file.
DECODED = {}


def sentencepiece_files():
    rules = str(HERE.parent / "tokenizers" / "rules.tsv")
    for name, options in {
        "unigram": {"model_type": "unigram", "vocab_size": 250, "normalization_rule_tsv": rules},
        "bpe": {"model_type": "bpe", "vocab_size": 300, "normalization_rule_name": "identity",
                "remove_extra_whitespaces": False, "byte_fallback": False},
        "bpe_bytes": {"model_type": "bpe", "vocab_size": 560, "byte_fallback": True,
                      "normalization_rule_tsv": rules, "user_defined_symbols": ["the", "<x>"]},
        # Spaces stand behind words.
        "suffix": {"model_type": "unigram", "vocab_size": 250, "normalization_rule_tsv": rules,
                   "treat_whitespace_as_suffix": True},
        "suffix_bpe": {"model_type": "bpe", "vocab_size": 300, "normalization_rule_name": "identity",
                       "treat_whitespace_as_suffix": True, "remove_extra_whitespaces": False},
    }.items():
        out = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(CORPUS), model_writer=out, minloglevel=2,
            hard_vocab_limit=False, **options)
        (HERE / f"{name}.model").write_bytes(out.getvalue())
        processor = sentencepiece.SentencePieceProcessor(model_proto=out.getvalue())
        rng = random.Random(1)
        pieces = [i for i in range(len(processor))
                  if not processor.is_unknown(i) and not processor.is_byte(i)]
        spaces = [i for i in pieces if processor.id_to_piece(i).startswith("▁")]
        ids = [[*rng.choices(spaces, k=rng.randint(0, 3)), *rng.choices(pieces, k=3)]
               for _ in range(20)]
        DECODED[f"{name}.model"] = [{"ids": i, "text": processor.decode(i)} for i in ids]
        # "<s>" is found in a text, as Hugging Face has it; SentencePiece finds no such thing.
        yield f"{name}.model", [t for t in TEXTS if "<s>" not in t], processor.encode


def kept_symbols():
    """User-defined symbols are left by the normalizer as they are, whatever its rules say of them."""
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=out, minloglevel=2, hard_vocab_limit=False,
        model_type="unigram", vocab_size=200, byte_fallback=False,
        normalization_rule_tsv=str(HERE.parent / "tokenizers" / "rules.tsv"),
        user_defined_symbols=["\ufb01x", "\uff211", "\xbd", "e\u0301s", "<x>"])
    (HERE / "kept.model").write_bytes(out.getvalue())
    encode = sentencepiece.SentencePieceProcessor(model_proto=out.getvalue()).encode
    texts = ["the \ufb01x is", "\ufb01x", "\ufb01", "a \uff211b \uff212", "\xbd a\xbd", "e\u0301s e\u0301",
             "de\u0301s<x>", "  \xbd  \u216b\ufb01x\ufb01x  ", "\ufb01x\u200b\xa0\ufb01x", "the <x>"]
    lines = [json.dumps({"text": text, "ids": encode(text)}, ensure_ascii=False) + "\n" for text in texts]
    (HERE / "kept.jsonl").write_text("".join(lines))


def tiktoken_files():
    for name, pattern in (("gpt2", GPT2), ("cl100k_base", CL100K)):
        ranks = bpe_train("\n".join(CORPUS), 340, pattern, visualise=None)
        lines = b"".join(base64.b64encode(t) + b" %d\n" % r for t, r in ranks.items())
        (HERE / f"{name}.tiktoken").write_bytes(lines)
        encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks,
                                     special_tokens={})
        yield f"{name}.tiktoken", TEXTS, lambda text, e=encoding: e.encode_ordinary(text)


def main():
    kept_symbols()
    lines = []
    for files in (sentencepiece_files(), tiktoken_files()):
        for name, texts, encode in files:
            lines.append({"file": name, "cases": [{"text": t, "ids": encode(t)} for t in texts],
                          "decoded": DECODED.get(name, [])})
            print(name, (HERE / name).stat().st_size)
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
                   for line in lines)
    (HERE / "cases.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
