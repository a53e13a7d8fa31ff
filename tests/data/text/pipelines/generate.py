#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tiny models with random weights, and what transformers' pipelines say with them.

usage: generate.py        (transformers 4.57.1, the last with a question-answering pipeline)

bert/ holds the weights of all heads; roberta/ and gpt2/ have byte-level BPE."""

import copy
import json
import pathlib

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForQuestionAnswering,
                          AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoModel,
                          AutoTokenizer, BertConfig, BertTokenizerFast, GPT2Config, GPT2TokenizerFast,
                          RobertaConfig, RobertaTokenizerFast, pipeline)

HERE = pathlib.Path(__file__).resolve().parent
LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
TEXT = """Anna lives in Berlin and works at the station. Where does Peter live? Peter lives in Oslo.
The weather in Paris is fine today, said Maria; tomorrow it will rain again. Cats sleep on the warm stones.
Old Mr. Brown-Smith went to New York with his three dogs, and nobody knew why. How are you? Very well!
An unknown reader wrote: this example is about sports, politics and science. Überall ist es schön.""".split("\n")
HARD = ["", "Anna lives in Berlin.", "Peter and Maria went to New York, didn't they?",
        "Unbelievable stonework: naïve Überraschung 東京 in the ☃ snow 🙂!",
        "station" * 3 + " in Oslo", "   Anna \t lives\n in   Oslo  "]
LONG = " ".join(TEXT)


def wordpiece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(TEXT, trainers.WordPieceTrainer(vocab_size=180, special_tokens=special,
                                                                 show_progress=False))
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return BertTokenizerFast(tokenizer_object=tokenizer, model_max_length=48)


def bpe(kind, special, **tokens):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(TEXT, trainers.BpeTrainer(
        vocab_size=330, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False))
    tokenizer.decoder = decoders.ByteLevel()
    if kind is RobertaTokenizerFast:
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return kind(tokenizer_object=tokenizer, model_max_length=48, **tokens)


def drawn(model, scale):
    """The same model with larger weights, so that its answers differ."""
    for name, p in model.named_parameters():
        if p.dim() > 1:
            torch.nn.init.normal_(p, std=scale)
    return model.eval()


def write(name, tokenizer, written, classes, scale):
    weights, config = {}, written
    for kind in classes:
        if kind is AutoModelForQuestionAnswering:
            config = copy.deepcopy(config)
            config.num_labels = 2
        model = drawn(kind.from_config(config), scale)
        for key, value in model.state_dict().items():
            if key not in weights:
                weights[key] = value.clone().contiguous()
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    tokenizer.save_pretrained(folder)
    for unused in ("vocab.txt", "vocab.json", "merges.txt"):
        (folder / unused).unlink(missing_ok=True)
    written.architectures = [classes[0].__name__]
    written.save_pretrained(folder)
    save_file({k: v for k, v in weights.items() if not k.endswith(("decoder.weight", "decoder.bias",
                                                                    "lm_head.weight", "position_ids"))},
              folder / "model.safetensors", metadata={"format": "pt"})


def make_models():
    torch.manual_seed(7)
    labels = {"id2label": dict(enumerate(LABELS)), "label2id": {x: i for i, x in enumerate(LABELS)}}
    small = dict(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    tokenizer = wordpiece()
    write("bert", tokenizer, BertConfig(vocab_size=len(tokenizer), max_position_embeddings=48, **small, **labels),
          [AutoModelForMaskedLM, AutoModelForSequenceClassification, AutoModelForTokenClassification,
           AutoModelForQuestionAnswering], 0.6)
    tokenizer = bpe(RobertaTokenizerFast, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    write("roberta", tokenizer,
          RobertaConfig(vocab_size=len(tokenizer), max_position_embeddings=50, type_vocab_size=1, pad_token_id=1,
                        bos_token_id=0, eos_token_id=2, **small, **labels),
          [AutoModelForTokenClassification], 0.6)
    tokenizer = bpe(GPT2TokenizerFast, ["<|endoftext|>"], unk_token="<|endoftext|>", bos_token="<|endoftext|>",
                    eos_token="<|endoftext|>", pad_token="<|endoftext|>")
    tokenizer.chat_template = ("{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
                               "{% if add_generation_prompt %}assistant: {% endif %}")
    write("gpt2", tokenizer, GPT2Config(vocab_size=len(tokenizer), n_positions=48, n_embd=16, n_layer=1, n_head=2,
                                        bos_token_id=0, eos_token_id=0), [AutoModelForCausalLM], 0.6)


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value.item() if hasattr(value, "item") else value


def main():
    make_models()
    cases = []

    def case(task, model, inputs, options, output):
        cases.append({"task": task, "model": model, "input": inputs, "options": options, "output": plain(output)})

    bert, roberta = str(HERE / "bert"), str(HERE / "roberta")
    classify = pipeline("text-classification", bert)
    for text in HARD:
        case("text-classification", "bert", text, {}, classify(text, top_k=1))
    for options in ({"top_k": None}, {"top_k": 3, "function_to_apply": "sigmoid"},
                    {"top_k": None, "function_to_apply": "none"}):
        case("text-classification", "bert", HARD[2], options, classify(HARD[2], **options))
    pair = {"text": HARD[1], "text_pair": HARD[2]}
    case("text-classification", "bert", pair, {"top_k": None}, classify(pair, top_k=None))

    for name, folder in (("bert", bert), ("roberta", roberta)):
        tag = pipeline("token-classification", folder)
        for strategy in ("none", "simple", "first", "average", "max"):
            for text in HARD:
                case("token-classification", name, text, {"aggregation_strategy": strategy},
                     tag(text, aggregation_strategy=strategy))
        for strategy in ("simple", "average"):
            options = {"aggregation_strategy": strategy, "stride": 8}
            case("token-classification", name, LONG, options, tag(LONG, **options))
        options = {"aggregation_strategy": "simple", "ignore_labels": ["PER", "O"]}
        case("token-classification", name, HARD[2], options, tag(HARD[2], **options))

    fill = pipeline("fill-mask", bert)
    for text, options in (("Anna [MASK] in Berlin.", {}), ("[MASK] lives in [MASK] 東.", {"top_k": 3}),
                          ("Cats [MASK].", {"targets": ["oslo", "rain", "the"], "top_k": 2})):
        output = fill(text, **options)
        case("fill-mask", "bert", text, options, output if isinstance(output[0], list) else [output])

    features = pipeline("feature-extraction", model=AutoModel.from_pretrained(bert),
                        tokenizer=AutoTokenizer.from_pretrained(bert))
    for text in ("", HARD[1]):
        case("feature-extraction", "bert", text, {}, features(text))

    answer = pipeline("question-answering", tokenizer=AutoTokenizer.from_pretrained(bert),
                      model=AutoModelForQuestionAnswering.from_pretrained(bert, num_labels=2))
    question = "Where does Anna live?"
    for context, options in ((TEXT[0], {}), (TEXT[0], {"top_k": 4}), (TEXT[2], {"top_k": 3, "max_answer_len": 3}),
                             (LONG, {"top_k": 3, "max_seq_len": 40, "doc_stride": 12}),
                             (TEXT[1], {"handle_impossible_answer": True, "top_k": 2}),
                             (HARD[3], {"top_k": 3, "align_to_words": False}),
                             (TEXT[1], {"max_question_len": 3, "top_k": 2})):
        output = answer(question=question, context=context, **options)
        case("question-answering", "bert", {"question": question, "context": context}, options,
             output if isinstance(output, list) else [output])

    nli = AutoModelForSequenceClassification.from_pretrained(
        bert, id2label={0: "contradiction", 1: "neutral", 2: "entailment", 3: "a", 4: "b"},
        label2id={"contradiction": 0, "neutral": 1, "entailment": 2, "a": 3, "b": 4})
    zero = pipeline("zero-shot-classification", model=nli, tokenizer=AutoTokenizer.from_pretrained(bert))
    for options in ({}, {"multi_label": True}, {"hypothesis_template": "It is about {}!"}):
        case("zero-shot-classification", "bert", {"sequence": TEXT[3], "labels": ["sports", "politics", "rain"]},
             options, zero(TEXT[3], candidate_labels=["sports", "politics", "rain"], **options))
    # Equal scores, and braces.
    for text, labels, options in (
            (TEXT[0], ["rain", "sports", "rain"], {}),
            (TEXT[0], ["rain", "sports", "rain"], {"multi_label": True}),
            ("Cats", ["rain", "dogs"], {"hypothesis_template": "{{About}} {}."}),
            ("Cats", ["dogs", "rain"], {"hypothesis_template": "It is about {0}"})):
        case("zero-shot-classification", "bert", {"sequence": text, "labels": labels}, options,
             zero(text, candidate_labels=labels, **options))

    write_on = pipeline("text-generation", str(HERE / "gpt2"))
    messages = [{"role": "user", "content": "How are you?"}]
    for prompt, options in (("Anna lives", {"max_new_tokens": 12}),
                            ("Where does", {"max_new_tokens": 8, "return_full_text": False}),
                            ("Cats sleep on", {"max_new_tokens": 6, "num_beams": 3, "num_return_sequences": 2}),
                            (messages, {"max_new_tokens": 6})):
        output = write_on(prompt, do_sample=False, **options)
        case("text-generation", "gpt2", prompt, options, output)

    lines = ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases)
    (HERE / "expected.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
