# SPDX-License-Identifier: Apache-2.0
"""Filter banks of torchaudio and, computed in double, of librosa: what they make of a few spectra."""

import warnings

import librosa
import torch
import torchaudio.functional as F

from golden import f64, u

warnings.simplefilter("ignore")


def add(fam):
    def mel(x, double, **options):
        if not double:
            return x @ F.melscale_fbanks(**options | {"norm": options["norm"] or None})
        bank = librosa.filters.mel(
            sr=options["sample_rate"], n_fft=2 * (options["n_freqs"] - 1), n_mels=options["n_mels"], fmin=options["f_min"],
            fmax=options["f_max"], htk=options["mel_scale"] == "htk", norm=options["norm"] or None, dtype="float64")
        return x @ torch.from_numpy(bank.T.copy())

    for n_freqs, f_min, f_max, n_mels, rate in ((201, 0., 8000., 80, 16000), (257, 20., 7600., 40, 16000), (129, 0., 4000., 23, 8000),
                                                (513, 0., 11025., 128, 22050), (9, 100., 3000., 3, 8000), (201, 0., 8000., 128, 16000)):
        for norm in ("", "slaney"):
            for scale in ("htk", "slaney"):
                for double in (False, True):
                    # A triangle's side is a difference of frequencies, so rounding shows more in it.
                    fam.case("melscale_fbanks", u(3, n_freqs, dtype=f64 if double else torch.float32), fn=mel, grad=False, tol=1 if double else 40, n_freqs=n_freqs, f_min=f_min,
                             f_max=f_max, n_mels=n_mels, sample_rate=rate, norm=norm, mel_scale=scale, double=double)
    for n_freqs, f_min, f_max, n_filter, rate in ((201, 0., 8000., 128, 16000), (65, 50., 3900., 20, 8000)):
        fam.case("linear_fbanks", u(3, n_freqs), fn=lambda x, **o: x @ F.linear_fbanks(**o), grad=False, tol=40, n_freqs=n_freqs, f_min=f_min,
                 f_max=f_max, n_filter=n_filter, sample_rate=rate)
    for n_mfcc, n_mels in ((13, 23), (40, 128), (20, 20), (1, 1)):
        for ortho in (False, True):
            fam.case("create_dct", u(1), fn=lambda _, n_mfcc, n_mels, ortho: F.create_dct(n_mfcc, n_mels, "ortho" if ortho else None),
                     grad=False, tol=4, n_mfcc=n_mfcc, n_mels=n_mels, ortho=ortho)
