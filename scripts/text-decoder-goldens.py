#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/text/decoders: small random decoders as transformers saves them, and what they
answer. Hearth's tests only read these. Needs torch and transformers."""

import json
import os
import pathlib
import sys

import tokenizers
import torch
import transformers
from safetensors.torch import save_file
from transformers import generation

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests/data/text/decoders"
SIZES = dict(vocab_size=48, hidden_size=16, intermediate_size=24, num_hidden_layers=2,
             num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
             bos_token_id=1, eos_token_id=2, pad_token_id=3, initializer_range=0.4)
MODELS = {
    "gpt2": (transformers.GPT2Config,
             dict(vocab_size=48, n_positions=64, n_embd=16, n_layer=2, n_head=4, bos_token_id=1,
                  eos_token_id=2, pad_token_id=3, initializer_range=0.4)),
    "llama": (transformers.LlamaConfig, SIZES),
    "mistral": (transformers.MistralConfig, SIZES | dict(sliding_window=5, head_dim=6)),
    "qwen2": (transformers.Qwen2Config, SIZES),
    "qwen3": (transformers.Qwen3Config, SIZES | dict(head_dim=6, tie_word_embeddings=True)),
    "gemma": (transformers.GemmaConfig, SIZES | dict(head_dim=4, num_key_value_heads=1)),
    "gemma2": (transformers.Gemma2Config, SIZES | dict(head_dim=6, query_pre_attn_scalar=5,
                                                       sliding_window=4,
                                                       attn_logit_softcapping=2.0,
                                                       final_logit_softcapping=3.0)),
    "gemma3_text": (transformers.Gemma3TextConfig,
                    SIZES | dict(head_dim=6, query_pre_attn_scalar=5, sliding_window=4,
                                 num_hidden_layers=3, sliding_window_pattern=3,
                                 rope_parameters={
                                     "full_attention": {"rope_type": "linear", "factor": 4.0,
                                                        "rope_theta": 1000.0},
                                     "sliding_attention": {"rope_type": "default",
                                                           "rope_theta": 100.0}})),
    "smollm3": (transformers.SmolLM3Config, SIZES | dict(no_rope_layer_interval=2)),
}
# Settings over those of a model, whose weights they have.
LONGROPE = {"short_factor": [1.0, 1.6], "long_factor": [1.2, 3.3]}
VARIANTS = {
    "llama": {
        "linear": dict(rope_scaling={"type": "linear", "factor": 2.5}, rope_theta=500.0),
        "dynamic": dict(rope_scaling={"rope_type": "dynamic", "factor": 2.0},
                        max_position_embeddings=8),
        "llama3": dict(rope_theta=1000.0, rope_scaling={
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 16}),
        "yarn": dict(rope_parameters={"rope_type": "yarn", "factor": 4.0, "rope_theta": 1000.0,
                                      "original_max_position_embeddings": 16}),
        "yarn_mscale": dict(rope_parameters={"rope_type": "yarn", "factor": 4.0, "rope_theta": 100.0,
                                             "original_max_position_embeddings": 32, "beta_fast": 8.0,
                                             "beta_slow": 2.0, "mscale": 0.7, "mscale_all_dim": 0.4,
                                             "truncate": False}),
        # Longer than the original length, and not.
        "longrope": dict(rope_parameters={"rope_type": "longrope", "rope_theta": 1000.0,
                                          "original_max_position_embeddings": 8,
                                          "factor": 4.0, **LONGROPE}),
        "longrope_short": dict(rope_scaling={"type": "longrope", **LONGROPE},
                               original_max_position_embeddings=16, max_position_embeddings=64),
    },
    "gpt2": {
        "unscaled": dict(scale_attn_weights=False),
        "scaled_by_layer": dict(scale_attn_by_inverse_layer_idx=True, reorder_and_upcast_attn=True),
        "unscaled_by_layer": dict(scale_attn_weights=False, scale_attn_by_inverse_layer_idx=True),
    },
    "gemma2": {"exact_gelu": dict(hidden_activation="gelu", final_logit_softcapping=None)},
    # Models of this family have the setting, and cap nothing by it.
    "gemma3_text": {"capped": dict(attn_logit_softcapping=1.0, final_logit_softcapping=2.0,
                                   hidden_activation="gelu")},
}
IDS = torch.randint(4, 48, (2, 13), generator=torch.Generator().manual_seed(5))
# The second prompt has four tokens less, which are padding.
MASK = torch.ones_like(IDS)
MASK[1, :4] = 0


