# SPDX-License-Identifier: Apache-2.0
"""Features of audio as librosa and scipy have them, in double."""

import warnings

import librosa
import numpy as np
import scipy.stats
import torch

from cases_spectral import tones
from golden import f64, u

warnings.simplefilter("ignore")


def t(array):
    return torch.from_numpy(np.ascontiguousarray(array))


def add(fam):
    def spectrum(x, rate, n_fft=2048, hop=512, win=None, f0=0., power=1, center=True):
        y = (tones(x, rate, f0) if f0 else x).numpy()
        return np.abs(librosa.stft(y, n_fft=n_fft, hop_length=hop, win_length=win, center=center)) ** power

    def framed(function, **fixed):
        return lambda x, frame, hop, **o: t(function(y=x.numpy(), frame_length=frame, hop_length=hop, **fixed, **o)[..., 0, :])

    for shape, frame, hop, center in (((3000,), 512, 160, True), ((2, 3, 700), 128, 33, False), ((40,), 64, 16, True)):
        x = u(*shape, dtype=f64)
        fam.case("zero_crossing_rate", x, fn=framed(librosa.feature.zero_crossing_rate), grad=False, frame=frame, hop=hop, center=center)
        fam.case("rms", x, fn=framed(librosa.feature.rms, dtype=np.float64), grad=False, frame=frame, hop=hop, center=center)
    fam.case("rms", u(2, 300, dtype=f64), fn=framed(librosa.feature.rms, dtype=np.float64, pad_mode="reflect"), grad=False, frame=64, hop=16)

    feature = librosa.feature
    plain = lambda function, **fixed: lambda x, rate, n_fft, hop, f0=0., win=None, center=True, **o: t(
        function(S=spectrum(x, rate, n_fft, hop, win, f0, center=center), **({"sr": rate} if function is not feature.spectral_flatness else {}), **fixed, **o)[..., 0, :])
    for shape, options in (((6000,), dict(rate=16000., n_fft=512, hop=160, f0=200.)), ((2, 1500), dict(rate=8000., n_fft=256, hop=100, win=200)),
                           ((900,), dict(rate=22050., n_fft=256, hop=64, f0=500., center=False))):
        x = u(*shape, dtype=f64)
        for name, extra in (("centroid", {}), ("bandwidth", {}), ("bandwidth", dict(p=3.)), ("rolloff", {}), ("rolloff", dict(roll_percent=0.5)),
                            ("flatness", {}), ("flatness", dict(power=1.))):
            fam.case("spectral_" + name, x, fn=plain(getattr(feature, "spectral_" + name)), grad=False, **options, **extra)
    contrast = lambda x, rate, n_fft, hop, f0=0., **o: t(feature.spectral_contrast(S=spectrum(x, rate, n_fft, hop, f0=f0), sr=rate, **o))
    fam.case("spectral_contrast", u(9000, dtype=f64), fn=contrast, grad=False, rate=22050., n_fft=1024, hop=512, f0=300.)
    fam.case("spectral_contrast", u(4000, dtype=f64), fn=contrast, grad=False, rate=16000., n_fft=512, hop=256, n_bands=4, fmin=300., quantile=0.1)
    fam.case("spectral_contrast", u(4000, dtype=f64), fn=contrast, grad=False, rate=16000., n_fft=512, hop=256, n_bands=3, linear=True)

    for rate, n_fft, options in ((22050., 512, {}), (16000., 256, dict(n_chroma=24, tuning=0.3)), (8000., 200, dict(octwidth=None, base_c=False)),
                                 (44100., 1024, dict(ctroct=4., octwidth=1.))):
        fam.case("chroma_fbanks", u(1), fn=lambda x, rate, n_fft, **o: t(librosa.filters.chroma(sr=rate, n_fft=n_fft, dtype=np.float64, **o)[:, :120]),
                 grad=False, rate=rate, n_fft=n_fft, **options)

    def tuning(x, rate, f0, bins=12):
        return torch.tensor([librosa.estimate_tuning(S=spectrum(x, rate, f0=f0, power=2), sr=rate, bins_per_octave=bins)], dtype=f64)
    for f0, options in ((440., {}), (452., {}), (430., dict(bins=36)), (220., {})):
        fam.case("estimate_tuning", u(12000, dtype=f64), fn=tuning, grad=False, rate=22050., f0=f0, **options)

    def chroma(x, rate, n_fft, hop, f0, tuning=None, norm=np.inf, n_chroma=12):
        s = spectrum(x, rate, n_fft, hop, f0=f0, power=2)
        if tuning is None:
            tuning = librosa.estimate_tuning(S=s, sr=rate, bins_per_octave=n_chroma)
        bank = librosa.filters.chroma(sr=rate, n_fft=n_fft, tuning=tuning, n_chroma=n_chroma, dtype=np.float64)  # float in chroma_stft
        return t(librosa.util.normalize(bank @ s, norm=norm, axis=-2))
    fam.case("chroma_stft", u(9000, dtype=f64), fn=chroma, grad=False, rate=22050., n_fft=2048, hop=1024, f0=330.)
    fam.case("chroma_stft", u(5000, dtype=f64), fn=chroma, grad=False, rate=16000., n_fft=1024, hop=512, f0=260., tuning=0.1, norm=1., n_chroma=24)
    fam.case("chroma_stft", u(5000, dtype=f64), fn=chroma, grad=False, rate=16000., n_fft=1024, hop=512, f0=260., tuning=0., norm=2.)

    def statistics(x, percentiles, lengths=None):
        def one(row):
            n = len(row)
            slope = np.polyfit(np.arange(n), row, 1)[0] if n > 1 else 0
            moments = [scipy.stats.skew(row), scipy.stats.kurtosis(row)] if n > 1 else [0, 0]
            return [row.mean(), row.std(), row.min(), row.max(), slope, *moments, *np.percentile(row, percentiles)]
        rows = x.numpy().reshape(-1, x.size(-1))
        per_item = rows.shape[0] // (len(lengths) if lengths else 1)
        return t([one(row[: lengths[i // per_item]] if lengths else row) for i, row in enumerate(rows)]).reshape(*x.shape[:-1], -1)
    for shape, options in (((30,), {}), ((2, 3, 17), {}), ((3, 1), {}), ((3, 2, 20), dict(lengths=[20, 1, 7]))):
        fam.case("statistics", u(*shape, dtype=f64), fn=statistics, grad=False, percentiles=[0., 10., 50., 99.], **options)

    # librosa subtracts sums of squares from products of spectra; what rounding leaves of it shows.
    for shape, rate, f0, options in (((6000,), 16000., 180., dict(fmin=80., fmax=500., frame_length=1024)), ((2, 5000), 22050., 300., {}),
                                     ((3000,), 8000., 0., dict(fmin=60., fmax=400., frame_length=600, hop_length=100, center=False)),
                                     ((4000,), 16000., 150., dict(fmin=70., fmax=600., frame_length=800, hop_length=160, pad_mode="reflect"))):
        x, settings = u(*shape, dtype=f64), dict(fmin=65.40639132514966, fmax=2093.004522404789) | options
        fam.case("yin", x, fn=lambda x, rate, f0, **o: t(librosa.yin((tones(x, rate, f0) if f0 else x).numpy(), sr=rate, **o)), grad=False, tol=100, rate=rate, f0=f0, **settings)
        more = dict(max_transition_rate=20., switch_prob=0.05) if shape[0] == 3000 else dict(n_thresholds=50, resolution=0.25, no_trough_prob=0.1) if shape[0] == 4000 else {}

        def pyin(x, rate, f0, quiet=0, beta=(2, 18), **options):
            y = tones(x, rate, f0) if f0 else x.clone()
            y[..., :quiet] = x[..., :quiet]
            return map(t, librosa.pyin(y.numpy(), sr=rate, beta_parameters=tuple(beta), **options))
        fam.case("pyin", x, fn=pyin, grad=False, tol=100, rate=rate, f0=f0, quiet=2000, **settings, **more)
    fam.case("pyin", u(6000, dtype=f64), fn=pyin, grad=False, tol=100, rate=16000., f0=140., quiet=0, beta=[1.5, 7.25], fmin=60., fmax=700., boltzmann_parameter=1.)
    fam.case("yin", u(900, dtype=f64, lo=0, hi=0), fn=lambda x, rate, f0, **o: t(librosa.yin(x.numpy(), sr=rate, **o)), grad=False, rate=8000., f0=0., fmin=100., fmax=400.,
             frame_length=256)
    fam.case("pyin", u(900, dtype=f64, lo=0, hi=0), fn=pyin, grad=False, rate=8000., f0=0., fmin=100., fmax=400., frame_length=256)

    def cqt(x, rate, f0, hop_length=512, fmin=32.70319566257483, n_bins=84, bins_per_octave=12, filter_scale=1., tuning=0.):
        """librosa's filters, an octave at a time from the top as it does, all at the full rate."""
        y, ratio = tones(x, rate, f0).numpy(), 2 ** (2 / bins_per_octave)
        octaves = []
        for end in range(n_bins, 0, -bins_per_octave):
            bins = np.arange(max(end - bins_per_octave, 0), end)
            basis, lengths = librosa.filters.wavelet(freqs=fmin * 2 ** ((bins + tuning) / bins_per_octave), sr=rate, filter_scale=filter_scale, norm=1, pad_fft=True,
                                                     dtype=np.complex128, alpha=np.full(len(bins), (ratio - 1) / (ratio + 1)))
            n_fft = basis.shape[1]
            spectra = librosa.stft(y, n_fft=n_fft, hop_length=hop_length, window="ones", dtype=np.complex128)
            octaves.append(np.fft.fft(basis, axis=1)[:, : n_fft // 2 + 1] @ spectra * np.sqrt(lengths)[:, None] / n_fft)
        whole = np.concatenate(octaves[::-1])
        theirs = librosa.cqt(y, sr=rate, hop_length=hop_length, fmin=fmin, n_bins=n_bins, bins_per_octave=bins_per_octave, filter_scale=filter_scale, tuning=tuning)
        assert np.abs(np.abs(whole) - np.abs(theirs)).max() < 0.03 * np.abs(theirs).max()
        return t(whole)
    for n, rate, f0, options in ((6000, 22050., 220., {}), (4000, 16000., 300., dict(fmin=110., n_bins=40, bins_per_octave=24, hop_length=256, tuning=0.25)),
                                 (3000, 8000., 200., dict(fmin=100., n_bins=20, hop_length=128, filter_scale=0.5))):
        fam.case("cqt", u(n, dtype=f64), fn=cqt, grad=False, tol=1e4, rate=rate, f0=f0, **options)
