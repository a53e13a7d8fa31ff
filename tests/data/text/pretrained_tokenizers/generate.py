# SPDX-License-Identifier: Apache-2.0
# Tokenizers with the files that models come with, and what transformers makes of batches with them:
# cases.jsonl.gz, a line each. The tokenizer.json are those of ../tokenizers.
#
#     pip install torch transformers && python tests/data/text/pretrained_tokenizers/generate.py
import gzip
import json
import pathlib
import tempfile

from transformers import PreTrainedTokenizerFast

HERE = pathlib.Path(__file__).parent
TEXTS = ["Hello world", "The quick brown fox isn't the lazy dog.", "", "naïve 😀 猫"]
PAIRS = [("Hello world", "the fox"), ("the lazy dog jumps over it", "Hello")]
CASES = [
    ("bert_uncased", {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]",
                      "cls_token": "[CLS]", "mask_token": "[MASK]", "model_max_length": 12,
                      "clean_up_tokenization_spaces": True,
                      "model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}),
    ("roberta", {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>",
                 "mask_token": {"__type": "AddedToken", "content": "<mask>", "lstrip": True,
                                "normalized": False, "rstrip": False, "single_word": False,
                                "special": True},
                 "model_max_length": 1e30, "truncation_side": "left",
                 "model_input_names": ["input_ids", "attention_mask"]}),
    ("gpt2", {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>",
              "pad_token": "<|endoftext|>", "padding_side": "left", "add_bos_token": True,
              "model_input_names": ["input_ids", "attention_mask"]}),
    ("llama2", {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<unk>",
                "add_bos_token": True, "add_eos_token": True, "model_max_length": 20,
                "model_input_names": ["input_ids", "attention_mask"]}),
    ("t5", {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>",
            "extra_special_tokens": ["<extra_id_0>", "<extra_id_1>"],
            "added_tokens_decoder": {
                "400": {"content": "<new>", "lstrip": True, "normalized": False, "rstrip": False,
                        "single_word": False, "special": False}},
            "model_input_names": ["input_ids", "attention_mask"]}),
    # tokenizer.json pads at the left, with a token of its own.
    ("gpt2_prefix", {"eos_token": "the", "model_input_names": ["input_ids", "attention_mask"]}),
    # Named tokens are special, also where tokenizer.json says otherwise.
    ("swallowed_spaces", {"eos_token": "[UNK]", "bos_token": "\n", "pad_token": "<s>",
                          "model_input_names": ["input_ids", "attention_mask"]}),
]
# With special_tokens_map.json, which counts before tokenizer_config.json, unless that lists the
# added tokens.
MAP = {"bos_token": "<new>", "pad_token": "</s>", "additional_special_tokens": ["fox"],
       "mask_token": {"content": "quick", "lstrip": True, "normalized": False, "rstrip": False,
                      "single_word": False}}
CONFIG = {"bos_token": "<s>", "eos_token": "<eos>", "pad_token": "<unk>", "mask_token": "<mask>",
          "model_input_names": ["input_ids", "attention_mask"]}
CASES += [
    ("llama2", CONFIG, MAP),
    ("llama2", CONFIG | {"added_tokens_decoder": {
        "700": {"content": "<eos>", "lstrip": False, "normalized": False, "rstrip": False,
                "single_word": False, "special": False}}}, MAP),
]
CALLS = [
    {"padding": True},
    {"padding": True, "truncation": True, "max_length": 8},
    {"padding": "max_length", "truncation": True, "max_length": 10, "add_special_tokens": False},
    {"padding": True, "pad_to_multiple_of": 8},
    {"padding": True, "truncation": True, "max_length": 7, "stride": 2,
     "return_overflowing_tokens": True},
]


def main():
    lines = []
    for family, config, *names in CASES:
        with gzip.open(HERE.parent / "tokenizers" / f"{family}.jsonl.gz", "rt") as file:
            tokenizer_json = json.loads(file.readline())["tokenizer"]
        config = {"tokenizer_class": "PreTrainedTokenizerFast", **config}
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "tokenizer.json").write_text(tokenizer_json, encoding="utf-8")
            (folder / "tokenizer_config.json").write_text(json.dumps(config))
            if names:
                (folder / "special_tokens_map.json").write_text(json.dumps(names[0]))
            tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        calls = []
        for options in CALLS:
            for pairs in (False, True):
                its = {**options, **({"truncation": "only_first"} if pairs and "stride" in options
                                     else {})}
                data = (list(zip(*PAIRS)) if pairs else [TEXTS])
                try:
                    batch = tokenizer(*[list(texts) for texts in data], **its)
                except BaseException as error:
                    calls.append({"options": its, "pairs": pairs, "error": str(error)})
                    continue
                calls.append({"options": its, "pairs": pairs, "input_ids": batch["input_ids"],
                              "attention_mask": batch["attention_mask"],
                              "token_type_ids": batch.get("token_type_ids"),
                              "mapping": batch.get("overflow_to_sample_mapping")})
        ids = tokenizer(TEXTS[1] + " <new> I'm here .")["input_ids"]
        lines.append({"family": family, "config": json.dumps(config),
                      "names": json.dumps(names[0]) if names else None, "calls": calls, "ids": ids,
                      "decoded": tokenizer.decode(ids, skip_special_tokens=True),
                      "decoded_all": tokenizer.decode(ids),
                      "special": {name: getattr(tokenizer, name + "_token_id")
                                  for name in ("bos", "eos", "unk", "sep", "pad", "cls", "mask")}})
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
                   for line in lines)
    (HERE / "cases.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    print(len(lines), len(text))


if __name__ == "__main__":
    main()