def eager(config):
    config._attn_implementation = "eager"
    return config


def load(name):
    return transformers.AutoModelForCausalLM.from_pretrained(
        FOLDER / name, dtype=torch.float32, attn_implementation="eager").eval()


def answers(model, padded_ids):
    """What a model says of whole and padded batches, and how it writes on."""
    with torch.no_grad():
        positions = (MASK.cumsum(1) - 1).clamp(min=0)
        out = model(IDS, output_hidden_states=True, output_attentions=True)
        padded = model(padded_ids, attention_mask=MASK, position_ids=positions)
        labels = IDS.clone()
        labels[0, :3] = -100
        values = {"logits": out.logits, "padded": padded.logits[1, 4:],
                  "loss": model(IDS, labels=labels).loss,
                  "hidden": torch.stack(out.hidden_states),
                  "attention": out.attentions[-1]}
        values["greedy"] = model.generate(IDS[:1], max_new_tokens=16, do_sample=False,
                                          eos_token_id=None)
        values["greedy_padded"] = model.generate(padded_ids, attention_mask=MASK,
                                                 max_new_tokens=12, do_sample=False)
        values["beams"] = model.generate(padded_ids, attention_mask=MASK, max_new_tokens=9,
                                         num_beams=3, num_return_sequences=2)
    return {k: v.contiguous().float() if v.is_floating_point() else v.contiguous()
            for k, v in values.items()}


def make_model(name, values):
    config_class, settings = MODELS[name]
    torch.manual_seed(len(name))
    config = eager(config_class(**settings))
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    for parameter in model.parameters():  # norms and biases, too, are to matter
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter, 0.6, 0.4)
    model.half().save_pretrained(FOLDER / name)
    (FOLDER / name / "generation_config.json").unlink()
    model = load(name)
    padded = IDS.masked_fill(MASK == 0, 3)
    for key, value in answers(model, padded).items():
        values[f"{name}.{key}"] = value
    if name in ("llama", "gpt2"):
        torch.manual_seed(1)
        config.num_labels = 3
        base = transformers.AutoModelForSequenceClassification.from_config(
            config, dtype=torch.float32).eval()
        base.load_state_dict(model.state_dict(), strict=False)
        ids = IDS.clone()
        ids[1, 8:] = 3
        with torch.no_grad():
            values[f"{name}.score"] = base.score.weight.detach()
            values[f"{name}.classes"] = base(ids).logits


def make_variants(values):
    configs = {}
    for base, variants in VARIANTS.items():
        config_class, settings = MODELS[base]
        weights = load(base).state_dict()
        for name, changes in variants.items():
            config = eager(config_class(**(settings | changes)))
            model = transformers.AutoModelForCausalLM.from_config(config).float().eval()
            model.load_state_dict(weights)
            with torch.no_grad():
                values[f"variant.{name}.logits"] = model(IDS).logits
            configs[name] = {"weights": base,
                             "config": {"model_type": config.model_type} | settings | changes}
    (FOLDER / "variants.json").write_text(json.dumps(configs, indent=1) + "\n")


