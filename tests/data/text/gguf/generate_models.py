#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes small models beside it, which tests/text/gguf reads: random weights of transformers' models,
quantized and laid out as llama.cpp's converter does, and models.safetensors with the logits that
transformers makes of the same, dequantized weights.

Usage: python3 generate_models.py   (needs gguf 0.19, torch, transformers 5 and safetensors)
"""
import math
import pathlib

import gguf
import numpy as np
import torch
import transformers
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).resolve().parent
Type = gguf.GGMLQuantizationType
VOCAB, HIDDEN, WIDE, HEADS, KEY_HEADS = 64, 32, 64, 4, 2

DECODER = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
           "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
           "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
           "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}
OUTER = {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
         "post_feedforward_layernorm": "post_ffw_norm"}
GPT2 = {"ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm",
        "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"}
TOP = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
       "transformer.wte": "token_embd", "transformer.wpe": "position_embd", "transformer.ln_f": "output_norm"}


def gguf_name(name, outer):
    owner, _, kind = name.rpartition(".")
    if owner in TOP:
        return f"{TOP[owner]}.{kind}"
    if owner.startswith("transformer.h."):
        _, _, layer, part = owner.split(".", 3)
        return f"blk.{layer}.{GPT2[part]}.{kind}"
    _, _, layer, part = owner.split(".", 3)
    return f"blk.{layer}.{(OUTER if outer else {}).get(part) or DECODER[part]}.{kind}"


def permuted(w, heads):
    """Rows of queries or keys for RoPE of neighbours."""
    return w.reshape(heads, 2, w.shape[0] // heads // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


def type_of(name, w):
    if w.ndim == 1 or "norm" in name:
        return Type.F32
    if "position" in name or "attn_v" in name:
        return Type.F16
    return Type.Q4_1 if "ffn_" in name else Type.Q8_0


def write(name, architecture, model, metadata, outputs, rope_factors=None):
    torch.manual_seed(len(outputs))
    config = model.config
    outer = architecture in ("gemma2", "gemma3")
    tied = config.tie_word_embeddings
    w = gguf.GGUFWriter(HERE / f"{name}.gguf", architecture)
    w.add_uint32(f"{architecture}.block_count", config.num_hidden_layers)
    w.add_uint32(f"{architecture}.context_length", 128)
    w.add_uint32(f"{architecture}.embedding_length", HIDDEN)
    w.add_uint32(f"{architecture}.feed_forward_length", WIDE)
    w.add_uint32(f"{architecture}.attention.head_count", HEADS)
    for key, value in metadata.items():
        add = w.add_float32 if isinstance(value, float) else w.add_string if isinstance(value, str) else w.add_uint32
        add(f"{architecture}.{key}", value)
    if rope_factors is not None:
        w.add_tensor("rope_freqs.weight", rope_factors)
    for key, p in model.named_parameters():
        if tied and key == "lm_head.weight":
            continue
        to = gguf_name(key, outer)
        x = torch.randn(p.shape) * (0.1 if p.dim() == 1 else 0.3)
        if "norm" in to and "bias" not in to and not architecture.startswith("gemma"):
            x += 1
        x = x.numpy()
        transposed = architecture == "gpt2" and x.ndim == 2 and to.startswith("blk.")
        stored = np.ascontiguousarray(x.T) if transposed else x
        if architecture == "llama" and ".attn_q." in to:
            stored = permuted(stored, HEADS)
        if architecture == "llama" and ".attn_k." in to:
            stored = permuted(stored, KEY_HEADS)
        if architecture.startswith("gemma") and "norm" in to:
            stored = stored + np.float32(1)
        kind = type_of(to, stored)
        data = gguf.quantize(stored, kind)
        w.add_tensor(to, data, raw_dtype=kind)
        # What the numbers are in the file, in transformers' layout.
        back = gguf.dequantize(data, kind)
        if architecture.startswith("gemma") and "norm" in to:
            back = back - np.float32(1)
        if architecture == "llama" and (".attn_q." in to or ".attn_k." in to):
            heads = HEADS if ".attn_q." in to else KEY_HEADS
            order = permuted(np.arange(back.shape[0]), heads)
            undone = np.empty_like(back)
            undone[order] = back
            back = undone
        with torch.no_grad():
            p.copy_(torch.from_numpy(np.ascontiguousarray(back.T if transposed else back)))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    ids = (torch.arange(24).reshape(2, 12) * 29 + 3) % VOCAB
    with torch.no_grad():
        logits = model.eval()(input_ids=ids).logits
    outputs[f"{name}.ids"] = ids.numpy()
    outputs[f"{name}.logits"] = logits.numpy()


def main():
    common = dict(vocab_size=VOCAB, hidden_size=HIDDEN, intermediate_size=WIDE, num_attention_heads=HEADS,
                  num_key_value_heads=KEY_HEADS, num_hidden_layers=2, max_position_embeddings=128,
                  attn_implementation="eager")
    base = {"attention.head_count_kv": KEY_HEADS, "attention.layer_norm_rms_epsilon": 1e-5, "rope.freq_base": 5e3}
    rope = {"rope_type": "default", "rope_theta": 5e3}
    t, outputs = transformers, {}

    def add(name, architecture, config, model, metadata, **more):
        write(name, architecture, model(config), metadata, outputs, **more)

    add("llama", "llama", t.LlamaConfig(**common, rms_norm_eps=1e-5, rope_parameters=rope, attention_bias=True),
        t.LlamaForCausalLM, base | {"rope.dimension_count": 8})
    factors = []
    for i in range(4):
        turns = 8192 / (2 * math.pi * 5e5 ** (2 * i / 8))
        part = min(max((turns - 1) / 3, 0), 1)
        factors.append(1 / ((1 - part) / 8 + part))
    add("llama3", "llama", t.LlamaConfig(**common, rms_norm_eps=1e-5, tie_word_embeddings=True, rope_parameters={
        "rope_type": "llama3", "rope_theta": 5e5, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192}),
        t.LlamaForCausalLM, base | {"rope.freq_base": 5e5}, rope_factors=np.array(factors, dtype=np.float32))
    add("qwen2", "qwen2", t.Qwen2Config(**common, rms_norm_eps=1e-5, rope_parameters=rope), t.Qwen2ForCausalLM, base)
    add("qwen3", "qwen3", t.Qwen3Config(**common, head_dim=16, rms_norm_eps=1e-5, rope_parameters=rope),
        t.Qwen3ForCausalLM, base | {"attention.key_length": 16, "attention.value_length": 16})
    gemma = dict(common, head_dim=16, rms_norm_eps=1e-5)
    lengths = {"attention.key_length": 16, "attention.value_length": 16}
    add("gemma", "gemma", t.GemmaConfig(**gemma, rope_parameters=rope), t.GemmaForCausalLM, base | lengths)
    add("gemma2", "gemma2",
        t.Gemma2Config(**gemma, query_pre_attn_scalar=16, sliding_window=5, rope_parameters=rope,
                       attn_logit_softcapping=20.0, final_logit_softcapping=10.0),
        t.Gemma2ForCausalLM, base | lengths | {"attention.sliding_window": 5, "attn_logit_softcapping": 20.0,
                                                 "final_logit_softcapping": 10.0})
    config = t.Gemma3TextConfig(**dict(gemma, num_hidden_layers=6), query_pre_attn_scalar=16, sliding_window=5,
                                rope_parameters={"full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 2e4},
                                                 "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}})
    add("gemma3", "gemma3", config, t.Gemma3ForCausalLM,
        base | lengths | {"attention.sliding_window": 5, "rope.freq_base": 2e4, "rope.scaling.type": "linear",
                          "rope.scaling.factor": 2.0})
    add("gpt2", "gpt2", t.GPT2Config(vocab_size=VOCAB, n_embd=HIDDEN, n_inner=WIDE, n_head=HEADS, n_layer=2, n_positions=128),
        t.GPT2LMHeadModel, {"attention.layer_norm_epsilon": 1e-5})
    save_file(outputs, HERE / "models.safetensors")


main()
