# SPDX-License-Identifier: Apache-2.0
"""Audio models: what they give and the inputs' gradients, with weights by formula. Crepe is torchcrepe's
own class, VoiceEncoder Resemblyzer's, the decoding of pitch torchcrepe's without its random dither, M5 is
torchaudio's tutorial's, BC-ResNet follows the authors' code."""

import contextlib
import io

import torch
import torch.nn.functional as F
import torchcrepe
from resemblyzer import audio as resemblyzer_audio
from resemblyzer.voice_encoder import VoiceEncoder
from torch import nn

from golden import u


class M5(nn.Module):
    def __init__(self, classes, n_channel=32, stride=16):
        super().__init__()
        sizes = [(1, n_channel, 80), (n_channel, n_channel, 3), (n_channel, 2 * n_channel, 3), (2 * n_channel, 2 * n_channel, 3)]
        for i, (n, m, kernel) in enumerate(sizes, 1):
            setattr(self, f"conv{i}", nn.Conv1d(n, m, kernel, stride=stride if i == 1 else 1))
            setattr(self, f"bn{i}", nn.BatchNorm1d(m))
        self.fc1 = nn.Linear(2 * n_channel, classes)

    def forward(self, x):
        for i in range(1, 5):
            x = F.max_pool1d(F.relu(getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(x))), 4)
        x = F.avg_pool1d(x, x.shape[-1]).permute(0, 2, 1)
        return self.fc1(x)[:, 0]


class CNN(nn.Module):
    def __init__(self, classes):
        super().__init__()
        for i, (n, m) in enumerate(((1, 16), (16, 32), (32, 64), (64, 128)), 1):
            setattr(self, f"conv{i}", nn.Conv2d(n, m, 3, padding=1, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(m))
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(256, classes)

    def forward(self, x):
        for i in range(1, 5):
            x = F.max_pool2d(F.relu(getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(x))), 2)
        return self.fc(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))


