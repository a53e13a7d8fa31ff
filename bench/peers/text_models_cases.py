# SPDX-License-Identifier: Apache-2.0
"""The other side of text_models.py: what transformers and PyTorch take for the cases of
bench/cases/text_models.cpp. Answers as torch_cases.py does.

  text_models_cases.py THREADS SECONDS [--cpu-time]"""

import os
import sys

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = sys.argv[1]

import torch
from torch import nn
from transformers import BertConfig, BertForSequenceClassification, BertModel, LlamaConfig, LlamaForCausalLM

import torch_cases

torch_cases.CASES.clear()


def case(name):
    def register(build):
        torch_cases.CASES["text/" + name] = build
        return build
    return register


def lengths(n):
    return [16] if n == 1 else [6 + i * 7 % 27 for i in range(n)]


def batch_of(lengths):
    """Ids that differ from text to text, and a mask, as a tokenizer pads them."""
    ids, mask, last = torch.zeros(len(lengths), max(lengths), dtype=torch.int64), torch.zeros(len(lengths), max(lengths), dtype=torch.int64), 1
    for i, n in enumerate(lengths):
        for k in range(n):
            last = (last * 7919 + 13) % 8000
            ids[i, k], mask[i, k] = last, 1
    return {"input_ids": ids, "attention_mask": mask}


def add_embedding(n):
    @case(f"MiniLM, {n} sentence" + "s" * (n > 1))
    def build():
        model = BertModel(BertConfig(hidden_size=384, num_hidden_layers=6, intermediate_size=1536)).eval()
        inputs = batch_of(lengths(n))

        def step():
            with torch.inference_mode():
                states, mask = model(**inputs).last_hidden_state, inputs["attention_mask"].unsqueeze(-1)
                return nn.functional.normalize((states * mask).sum(1) / mask.sum(1))
        return step


for n in (1, 32):
    add_embedding(n)


def training(model):
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4)
    inputs = {**batch_of(lengths(32)), "labels": torch.arange(32) % 2}

    def step():
        optimizer.zero_grad()
        model(**inputs).backward()
        optimizer.step()
    return step


@case("encoder of 4 layers, d 256 train")
def encoder():
    class Loss(BertForSequenceClassification):
        def forward(self, **inputs):
            return super().forward(**inputs).loss

    return training(Loss(BertConfig(vocab_size=8000, hidden_size=256, num_hidden_layers=4, num_attention_heads=4, intermediate_size=1024)))


@case("LSTM classifier train")
def lstm():
    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(8000, 128, padding_idx=0)
            self.lstm = nn.LSTM(128, 128, batch_first=True, bidirectional=True)
            self.dropout, self.classifier = nn.Dropout(0.2), nn.Linear(256, 2)

        def forward(self, input_ids, attention_mask, labels):
            x = nn.utils.rnn.pack_padded_sequence(self.dropout(self.embedding(input_ids)), attention_mask.sum(1), batch_first=True,
                                                  enforce_sorted=False)
            _, (h, _) = self.lstm(x)
            return nn.functional.cross_entropy(self.classifier(self.dropout(torch.cat([h[-2], h[-1]], -1))), labels)

    return training(Classifier())


@case("SmolLM2-135M, 24 tokens")
def writing():
    model = LlamaForCausalLM(LlamaConfig(vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
                                         num_key_value_heads=3, max_position_embeddings=8192, tie_word_embeddings=True, eos_token_id=None)).eval()
    prompt = (torch.arange(16) * 7919 % 8000).unsqueeze(0)
    return lambda: model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=24, do_sample=False)


if __name__ == "__main__":
    torch_cases.main()
