# SPDX-License-Identifier: Apache-2.0
"""Encoders of text: what transformers' classes give, losses, and the gradients of all their parameters.
Weights are by formula, smaller the more inputs they have. The small classifiers are spelled out here."""

import torch
import torch.nn.functional as F
import transformers
from torch import nn

from golden import u, v

IDS = [[2, 7, 9, 4, 11, 3], [2, 5, 8, 3, 0, 0]]
MASK = [[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]]
TYPES = [[0, 0, 0, 1, 1, 1], [0, 1, 1, 1, 0, 0]]
SIZES = {"vocab_size": 13, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
         "intermediate_size": 12, "max_position_embeddings": 9}
DISTIL = {"vocab_size": 13, "dim": 8, "n_layers": 1, "n_heads": 2, "hidden_dim": 12, "max_position_embeddings": 9}
MODERN = {**SIZES, "pad_token_id": 0, "bos_token_id": 2, "cls_token_id": 2, "eos_token_id": 3,
          "sep_token_id": 3, "max_position_embeddings": 64}
TOKENS = [[1, 0, 2, 2, 1, 0], [0, 1, 2, 1, -100, -100]]
WORDS = [[-100, 5, -100, -100, 12, -100], [-100, -100, 1, -100, -100, -100]]
OUTPUTS = ("loss", "logits", "last_hidden_state", "pooler_output", "start_logits", "end_logits")


class TextCNN(nn.Module):
    def __init__(self, vocab_size, embedding_dim, num_filters, kernel_sizes, classes):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.convs = nn.ModuleList(nn.Conv1d(embedding_dim, num_filters, k) for k in kernel_sizes)
        self.classifier = nn.Linear(num_filters * len(kernel_sizes), classes)

    def forward(self, ids, mask):
        """Text by text, without padding."""
        rows = []
        for row, taken in zip(ids, mask.bool()):
            x = self.embedding(row[taken]).T
            rows.append(torch.cat([F.relu(conv(F.pad(x, (0, conv.kernel_size[0] - 1)))).amax(1) for conv in self.convs]))
        return self.classifier(torch.stack(rows))


class FastText(nn.Module):
    def __init__(self, vocab_size, embedding_dim, word_ngrams, bucket, classes):
        super().__init__()
        self.vocab, self.ngrams, self.bucket = vocab_size, word_ngrams, bucket
        self.embedding = nn.EmbeddingBag(vocab_size + bucket, embedding_dim)
        self.classifier = nn.Linear(embedding_dim, classes)

    def forward(self, ids, mask):
        bags = []
        for row, taken in zip(ids, mask.bool()):
            row = row[taken].tolist()
            bag = list(row)
            for i in range(len(row)):
                h = row[i]
                for j in range(i + 1, min(i + self.ngrams, len(row))):
                    h = (h * 116049371 + row[j]) % 2**64
                    bag.append(self.vocab + h % self.bucket)
            bags.append(self.embedding(torch.tensor([bag]))[0])
        return self.classifier(torch.stack(bags))


class LSTMClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_size, num_hidden_layers, bidirectional, classes, tags):
        super().__init__()
        self.tags, self.encoder = tags, nn.Module()
        self.encoder.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.encoder.lstm = nn.LSTM(embedding_dim, hidden_size, num_hidden_layers, batch_first=True, bidirectional=bidirectional)
        self.classifier = nn.Linear(hidden_size * (2 if bidirectional else 1), classes)

    def forward(self, ids, mask):
        x = nn.utils.rnn.pack_padded_sequence(self.encoder.embedding(ids), mask.sum(1), batch_first=True, enforce_sorted=False)
        y, (h, _) = self.encoder.lstm(x)
        if self.tags:
            return self.classifier(nn.utils.rnn.pad_packed_sequence(y, batch_first=True)[0])
        return self.classifier(torch.cat([h[-2], h[-1]], -1) if self.encoder.lstm.bidirectional else h[-1])


def add_small(fam):
    def case(op, model_type, build, tags=False, **config):
        def run(ids, mask, labels, **_):
            logits = net(ids, mask)
            return [F.cross_entropy(logits.reshape(-1, 3), labels.reshape(-1)), logits]

        net = None

        def make(**_):
            nonlocal net
            net = build(classes=3, **config)
            return net

        labels = v(TOKENS if tags else [2, 0])
        fam.module(op, make, v(IDS), v(MASK), labels, train=False, tol=30, num_labels=3, model_type=model_type, **config,
                   call=lambda model, ids, mask, labels: run(ids, mask, labels))

    case("TextCNN", "textcnn", TextCNN, vocab_size=13, embedding_dim=5, num_filters=4, kernel_sizes=[2, 3, 7])
    case("FastText", "fasttext", FastText, vocab_size=13, embedding_dim=4, word_ngrams=3, bucket=11)
    for layers, both in ((1, True), (2, False)):
        sizes = {"vocab_size": 13, "embedding_dim": 5, "hidden_size": 4, "num_hidden_layers": layers, "bidirectional": both}
        case("LSTMForSequenceClassification", "lstm", lambda **o: LSTMClassifier(tags=False, **o), **sizes)
        case("LSTMForTokenClassification", "lstm", lambda **o: LSTMClassifier(tags=True, **o), tags=True, **sizes)


