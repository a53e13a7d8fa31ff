# SPDX-License-Identifier: Apache-2.0
"""The other sides of audio.py: what torchaudio, kaldi-native-fbank and librosa take for the cases of
bench/cases/audio.cpp. Answers as torch_cases.py does.

  audio_cases.py PEER THREADS SECONDS [--cpu-time]

To add a case, write it there, here for each peer that has it, and in audio.py."""

import os
import sys

PEER, THREADS = sys.argv[1], sys.argv[2]
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = THREADS
del sys.argv[1]

import torch

import torch_cases

SECONDS = 60
torch_cases.CASES.clear()


def case(peer, name):
    """Registers a function that makes a case's data and returns what is timed."""
    def register(build):
        if peer == PEER:
            torch_cases.CASES["audio/" + name] = build
        return build
    return register


def sound(channels, rate):
    return torch.rand(channels, SECONDS * rate) - 0.5


if PEER == "torchaudio":
    import torchaudio.functional as F
    import torchaudio.transforms as T


def resample(orig, new):
    @case("torchaudio", f"resample {orig} to {new}")
    def build():
        module, x = T.Resample(orig, new), sound(1, orig)
        return lambda: module(x)


for rates in ((44100, 16000), (48000, 16000), (16000, 8000), (16000, 48000)):
    resample(*rates)


def lfilter(channels):
    @case("torchaudio", f"lfilter order 2, {channels} ch")
    def build():
        x, a, b = sound(channels, 16000), torch.tensor([1.0, -0.5, 0.3]), torch.tensor([0.3, 0.2, 0.1])
        return lambda: F.lfilter(x, a, b)


lfilter(1)
lfilter(8)


@case("torchaudio", "lowpass_biquad")
def lowpass_biquad():
    x = sound(1, 16000)
    return lambda: F.lowpass_biquad(x, 16000, 1000)


if __name__ == "__main__":
    torch_cases.main()
