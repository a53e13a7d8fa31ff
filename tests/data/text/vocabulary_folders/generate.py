# SPDX-License-Identifier: Apache-2.0
# Folders of models that have a vocabulary in a file of its own and no tokenizer.json, as older ones
# do, and what transformers' AutoTokenizer makes of texts with them: cases.jsonl.gz, a line each.
# Files are in base64.
#
#     pip install transformers sentencepiece &&
#     python tests/data/text/vocabulary_folders/generate.py
import base64
import gzip
import io
import json
import pathlib
import sys
import tempfile

import sentencepiece
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tokenizers"))
from generate import CORPUS  # noqa: E402

RULES = str(HERE.parent / "tokenizers" / "rules.tsv")
TEXTS = ["", "Hello world", " The  quick\tbrown fox isn't lazy. ", "naïve e\u0301té 😀 猫 ``x''",
         "the\u2581time \u2581\u2581 1,234 ½", "a<mask> b [MASK]c<s>the</s> <unk>", "<new> New2 the",
         "lower\n\nlowest  \r\n ﬁne ZWJ\u200b?", "<extra_id_3>the <|endoftext|>x <tool>the <x>"]
PAIRS = [("Hello", "the fox"), ("", "lower")]
ADDED = {"<new>": 0, "New2": 1}


def spm(name, model_type, vocab_size=260, **options):
    out = io.BytesIO()
    if model_type == "unigram":
        options["hard_vocab_limit"] = False
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=out, minloglevel=2, num_threads=1,
        model_type=model_type, vocab_size=vocab_size,
        **({"normalization_rule_tsv": RULES} | options))
    return {name: out.getvalue()}


def byte_level(specials, suffix=None):
    ending = {"end_of_word_suffix": suffix} if suffix else {}
    tokenizer = Tokenizer(models.BPE(**ending))
    if suffix:
        tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=380, special_tokens=specials, initial_alphabet=alphabet, show_progress=False,
        **ending))
    model = json.loads(tokenizer.to_str())["model"]
    for letter in alphabet if suffix else []:
        for token in (letter, letter + suffix):
            model["vocab"].setdefault(token, len(model["vocab"]))
    merges = "".join(" ".join(merge) + "\n" for merge in model["merges"])
    return {"vocab.json": json.dumps(model["vocab"], ensure_ascii=False).encode(),
            "merges.txt": ("#version: 0.2\n" + merges).encode()}


def wordpiece(specials, lower=True):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lower)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(
        vocab_size=250, special_tokens=specials, show_progress=False))
    vocab = tokenizer.get_vocab()
    return {"vocab.txt": "".join(t + "\n" for t in sorted(vocab, key=vocab.get)).encode()}


BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
BOS_EOS = {"unk_id": 0, "bos_id": 1, "eos_id": 2}
MASK = {"content": "<mask>", "lstrip": True, "normalized": False, "rstrip": False,
        "single_word": False}
LISTED = {"900": {"content": "<|im_start|>", "lstrip": False, "normalized": False, "rstrip": False,
                  "single_word": False, "special": True},
          "901": {"content": "<new>", "lstrip": True, "normalized": False, "rstrip": True,
                  "single_word": False, "special": False}}


def klass(name, **config):
    return {"tokenizer_config.json": {"tokenizer_class": name + "Tokenizer"} | config}


def of_model(name):
    return {"config.json": {"model_type": name}}