class Block(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.block = nn.Sequential(*layers)

    def forward(self, x):
        return self.block(x)


class SubSpectralNorm(nn.Module):
    def __init__(self, channels, groups=5):
        super().__init__()
        self.groups, self.ssnorm = groups, nn.BatchNorm2d(channels * groups)

    def forward(self, x):
        n, c, f, t = x.shape
        return self.ssnorm(x.view(n, c * self.groups, f // self.groups, t)).view(n, c, f, t)


class BCResBlock(nn.Module):
    def __init__(self, n, m, idx, stride):
        super().__init__()
        self.transition = n != m
        self.f2 = nn.Sequential(
            *([Block(nn.Conv2d(n, m, 1, bias=False), nn.BatchNorm2d(m), nn.ReLU())] if self.transition else []),
            Block(nn.Conv2d(m, m, (3, 1), (stride, 1), (1, 0), groups=m, bias=False), SubSpectralNorm(m)))
        d = 2**idx
        self.f1 = nn.Sequential(Block(nn.Conv2d(m, m, (1, 3), 1, (0, d), (1, d), groups=m, bias=False), nn.BatchNorm2d(m), nn.SiLU()),
                                nn.Conv2d(m, m, 1, bias=False), nn.Dropout2d(0.1))

    def forward(self, x):
        along_bands = self.f2(x)
        y = along_bands + self.f1(along_bands.mean(2, keepdim=True))
        return F.relu(y if self.transition else y + x)


class BCResNet(nn.Module):
    def __init__(self, tau, classes):
        super().__init__()
        base = int(tau * 8)
        c = [2 * base, base, int(1.5 * base), 2 * base, int(2.5 * base), 4 * base]
        self.cnn_head = nn.Sequential(nn.Conv2d(1, c[0], 5, (2, 1), 2, bias=False), nn.BatchNorm2d(c[0]), nn.ReLU())
        self.BCBlocks = nn.ModuleList(
            nn.ModuleList(BCResBlock(c[i if j == 0 else i + 1], c[i + 1], i, 2 if i in (1, 2) and j == 0 else 1) for j in range(n))
            for i, n in enumerate((2, 2, 4, 4)))
        self.classifier = nn.Sequential(
            nn.Conv2d(c[4], c[4], 5, groups=c[4], padding=(0, 2), bias=False), nn.Conv2d(c[4], c[5], 1, bias=False),
            nn.BatchNorm2d(c[5]), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Conv2d(c[5], classes, 1))

    def forward(self, x):
        x = self.cnn_head(x)
        for stage in self.BCBlocks:
            for block in stage:
                x = block(x)
        return self.classifier(x).flatten(1)


def crepe(full):
    return torchcrepe.Crepe("full" if full else "tiny")


class Encoder(VoiceEncoder):
    """Without the weights that come with it."""

    def __init__(self):
        with contextlib.redirect_stdout(io.StringIO()):
            super().__init__("cpu", verbose=False)


def decode(probabilities, fmin, fmax, decoder):
    torchcrepe.convert.dither = lambda cents: cents
    # What the decoder was called with before is kept with random dither in it.
    torchcrepe.decode.weighted_argmax.__dict__.pop("weights", None)
    return torchcrepe.postprocess(probabilities.clone(), fmin, fmax, getattr(torchcrepe.decode, decoder), return_periodicity=True)


def add(fam):
    def case(name, build, *shape, train=False, tol=20, **attrs):
        fam.module(name, build, u(*shape), frozen=True, train=train, tol=tol, **attrs)

    # Batch norm in training divides by deviations; dropout would be random, so only M5 is trained here.
    case("m5", M5, 2, 1, 6848, classes=5, train=True, tol=60)
    case("cnn", CNN, 2, 1, 40, 33, classes=5)
    case("cnn", CNN, 1, 1, 17, 16, classes=3)
    # A weight of depthwise convolutions has few inputs, so numbers grow from layer to layer.
    case("bcresnet", BCResNet, 2, 1, 40, 31, tau=1.0, classes=5, tol=60)
    case("bcresnet", BCResNet, 1, 1, 40, 20, tau=1.5, classes=12, tol=60)
    case("bcresnet", BCResNet, 1, 1, 80, 9, tau=2.0, classes=4, tol=60)
    case("crepe", crepe, 2, 1024, full=False, tol=60)
    case("voice_encoder", Encoder, 2, 60, 40)
    case("voice_encoder", Encoder, 1, 7, 40)

    def mel(wav):
        return torch.from_numpy(resemblyzer_audio.wav_to_mel_spectrogram(wav.numpy()))

    for n in (1, 160, 1600):
        fam.case("voice_encoder_mel", u(n), fn=mel, grad=False, tol=60)
    for n in (0.01, 2.0):
        fam.case("normalize_volume", u(500, lo=-n, hi=n), grad=False, tol=4,
                 fn=lambda w: torch.from_numpy(resemblyzer_audio.normalize_volume(w.numpy(), -30, increase_only=True)))
    fam.case("utterance_parts", u(1), grad=False, fn=lambda _, **o: torch.tensor([
        s.start for n in o["samples"] for s in VoiceEncoder.compute_partial_slices(n, o["rate"], o["min_coverage"])[1]]),
        samples=[0, 1, 16000, 25599, 25600, 25601, 40000, 48000, 100000], rate=1.3, min_coverage=0.75)
    fam.case("utterance_parts", u(1), grad=False, fn=lambda _, **o: torch.tensor([
        s.start for n in o["samples"] for s in VoiceEncoder.compute_partial_slices(n, o["rate"], o["min_coverage"])[1]]),
        samples=[30000, 60000, 61234], rate=2.5, min_coverage=0.4)

    for time, hop, pad in ((2000, 160, True), (3000, 500, False), (1024, 160, False), (0, 160, True)):
        fam.case("crepe_preprocess", u(1, time), grad=False, tol=20, hop=hop, pad=pad,
                 fn=lambda x, hop, pad: next(torchcrepe.preprocess(x, 16000, hop, pad=pad)).sum(1).square() + next(
                     torchcrepe.preprocess(x, 16000, hop, pad=pad))[:, 500])
    for decoder in ("argmax", "weighted_argmax", "viterbi"):
        for fmin, fmax in ((50.0, 2006.0), (100.0, 800.0)):
            # Peaks that wander, so that paths have to be found; and noise, so that they have to jump.
            fam.case("crepe_postprocess", u(2, 360, 17, lo=0, hi=1), grad=False, tol=8, fn=decode, fmin=fmin, fmax=fmax, decoder=decoder)
            fam.case("crepe_postprocess", u(1, 360, 9, lo=0, hi=1e-3), grad=False, tol=8, fn=decode, fmin=fmin, fmax=fmax, decoder=decoder)
    add_ast(fam)


def old_name(name):
    """What a parameter of transformers' AST is called in the files that it writes."""
    name = name.replace("audio_spectrogram_transformer.layers.", "audio_spectrogram_transformer.encoder.layer.")
    for new, old in (("attention.q_proj", "attention.attention.query"), ("attention.k_proj", "attention.attention.key"),
                     ("attention.v_proj", "attention.attention.value"), ("attention.o_proj", "attention.output.dense"),
                     ("mlp.fc1", "intermediate.dense"), ("mlp.fc2", "output.dense")):
        name = name.replace(new, old)
    return name


def add_ast(fam):
    import numpy as np
    from transformers import ASTConfig, ASTFeatureExtractor, ASTForAudioClassification

    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 24, "max_length": 50,
             "num_mel_bins": 40, "frequency_stride": 8, "time_stride": 10}
    model = ASTForAudioClassification(ASTConfig(num_labels=5, **sizes)).eval()
    names = [name for name, _ in model.named_parameters()]

    def run(x, *parameters, **_):
        return torch.func.functional_call(model, dict(zip(names, parameters)), (x[:, 0].transpose(1, 2),)).logits

    parameters = [u(*p.shape, lo=-b, hi=b).named(old_name(name)).const for name, p in model.named_parameters()
                  for b in [(3 / p[0].numel()) ** 0.5 if p.dim() > 1 else 1]]
    fam.case("ast", u(2, 1, 40, 50), *parameters, fn=run, tol=40, **sizes)
    for n, bands, length in ((4000, 32, 40), (12000, 16, 20)):
        fam.case("ast_features", u(n, lo=-0.5, hi=0.5), grad=False, tol=100, bands=bands, length=length, fn=lambda w, bands, length: torch.from_numpy(np.array(
            ASTFeatureExtractor(num_mel_bins=bands, max_length=length)(w.numpy(), sampling_rate=16000)["input_values"])).transpose(1, 2)[:, None])