def beam_cases(values):
    """Ways of searching with beams; the options go to C++ as generation_config.json would have
    them."""
    model = load("llama")
    cases = {
        "plain": dict(num_beams=4, max_new_tokens=10),
        "return_all": dict(num_beams=4, num_return_sequences=4, max_new_tokens=10),
        "early": dict(num_beams=3, early_stopping=True, max_new_tokens=20, eos_token_id=[2, 7, 9]),
        # Which fills up with the end.
        "pad_zero": dict(num_beams=3, early_stopping=True, max_new_tokens=20, pad_token_id=0,
                         eos_token_id=[2, 7, 9]),
        "never": dict(num_beams=3, early_stopping="never", max_new_tokens=20,
                      eos_token_id=[2, 7, 9], num_return_sequences=3),
        "long": dict(num_beams=3, length_penalty=2.0, max_new_tokens=20, eos_token_id=[2, 7, 9],
                     num_return_sequences=3),
        "short": dict(num_beams=3, length_penalty=-1.0, max_new_tokens=20, eos_token_id=[2, 7, 9],
                      num_return_sequences=2),
        "never_long": dict(num_beams=4, length_penalty=1.5, early_stopping="never",
                           max_new_tokens=16, eos_token_id=[5, 11], num_return_sequences=4),
        "processed": dict(num_beams=3, no_repeat_ngram_size=2, repetition_penalty=1.3,
                          min_new_tokens=5, max_new_tokens=14, eos_token_id=[2, 7]),
        "forced": dict(num_beams=2, max_new_tokens=6, forced_eos_token_id=7, eos_token_id=[7],
                       num_return_sequences=2),
        "greedy_processed": dict(max_new_tokens=14, repetition_penalty=1.5,
                                 no_repeat_ngram_size=3, suppress_tokens=[4, 5, 6],
                                 begin_suppress_tokens=[10, 11, 12, 13], bad_words_ids=[[20], [21, 22]],
                                 min_new_tokens=6, eos_token_id=[2, 7, 9]),
        "greedy_biased": dict(max_new_tokens=14, sequence_bias=[[[17], 4.0], [[17, 18], 6.0],
                                                               [[18, 17, 30], 9.5]],
                              exponential_decay_length_penalty=[4, 1.4], eos_token_id=[2]),
        "greedy_eos": dict(max_new_tokens=30, eos_token_id=[2, 7, 9, 14, 21], min_length=15),
    }
    padded = IDS.masked_fill(MASK == 0, 3)
    for name, options in cases.items():
        config = transformers.GenerationConfig(**({"eos_token_id": 2, "pad_token_id": 3} | options))
        with torch.no_grad():
            ids, mask = padded, MASK
            if name in ("processed", "greedy_processed", "greedy_biased", "greedy_eos"):
                ids, mask = IDS, torch.ones_like(IDS)
            out = model.generate(ids, attention_mask=mask, generation_config=config,
                                 output_scores=True, return_dict_in_generate=True)
        values[f"search.{name}"] = out.sequences
        if options.get("num_beams", 1) > 1:
            values[f"search.{name}.scores"] = out.sequences_scores
    (FOLDER / "searches.json").write_text(json.dumps(
        {n: {"eos_token_id": 2, "pad_token_id": 3} | o for n, o in cases.items()}) + "\n")


