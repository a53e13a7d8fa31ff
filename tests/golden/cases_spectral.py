# SPDX-License-Identifier: Apache-2.0
"""torchaudio's spectral transforms: values, and gradients where they are differentiable."""

import math
import warnings

import torch
import torchaudio.functional as F
import torchaudio.transforms as T

from golden import c64, c128, f64, u

warnings.simplefilter("ignore")


def norm_of(name):
    return {"none": False, "window": True, "frame_length": "frame_length"}[name]


def window_of(name, x):
    """In the precision of x, or what is different in two programs' windows would be all that shows."""
    function = {"hann": torch.hann_window, "hamming": torch.hamming_window, "ones": torch.ones}[name]
    return lambda n: function(n, dtype=x.real.dtype)


def spectrogram(x, window="hann", normalized="none", **options):
    return T.Spectrogram(window_fn=window_of(window, x), normalized=norm_of(normalized), **options)(x)


def inverse_spectrogram(x, length=None, normalized="none", **options):
    return T.InverseSpectrogram(window_fn=window_of("hann", x), normalized=norm_of(normalized), **options)(x, length)


def mel(x, norm="", **options):
    return T.MelSpectrogram(norm=norm or None, window_fn=window_of("hann", x), **options).to(x.dtype)(x)


def mfcc(x, rate, n_mfcc, ortho=True, log_mels=False, **melkwargs):
    return T.MFCC(rate, n_mfcc, norm="ortho" if ortho else None, log_mels=log_mels, melkwargs=melkwargs | {"window_fn": window_of("hann", x)}).to(x.dtype)(x)


def lfcc(x, rate, n_lfcc, n_filter, log_lf=False, **speckwargs):
    return T.LFCC(rate, n_filter=n_filter, n_lfcc=n_lfcc, log_lf=log_lf, speckwargs=speckwargs | {"window_fn": window_of("hann", x)}).to(x.dtype)(x)


def tones(x, rate, f0):
    """Noise x [..., time] at a tenth of a voice that glides up from f0 Hz to half as much again."""
    t = torch.arange(x.size(-1), dtype=f64) / rate
    phase = 2 * math.pi * f0 * (t + t * t / (4 * t[-1]))
    voice = sum(torch.sin(k * phase) / k for k in range(1, 6))
    return (0.3 * voice + 0.1 * x.double()).to(x.dtype)


