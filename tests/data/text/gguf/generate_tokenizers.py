#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tokenizers beside it, which tests/text/gguf reads, as GGUF files without tensors, and
tokenizers.json: what Hugging Face's tokenizers, or SentencePiece, make of texts with the same vocabularies.

Usage: python3 generate_tokenizers.py   (needs gguf 0.19, tokenizers 0.22 and sentencepiece)
"""
import io
import json
import pathlib

import gguf
import sentencepiece
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).resolve().parent
CORPUS = (HERE / "generate_models.py").read_text().split("\n") * 2 + [
    "The quick brown fox jumps over the lazy dog. It's 1234 o'clock, isn't it?",
    "Die Straße führt über die Brücke; çà et là, déjà vu.", "日本語のテキスト、世界。", "Ünïcödé wörds 12 345 6789"] * 20
TEXTS = ["", "Hello, world!", "  two  spaces and a tab\t.", "It's 12345 o'clock\n\n  isn't it?", "IT'S ALL'S CAPS'LL",
         "日本語のテキスト 世界", "e\u0301 déjà vu \U0001f600!", "<|start|>user\nHi<|end|>", " a<s>b</s> c", "x\r\ny\u00a0z",
         "def f(x):\n    return x+1\n", "[CLS] Straße ÜBER unaffable [MASK]", "\x00\u200b", "camelCase HTTPServer v2.0.1"]
ENDINGS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
SPLITS = {
    "llama-bpe": ENDINGS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES,
    "qwen2": ENDINGS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES,
    "gpt-4o": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + ENDINGS +
              r"?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + ENDINGS +
              r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + SPACES,
    "tekken": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
              r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
              r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + SPACES,
}
SPECIAL = ["<|unk|>", "<|start|>", "<|end|>"]


def pre_tokenizer(name):
    if name == "gpt-2":
        return pre_tokenizers.ByteLevel(add_prefix_space=False)
    if name == "smollm":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(SPLITS[name]), "isolated"),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def write(name, kind, tokens, types, fill):
    w = gguf.GGUFWriter(HERE / f"{name}.gguf", "llama")
    w.add_tokenizer_model(kind)
    w.add_token_list(tokens)
    w.add_token_types(types)
    w.add_context_length(2048)
    fill(w)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def record(out, name, encode, decode):
    out[name] = [{"text": text, "ids": encode(text), "decoded": decode(encode(text))} for text in TEXTS]


def byte_pairs(out, name):
    t = Tokenizer(models.BPE(ignore_merges=name in ("llama-bpe", "tekken")))
    t.pre_tokenizer, t.decoder = pre_tokenizer(name), decoders.ByteLevel()
    if name == "qwen2":
        t.normalizer = normalizers.NFC()
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=500, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    model = json.loads(t.to_str())["model"]
    tokens = [token for token, _ in sorted(model["vocab"].items(), key=lambda item: item[1])]

    def fill(w):
        w.add_tokenizer_pre(name)
        w.add_token_merges([" ".join(pair) for pair in model["merges"]])
        w.add_bos_token_id(1)
        w.add_eos_token_id(2)
        w.add_unk_token_id(0)
        w.add_add_bos_token(False)
        w.add_chat_template([{"name": "default", "template": "{{ messages[0].content }}"}, {"name": "tools", "template": "x"}])

    write(f"bpe_{name}", "gpt2", tokens, [3 if token in SPECIAL else 1 for token in tokens], fill)
    record(out, f"bpe_{name}", lambda text: t.encode(text).ids, lambda ids: t.decode(ids, skip_special_tokens=False))


def pieces(out, prefix):
    name = "spm" if prefix else "spm_plain"
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([s for s in CORPUS if s.strip()]), model_writer=model, vocab_size=600, model_type="bpe",
        byte_fallback=True, normalization_rule_name="identity", add_dummy_prefix=prefix, remove_extra_whitespaces=False,
        user_defined_symbols=["<|start|>", "<|end|>"], character_coverage=0.98, minloglevel=2)
    p = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    tokens = [p.id_to_piece(i) for i in range(len(p))]
    types = [2 if p.is_unknown(i) else 3 if p.is_control(i) else 6 if p.is_byte(i) else 4 if "|" in tokens[i] and len(tokens[i]) > 4 else 1
             for i in range(len(p))]

    def fill(w):
        w.add_token_scores([p.get_score(i) for i in range(len(p))])
        w.add_bos_token_id(1)
        w.add_eos_token_id(2)
        w.add_unk_token_id(0)
        w.add_add_space_prefix(prefix)

    write(name, "llama", tokens, types, fill)
    # Texts with no special tokens in them: SentencePiece knows no others than its own.
    plain = [text for text in TEXTS if text and "<" not in text and "\x00" not in text]
    out[name] = [{"text": text, "ids": [1] + p.encode(text), "decoded": text} for text in plain]


def word_pieces(out):
    t = tokenizers.BertWordPieceTokenizer(lowercase=True)
    t.train_from_iterator(CORPUS, vocab_size=400, show_progress=False)
    vocab = t.get_vocab()
    tokens = sorted(vocab, key=vocab.get)
    special = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    t = tokenizers.BertWordPieceTokenizer(vocab, lowercase=True)
    stored = [x if x in special else x[2:] if x.startswith("##") else "\u2581" + x for x in tokens]

    def fill(w):
        w.add_unk_token_id(vocab["[UNK]"])
        w.add_pad_token_id(vocab["[PAD]"])
        w.add_bos_token_id(vocab["[CLS]"])
        w.add_sep_token_id(vocab["[SEP]"])
        w.add_mask_token_id(vocab["[MASK]"])

    write("wordpiece", "bert", stored, [3 if x in special else 1 for x in tokens], fill)
    record(out, "wordpiece", lambda text: t.encode(text).ids, lambda ids: t.decode(ids, skip_special_tokens=False))


def main():
    out = {}
    for name in ("gpt-2", "smollm", *SPLITS):
        byte_pairs(out, name)
    pieces(out, True)
    pieces(out, False)
    word_pieces(out)
    (HERE / "tokenizers.json").write_text(json.dumps(out, indent=None, separators=(",", ":")))


main()