def processors(values):
    """Each processor alone, on the same texts and scores."""
    g = torch.Generator().manual_seed(9)
    ids = torch.randint(0, 12, (3, 9), generator=g)
    ids[2] = torch.tensor([4, 5, 6, 4, 5, 7, 4, 5, 4])
    scores = torch.randn(3, 40, generator=g) * 3
    scores[1, 5] = -float("inf")
    scores[1, 7] = scores[1, 8]
    values["processors.ids"], values["processors.in"] = ids, scores
    invalid = scores.clone()
    invalid[0, :3] = torch.tensor([float("nan"), float("inf"), -float("inf")])
    values["processors.invalid"] = invalid
    cases = {
        "repetition_penalty": generation.RepetitionPenaltyLogitsProcessor(1.7),
        "no_repeat_ngram": generation.NoRepeatNGramLogitsProcessor(3),
        "no_repeat_unigram": generation.NoRepeatNGramLogitsProcessor(1),
        # Of a prompt of the first five tokens.
        "encoder_repetition_penalty": generation.EncoderRepetitionPenaltyLogitsProcessor(
            1.7, ids[:, :5]),
        "encoder_no_repeat_ngram": generation.EncoderNoRepeatNGramLogitsProcessor(2, ids[:, :5]),
        "encoder_no_repeat_unigram": generation.EncoderNoRepeatNGramLogitsProcessor(1, ids[:, :5]),
        "top_h": generation.TopHLogitsWarper(0.4),
        "top_h_small": generation.TopHLogitsWarper(0.01),
        "sequence_bias": generation.SequenceBiasLogitsProcessor(
            [[[3], 1.5], [[5, 4], -2.0], [[7, 4, 5, 4, 9], 3.25]]),
        "no_bad_words": generation.NoBadWordsLogitsProcessor([[8], [5, 4, 30], [4, 31], [2]], [2]),
        "min_length": generation.MinLengthLogitsProcessor(10, [2, 3]),
        "min_length_reached": generation.MinLengthLogitsProcessor(9, [2, 3]),
        "forced_eos": generation.ForcedEOSTokenLogitsProcessor(10, [2, 3]),
        "forced_eos_later": generation.ForcedEOSTokenLogitsProcessor(11, [2, 3]),
        "exponential_decay": generation.ExponentialDecayLengthPenalty((2, 1.3), [2, 3], 4),
        "suppress": generation.SuppressTokensLogitsProcessor([1, 39]),
        "suppress_at_begin": generation.SuppressTokensAtBeginLogitsProcessor([1, 39], 9),
        "temperature": generation.TemperatureLogitsWarper(0.7),
        "top_k": generation.TopKLogitsWarper(5),
        "top_k_tie": generation.TopKLogitsWarper(1, min_tokens_to_keep=3),
        "top_p": generation.TopPLogitsWarper(0.8),
        "top_p_small": generation.TopPLogitsWarper(0.01, min_tokens_to_keep=2),
        "min_p": generation.MinPLogitsWarper(0.1),
        "min_p_keep": generation.MinPLogitsWarper(0.9, min_tokens_to_keep=4),
        "typical": generation.TypicalLogitsWarper(0.6),
        "typical_keep": generation.TypicalLogitsWarper(0.05, min_tokens_to_keep=3),
        "epsilon": generation.EpsilonLogitsWarper(0.02),
        "eta": generation.EtaLogitsWarper(0.05),
        "normalize": generation.LogitNormalization(),
    }
    for name, processor in cases.items():
        values[f"processors.{name}"] = processor(ids, scores.clone())
    values["processors.inf_nan_remove"] = generation.InfNanRemoveLogitsProcessor()(ids, invalid)
    values["processors.forced_bos"] = generation.ForcedBOSTokenLogitsProcessor(6)(ids[:, :1], scores)


def writing():
    """A tokenizer of letters for "llama", and what the model writes with it."""
    letters = " abcdefghijklmnopqrstuvwxyz0123456789.,!?:\n'"
    special = ["<unk>", "<s>", "</s>", "<pad>"]
    backend = tokenizers.Tokenizer(tokenizers.models.BPE(
        {t: i for i, t in enumerate(special + list(letters))}, [], unk_token="<unk>"))
    backend.decoder = tokenizers.decoders.Fuse()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<s>", eos_token="</s>", unk_token="<unk>",
        pad_token="<pad>", clean_up_tokenization_spaces=False)
    tokenizer.chat_template = (
        "{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '\\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}")
    tokenizer.save_pretrained(FOLDER / "llama")
    model = load("llama")

    def after(prompt, **options):
        ids = tokenizer(prompt, return_tensors="pt", add_special_tokens=False).input_ids
        out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, **options)
        return [tokenizer.decode(row[ids.shape[1]:], skip_special_tokens=True) for row in out]

    def answer(messages):
        return after(tokenizer.apply_chat_template(messages, tokenize=False,
                                                   add_generation_prompt=True),
                     max_new_tokens=12)[0]

    turns = [{"role": "user", "content": "what is that?"}]
    turns.append({"role": "assistant", "content": answer(turns)})
    turns.append({"role": "user", "content": "why?"})
    turns.append({"role": "assistant", "content": answer(turns)})
    (FOLDER / "written.json").write_text(json.dumps({
        "once": after("once upon", max_new_tokens=24)[0],
        "beams": after("once upon", max_new_tokens=10, num_beams=3, num_return_sequences=2),
        "turns": turns}, indent=1) + "\n")


def main():
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    FOLDER.mkdir(parents=True, exist_ok=True)
    values = {"ids": IDS, "mask": MASK}
    for name in MODELS:
        make_model(name, values)
    make_variants(values)
    beam_cases(values)
    processors(values)
    writing()
    save_file({k: v.contiguous() for k, v in values.items()}, FOLDER / "expected.safetensors")


if __name__ == "__main__":
    sys.exit(main())