def add(fam):
    add_small(fam)

    def case(architecture, inputs, tag="", num_labels=2, hidden=False, **config):
        """`inputs` by name; the case's inputs are these, in the order of NAMES, then the parameters."""
        build = getattr(transformers, architecture)
        settings = build.config_class(num_labels=num_labels, **config)
        model = build(settings).eval()
        plan = list(model.named_parameters())
        specs = [inputs.get(name) for name in NAMES]
        n = len(specs)

        def run(*tensors, **_):
            given = {name: t for name, t in zip(NAMES, tensors) if t is not None}
            weights = dict(zip([name for name, _ in plan], tensors[n:]))
            out = torch.func.functional_call(model, weights, (), {**given, "output_hidden_states": hidden})
            outs = [out[name] for name in OUTPUTS if out.get(name) is not None]
            return outs + list(out.hidden_states or ()) if hidden else outs

        parameters = []
        for name, p in plan:
            bound = (3 / p[0].numel()) ** 0.5 if p.dim() > 1 else 1
            parameters.append(u(*p.shape, lo=-bound, hi=bound).named(name))
        fam.case(architecture, *specs, *parameters, fn=run, tol=30, tag=tag, num_labels=num_labels, hidden=hidden,
                 model_type=settings.model_type, **config)

    NAMES = ["input_ids", "attention_mask", "token_type_ids", "position_ids", "inputs_embeds", "labels", "start_positions", "end_positions"]
    plain = {"input_ids": v(IDS)}
    padded = {"input_ids": v(IDS), "attention_mask": v(MASK)}
    typed = {**padded, "token_type_ids": v(TYPES)}
    embeds = {"inputs_embeds": u(2, 6, 8), "attention_mask": v(MASK)}
    answers = {"start_positions": v([1, 9]), "end_positions": v([4, 2])}
    for family, sizes, given in (("Bert", SIZES, typed), ("Roberta", SIZES, padded), ("DistilBert", DISTIL, padded), ("ModernBert", MODERN, padded)):
        case(family + "Model", given, hidden=True, **{**sizes, "n_layers" if family == "DistilBert" else "num_hidden_layers": 2})
        case(family + "ForMaskedLM", {**given, "labels": v(WORDS)}, **sizes)
        case(family + "ForSequenceClassification", {**given, "labels": v([2, 0])}, num_labels=3, **sizes)
        case(family + "ForTokenClassification", {**given, "labels": v(TOKENS)}, num_labels=3, **sizes)
        case(family + "ForQuestionAnswering", {**given, **answers}, **sizes)
        case(family + "Model", plain, **sizes)
        case(family + "Model", embeds, **sizes)
        case(family + "ForSequenceClassification", {**given, "labels": u(2, 1).const}, num_labels=1, **sizes)
        case(family + "ForSequenceClassification", {**given, "labels": u(2, 3).const}, num_labels=3, problem_type="regression", **sizes)
        case(family + "ForSequenceClassification", {**given, "labels": u(2, 3, lo=0, hi=1).const}, num_labels=3, **sizes)
        case(family + "ForMaskedLM", given, tie_word_embeddings=False, **sizes)
    case("BertModel", {**padded, "position_ids": v([[1, 0, 2, 3, 8, 5]])}, hidden_act="gelu_new", **SIZES)
    case("BertModel", padded, hidden_act="relu", **SIZES)
    # Windows of four tokens, so that a text of ten is longer than they are.
    long = {"input_ids": v([[2, 7, 9, 4, 11, 5, 6, 8, 12, 3]])}
    for every, layers in ((2, 2), (3, 4)):
        case("ModernBertModel", long, local_attention=4, global_attn_every_n_layers=every, **{**MODERN, "num_hidden_layers": layers})
    case("XLMRobertaForSequenceClassification", {**padded, "labels": v([2, 0])}, num_labels=3, **SIZES)
    case("ModernBertForSequenceClassification", padded, classifier_pooling="mean", classifier_bias=True, norm_bias=True,
         mlp_bias=True, attention_bias=True, decoder_bias=False, **MODERN)