def add(fam):
    spec = dict(fn=spectrogram)
    fam.case("spectrogram", u(2, 500), **spec, tol=4)
    fam.case("spectrogram", u(600), n_fft=64, **spec)
    for power in (None, 1., 2., 1.5):
        fam.case("spectrogram", u(2, 1, 150), n_fft=32, hop_length=10, power=power, **spec)
        fam.case("spectrogram", u(101, dtype=f64), n_fft=32, power=power, **spec)
    for normalized in ("window", "frame_length"):
        fam.case("spectrogram", u(200), n_fft=64, win_length=48, normalized=normalized, **spec)
    for pad_mode in ("constant", "replicate", "circular"):
        fam.case("spectrogram", u(2, 120), n_fft=32, pad_mode=pad_mode, **spec)
    for n_fft, win, hop, pad, center in ((40, 40, 20, 0, False), (64, 40, 10, 7, True), (33, 20, 11, 0, True), (33, 33, 5, 3, False)):
        fam.case("spectrogram", u(160), n_fft=n_fft, win_length=win, hop_length=hop, pad=pad, center=center, **spec)
    fam.case("spectrogram", u(100), n_fft=32, onesided=False, power=None, **spec)
    fam.case("spectrogram", u(100), n_fft=32, window="hamming", **spec)
    fam.case("spectrogram", u(17), n_fft=32, window="ones", **spec)
    fam.case("spectrogram", u(2, 200).T.const, n_fft=2, hop_length=100, **spec)
    fam.case("spectrogram", u(16), n_fft=32, throws=True, **spec)
    fam.case("spectrogram", u(31), n_fft=32, center=False, throws=True, **spec)
    fam.case("spectrogram", u(0), n_fft=32, throws=True, **spec)

    inverse = dict(fn=inverse_spectrogram)
    fam.case("inverse_spectrogram", u(2, 17, 8, dtype=c64), n_fft=32, hop_length=8, **inverse)
    fam.case("inverse_spectrogram", u(1, 2, 17, 8, dtype=c128), n_fft=32, win_length=24, length=70, **inverse)
    fam.case("inverse_spectrogram", u(17, 8, dtype=c64), n_fft=32, normalized="window", **inverse)
    fam.case("inverse_spectrogram", u(32, 9, dtype=c64), n_fft=32, normalized="frame_length", onesided=False, **inverse)
    fam.case("inverse_spectrogram", u(3, 17, 8, dtype=c64), n_fft=32, pad=5, length=80, **inverse)
    fam.case("inverse_spectrogram", u(17, 8), n_fft=32, throws=True, **inverse)

    def griffinlim(x, **options):
        return T.GriffinLim(rand_init=False, window_fn=window_of("hann", x), **options)(x)
    for shape, options in (((17, 6), dict(n_fft=32, n_iter=3)), ((2, 1, 17, 6), dict(n_fft=32, n_iter=2, hop_length=8, momentum=0., length=40)),
                           ((17, 8), dict(n_fft=32, n_iter=8, power=1., momentum=0.5))):
        fam.case("griffinlim", u(*shape, dtype=f64, lo=0.1, hi=2), fn=griffinlim, **options)

    decibels = dict(fn=lambda x, stype, top_db=None: T.AmplitudeToDB(stype, top_db)(x))
    for shape in ((5, 7), (2, 5, 7), (2, 3, 5, 7), (2, 2, 1, 3, 4)):
        for stype in ("power", "magnitude"):
            fam.case("amplitude_to_DB", u(*shape, lo=1e-3, hi=2), stype=stype, top_db=12., **decibels)
    fam.case("amplitude_to_DB", u(30, lo=-0.1, hi=1), stype="power", **decibels)
    fam.case("DB_to_amplitude", u(2, 30, lo=-40, hi=20), fn=F.DB_to_amplitude, ref=2., power=0.5)
    fam.case("DB_to_amplitude", u(30, dtype=f64, lo=-40, hi=20), fn=F.DB_to_amplitude, ref=1., power=1.)

    deltas = dict(fn=lambda x, **o: T.ComputeDeltas(**o)(x))
    fam.case("compute_deltas", u(3, 20), **deltas)
    fam.case("compute_deltas", u(2, 3, 4, 9, dtype=f64), win_length=9, **deltas)
    fam.case("compute_deltas", u(2, 3, 1), **deltas)
    fam.case("compute_deltas", u(4, 8), win_length=6, mode="reflect", **deltas)
    fam.case("compute_deltas", u(12), win_length=3, mode="constant", **deltas)
    fam.case("compute_deltas", u(12), win_length=2, throws=True, **deltas)

    def cmn(x, **options):
        # torchaudio writes into a tensor that a graph cannot see all of; in double, for its sums.
        with torch.no_grad():
            return F.sliding_window_cmn(x.double(), **options).to(x.dtype)
    for center in (False, True):
        for norm_vars in (False, True):
            for shape, window, least in (((40, 3), 10, 5), ((2, 25, 2), 600, 100), ((1, 2, 30, 2), 7, 12), ((2, 1, 3), 4, 2), ((9, 2), 1, 0)):
                fam.case("sliding_window_cmn", u(*shape, lo=5, hi=7), fn=cmn, grad=False, cmn_window=window, min_cmn_window=least, center=center,
                         norm_vars=norm_vars)

    centroid = dict(fn=lambda x, rate, **o: T.SpectralCentroid(rate, window_fn=window_of("hann", x), **o)(x))
    fam.case("spectral_centroid", u(2, 300), rate=8000, n_fft=64, **centroid)
    fam.case("spectral_centroid", u(300, dtype=f64), rate=22051, n_fft=64, win_length=50, hop_length=13, pad=4, **centroid)

    # Filters and cosines are rounded to float, each library's in its own way; decibels show it.
    melspec = dict(fn=mel)
    fam.case("MelSpectrogram", u(2, 900), n_mels=40, tol=20, **melspec)
    fam.case("MelSpectrogram", u(400, dtype=f64), tol=2e3, sample_rate=8000, n_fft=128, hop_length=50, n_mels=12, f_min=60., f_max=3800., **melspec)
    fam.case("MelSpectrogram", u(1, 2, 400), sample_rate=22050, n_fft=256, n_mels=20, norm="slaney", mel_scale="slaney", power=1., center=False, **melspec)
    fam.case("MFCC", u(2, 700), fn=mfcc, tol=4, rate=16000, n_mfcc=13, n_fft=256, n_mels=23)
    fam.case("MFCC", u(2, 2, 700), fn=mfcc, tol=8, rate=16000, n_mfcc=13, n_fft=256, n_mels=23, log_mels=True, center=False)
    fam.case("MFCC", u(500), fn=mfcc, tol=30, rate=8000, n_mfcc=20, n_fft=256, n_mels=20, ortho=False)
    fam.case("MFCC", u(500), fn=mfcc, throws=True, rate=8000, n_mfcc=21, n_mels=20)
    fam.case("LFCC", u(2, 700), fn=lfcc, tol=4, rate=16000, n_lfcc=13, n_filter=30, n_fft=256)
    fam.case("LFCC", u(500), fn=lfcc, tol=8, rate=8000, n_lfcc=20, n_filter=24, log_lf=True, n_fft=128, hop_length=40)

    for shape, driver in (((10, 6), "gels"), ((2, 1, 10, 4), "gels"), ((10, 3), "gelsd"), ((0, 10, 3), "gels")):
        fam.case("InverseMelScale", u(*shape, dtype=f64, lo=0, hi=1), fn=lambda x, **o: T.InverseMelScale(65, sample_rate=8000, **o).double()(x),
                 grad=driver == "gels" and 0 not in shape, n_mels=10, driver=driver)

    for shape, rate, options in (((8000,), 8000, {}), ((2, 12000), 16000, dict(win_length=9, freq_low=60)), ((1, 2, 9000), 11025, dict(frame_time=0.02, freq_high=800))):
        fam.case("detect_pitch_frequency", u(*shape), fn=lambda x, rate, f0, **o: F.detect_pitch_frequency(tones(x, rate, f0), rate, **o), grad=False,
                 tol=1, rate=rate, f0=130., **options)
    fam.case("detect_pitch_frequency", u(1000), fn=lambda x, rate, f0: F.detect_pitch_frequency(x, rate), grad=False, throws=True, rate=8000, f0=0.)

    for shape, rate in (((1, 9000), 16000), ((2, 30000), 44100), ((2, 5, 4000), 8000), ((3, 8410), 11025)):
        fam.case("loudness", u(*shape, lo=-0.3, hi=0.3), fn=F.loudness, grad=False, sample_rate=rate)
    fam.case("loudness", u(2, 12000, lo=-3, hi=3), fn=F.loudness, grad=False, sample_rate=16000)
    fam.case("loudness", u(1, 9000, lo=-1e-6, hi=1e-6), fn=F.loudness, grad=False, sample_rate=16000)
    fam.case("loudness", u(6, 9000), fn=F.loudness, grad=False, throws=True, sample_rate=16000)

    def psd(a):
        return a @ a.mT / 8 + torch.eye(a.size(0), dtype=a.dtype)
    fam.case("frechet_distance", u(4, dtype=f64), u(4, 8, dtype=f64), u(4, dtype=f64), u(4, 8, dtype=f64),
             fn=lambda a, b, c, d: F.frechet_distance(a, psd(b), c, psd(d)))