# Vocabulary, and files of settings; an added_tokens.json where True is last.
FOLDERS = [
    (wordpiece(BERT), klass("Bert")),
    (wordpiece(BERT, False), klass("Electra", do_lower_case=False, strip_accents=True), True),
    (wordpiece(BERT[:4]), klass("DistilBert")),
    (wordpiece(BERT), klass("Bert", cls_token="the", tokenize_chinese_chars=False) | {
        "special_tokens_map.json": {"sep_token": "[SEP]", "additional_special_tokens": ["New2"]}}),
    (wordpiece(["<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>"]), klass("MPNet")),
    (byte_level(["<|endoftext|>"]), klass("GPT2", add_bos_token=True, pad_token="<pad>"), True),
    (byte_level([]), of_model("gpt2")),
    (byte_level(ROBERTA), klass("Roberta") | {"special_tokens_map.json": {"mask_token": MASK}}),
    (byte_level(ROBERTA), klass("Bart", add_prefix_space=True, trim_offsets=False)),
    (byte_level(["<|endoftext|>"]), klass("Qwen2", eos_token="<|im_end|>", bos_token=None,
                                         added_tokens_decoder=LISTED)),
    (byte_level(["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"]), of_model("deberta")),
    (byte_level(["<|startoftext|>", "<|endoftext|>"], "</w>"), klass("CLIP")),
    (spm("tokenizer.model", "bpe", 500, byte_fallback=True, user_defined_symbols=["<tool>"],
         remove_extra_whitespaces=False, **BOS_EOS),
     klass("Llama", add_bos_token=True, add_eos_token=True, legacy=True), True),
    (spm("tokenizer.model", "bpe", 240, **BOS_EOS), klass("Llama", add_prefix_space=False)),
    (spm("tokenizer.model", "bpe", 500, byte_fallback=True, **BOS_EOS),
     klass("Llama", add_bos_token=True) | of_model("mistral"), True),
    (spm("tokenizer.model", "unigram", **BOS_EOS), klass("Unheard", legacy=False)),
    (spm("tokenizer.model", "bpe", 500, byte_fallback=True, remove_extra_whitespaces=False,
         add_dummy_prefix=False, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>",
         bos_piece="<bos>", eos_piece="<eos>", user_defined_symbols=["<mask>", "<x>"]),
     klass("Gemma", add_bos_token=True)),
    (spm("spiece.model", "unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1), klass("T5"), True),
    (spm("spiece.model", "unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
         user_defined_symbols=["<x>"]), klass("T5", extra_ids=4, extra_special_tokens=["<new>"])),
    (spm("spiece.model", "unigram", pad_id=0, unk_id=1, bos_id=-1, eos_id=-1,
         control_symbols=["[CLS]", "[SEP]", "[MASK]"]), of_model("albert")),
    (spm("spiece.model", "unigram", pad_id=0, unk_id=1, bos_id=-1, eos_id=-1,
         control_symbols=["[CLS]", "[SEP]", "[MASK]"]),
     klass("Albert", keep_accents=True, do_lower_case=False)),
    (spm("spiece.model", "unigram", control_symbols=["<cls>", "<sep>", "<pad>", "<mask>"],
         **BOS_EOS), klass("XLNet")),
    (spm("sentencepiece.bpe.model", "unigram", **BOS_EOS), klass("XLMRoberta"), True),
    (spm("sentencepiece.bpe.model", "unigram", **BOS_EOS), of_model("camembert")),
    (spm("spm.model", "unigram", pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]",
         bos_piece="[CLS]", eos_piece="[SEP]", unk_piece="[UNK]"),
     klass("DebertaV2", split_by_punct=True, do_lower_case=True), True),
]


def call(tokenizer, *texts, **options):
    batch = tokenizer(*texts, return_offsets_mapping=True, **options)
    return {name: list(batch[name]) for name in batch}


def main():
    lines = []
    for vocabulary, settings, *added in FOLDERS:
        with tempfile.TemporaryDirectory() as folder:
            files = dict(vocabulary)
            for name, value in settings.items():
                files[name] = json.dumps(value, ensure_ascii=False).encode()

            def write():
                for name, data in files.items():
                    (pathlib.Path(folder) / name).write_bytes(data)
                return AutoTokenizer.from_pretrained(folder)

            tokenizer = write()
            if added:
                numbers = {token: len(tokenizer) + i for token, i in ADDED.items()}
                files["added_tokens.json"] = json.dumps(numbers).encode()
                tokenizer = write()
            ids = [tokenizer(text)["input_ids"] for text in TEXTS]
            lines.append({
                "files": {name: base64.b64encode(data).decode() for name, data in files.items()},
                "texts": [call(tokenizer, text) for text in TEXTS],
                "plain": [call(tokenizer, text, add_special_tokens=False) for text in TEXTS],
                "pairs": [call(tokenizer, *pair) for pair in PAIRS],
                "decoded": [tokenizer.decode(i) for i in ids],
                "skipped": [tokenizer.decode(i, skip_special_tokens=True) for i in ids],
                "special": {name: getattr(tokenizer, name + "_id") for name in
                            ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token",
                             "cls_token", "mask_token")},
                "size": len(tokenizer), "padding_side": tokenizer.padding_side})
            print(type(tokenizer).__name__, sum(map(len, files.values())))
    lines.insert(0, {"texts": TEXTS, "pairs": PAIRS})
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
                   for line in lines)
    (HERE / "cases.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
