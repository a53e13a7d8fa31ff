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


@case("torchaudio", "fbank80")
def fbank80():
    from torchaudio.compliance import kaldi
    x = sound(1, 16000) * 32768
    return lambda: kaldi.fbank(x, num_mel_bins=80)


@case("torchaudio", "mfcc13")
def mfcc13():
    from torchaudio.compliance import kaldi
    x = sound(1, 16000) * 32768
    return lambda: kaldi.mfcc(x, use_energy=True, energy_floor=0.0)


@case("torchaudio", "MelSpectrogram 80")
def mel_spectrogram():
    module, x = T.MelSpectrogram(16000, n_fft=400, hop_length=160, n_mels=80), sound(1, 16000)
    return lambda: module(x)


def kaldi_native(name, online, options, bins=None):
    @case("kaldi-native-fbank", name)
    def build():
        import kaldi_native_fbank as knf
        o, x = getattr(knf, options)(), (sound(1, 16000)[0] * 32768).tolist()
        o.frame_opts.dither = 0
        if bins:
            o.mel_opts.num_bins = bins

        def run():
            extractor = getattr(knf, online)(o)
            extractor.accept_waveform(16000, x)
            extractor.input_finished()
        return run


kaldi_native("fbank80", "OnlineFbank", "FbankOptions", 80)
kaldi_native("mfcc13", "OnlineMfcc", "MfccOptions")


def librosa_mel(name, rate, **options):
    @case("librosa", name)
    def build():
        import librosa
        x = sound(1, rate)[0].numpy()
        return lambda: librosa.feature.melspectrogram(y=x, sr=rate, **options)


librosa_mel("MelSpectrogram 80", 16000, n_fft=400, hop_length=160, n_mels=80)
librosa_mel("librosa mel", 22050)


if __name__ == "__main__":
    torch_cases.main()
