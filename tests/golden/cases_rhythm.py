# SPDX-License-Identifier: Apache-2.0
"""Onsets, tempo and beats as librosa has them, in double."""

import warnings

import librosa
import numpy as np
import torch

from golden import f64, u

warnings.simplefilter("ignore")


def t(array, dtype=np.float64):
    return torch.from_numpy(np.ascontiguousarray(array, dtype=dtype))


def add(fam):
    def strength(x, rate, bpm, median=False, lag=1, n_fft=2048, hop=512, center=True):
        """Of noise that dies away from every beat on, louder at every fourth; filters in double."""
        beat = np.arange(len(x)) / rate * (bpm / 60)
        y = x.numpy() * np.exp(-8 * (beat % 1)) * np.where(np.floor(beat) % 4 == 0, 1, 0.5)
        power = np.abs(librosa.stft(y, n_fft=n_fft, hop_length=hop, center=center)) ** 2
        mel = librosa.filters.mel(sr=rate, n_fft=n_fft, fmax=rate / 2, dtype=np.float64) @ power
        return librosa.onset.onset_strength(S=librosa.power_to_db(mel), sr=rate, lag=lag, n_fft=n_fft, hop_length=hop, center=center, aggregate=np.median if median else np.mean)

    for shape, rate, bpm, options in (((20000,), 22050., 100., {}), ((20000,), 16000., 140., dict(median=True, n_fft=1024, hop=160)),
                                      ((9000,), 8000., 90., dict(lag=2, hop=256, center=False))):
        fam.case("onset_strength", u(*shape, dtype=f64), fn=lambda x, **o: t(strength(x, **o)), grad=False, rate=rate, bpm=bpm, **options)

    def rhythm(x, rate, bpm, hop=512, **options):
        onsets, envelope = librosa.onset.onset_detect(onset_envelope=strength(x, rate, bpm, hop=hop), sr=rate, hop_length=hop), strength(x, rate, bpm, True, hop=hop)
        named = {k: v for k, v in options.items() if k in ("start_bpm", "std_bpm", "ac_size", "max_tempo")}
        found = librosa.feature.tempo(onset_envelope=envelope, sr=rate, hop_length=hop, **named)
        _, beats = librosa.beat.beat_track(onset_envelope=envelope, sr=rate, hop_length=hop, bpm=found, tightness=options.get("tightness", 100.), trim=options.get("trim", True))
        return t(onsets, np.int64), t(found), t(beats, np.int64)

    for n, rate, bpm, options in ((220000, 22050., 120., {}), (200000, 22050., 97., {}), (150000, 16000., 170., dict(start_bpm=160., hop=256)),
                                  (160000, 22050., 80., dict(trim=False, tightness=400.)), (90000, 22050., 130., dict(ac_size=4., std_bpm=0.5)),
                                  (150000, 16000., 100., dict(max_tempo=90.))):
        fam.case("rhythm", u(n, dtype=f64), fn=rhythm, grad=False, rate=rate, bpm=bpm, **options)
