# SPDX-License-Identifier: Apache-2.0
"""torchaudio's filters, effects, resampling and augmentation of waveforms."""

import warnings

import torch
import torchaudio
import torchaudio.functional as F
import torchaudio.transforms as T

from golden import c64, c128, f32, f64, i64, u, v

warnings.simplefilter("ignore")
inf, nan = float("inf"), float("nan")


def w(*shape, dtype=f32, lo=-1, hi=1):
    return u(*shape, dtype=dtype, lo=lo, hi=hi)


def add_filters(fam):
    A = {1: [1.0, -0.4], 2: [1.25, -0.6, 0.3], 6: [1.0, 0.2, -0.1, 0.15, 0.1, -0.05, 0.1], 10: [2.0] + [0.1, -0.15] * 5}
    B = {1: [0.5, 0.25], 2: [0.3, 0.2, 0.1], 6: [0.1 * k for k in range(7)], 10: [0.1] * 11}
    for order in A:
        for dtype in (f32, f64):
            for shape in ((25,), (2, 3, 7)):
                fam.case("lfilter", w(*shape, dtype=dtype), v(A[order], dtype), v(B[order], dtype), fn=F.lfilter, clamp=False,
                         batching=True, grad=dtype == f64, second=dtype == f64 and order == 2, tag=str(order), tol=4)
    two = lambda dtype: (v([A[2], [1.0, 0.5, 0.25]], dtype, [2, 3]), v([B[2], [0.2, -0.4, 0.1]], dtype, [2, 3]))
    for dtype in (f32, f64):
        fam.case("lfilter", w(3, 2, 25, dtype=dtype), *two(dtype), fn=F.lfilter, clamp=False, batching=True, tol=4)
        fam.case("lfilter", w(3, 25, dtype=dtype), *two(dtype), fn=F.lfilter, clamp=False, batching=False, tol=4)
        fam.case("lfilter", w(2, 25, dtype=dtype, lo=-5, hi=5), *two(dtype), fn=F.lfilter, clamp=True, batching=True, tol=4)
        fam.case("lfilter", w(2, 25, dtype=dtype).T, *two(dtype), fn=F.lfilter, clamp=True, batching=True, tol=4)
        fam.case("filtfilt", w(2, 25, dtype=dtype), *two(dtype), clamp=False, fn=F.filtfilt, tol=8)
        fam.case("filtfilt", w(2, 25, dtype=dtype), v(A[2], dtype), v(B[2], dtype), clamp=True, fn=F.filtfilt, tol=8)
    fam.case("lfilter", v([0, 1, inf, 1, 2, nan, 3, 4], f32), v(A[2], f32), v(B[2], f32), fn=F.lfilter, clamp=False, batching=True, grad=False)
    fam.case("lfilter", w(1), v(A[2], f32), v(B[2], f32), fn=F.lfilter, clamp=False, batching=True)
    for a, b, x in ((v(A[2], f32), v(B[1], f32), w(9)), (two(f32)[0], two(f32)[1], w(3, 9)), (v(A[2], f64), v(B[2], f64), w(9))):
        fam.case("lfilter", x, a, b, fn=F.lfilter, clamp=False, batching=True, throws=True)
    fam.case("biquad", w(2, 20, dtype=f64), fn=F.biquad, b0=0.3, b1=-0.2, b2=0.1, a0=1.5, a1=-0.5, a2=0.25)

    # A single-precision torchaudio computes coefficients in float, so low frequencies are left to double.
    for dtype, rate, low in ((f64, 44100, 60.0), (f32, 16000, 1800.0)):
        tol = 1 if dtype == f64 else 20
        one = lambda op, **kw: fam.case(op, w(2, 25, dtype=dtype), fn=getattr(F, op), sample_rate=rate, tol=tol, **kw)
        for op in ("lowpass_biquad", "highpass_biquad"):
            one(op, cutoff_freq=low, Q=0.707)
            one(op, cutoff_freq=rate / 3, Q=2.5)
        for op in ("allpass_biquad", "bandpass_biquad", "bandreject_biquad", "band_biquad"):
            more = {"bandpass_biquad": "const_skirt_gain", "band_biquad": "noise"}.get(op)
            one(op, central_freq=low, Q=0.707, **({more: False} if more else {}))
            one(op, central_freq=rate / 5, Q=1.5, **({more: True} if more else {}))
        one("bass_biquad", gain=6.0, central_freq=low, Q=0.707)
        one("treble_biquad", gain=-9.0, central_freq=rate / 6, Q=0.5)
        one("equalizer_biquad", center_freq=low, gain=4.0, Q=1.5)
    for rate in (44100, 48000, 88200, 96000):
        fam.case("riaa_biquad", w(60, dtype=f64), fn=F.riaa_biquad, sample_rate=rate)
        fam.case("deemph_biquad", w(60, dtype=f64), fn=F.deemph_biquad, sample_rate=rate, throws=rate > 50000)
    fam.case("riaa_biquad", w(60), fn=F.riaa_biquad, sample_rate=16000, throws=True)
    # Gradients of the parameters too.
    learn = lambda x, freq, q: F.bandpass_biquad(x, 16000, freq, q)
    fam.case("bandpass_learned", w(40, dtype=f64), v([900.0], f64, []), v([1.2], f64, []), fn=learn)
    raise_ = lambda x, freq, q, gain: F.equalizer_biquad(x, 16000, freq, gain, q)
    fam.case("equalizer_learned", w(40, dtype=f64), v([900.0], f64, []), v([1.2], f64, []), v([3.0], f64, []), fn=raise_)
    for dtype in (f32, f64):
        for coeff in (0.97, 0.5):
            fam.case("preemphasis", w(2, 20, dtype=dtype), fn=F.preemphasis, coeff=coeff)
            fam.case("deemphasis", w(2, 20, dtype=dtype, lo=-0.3, hi=0.3), fn=F.deemphasis, coeff=coeff, tol=4)


def add_effects(fam):
    for dtype in (f32, f64):
        x = w(2, 20, dtype=dtype)
        for db in (0.0, 1.0, -20.0):
            fam.case("gain", x.const, fn=F.gain, gain_db=db)
        for amount in (0.0, 75.0, 100.0):
            fam.case("contrast", x, fn=F.contrast, enhancement_amount=amount)
        for shift, limit in ((0.4, None), (0.6, 0.05), (-0.6, 0.05), (0.0, 0.02), (-1.5, None)):
            fam.case("dcshift", x.const, fn=lambda t, **o: F.dcshift(t.clone(), **o), shift=shift, limiter_gain=limit)
        for gain, colour in ((20.0, 20.0), (0.0, 0.0), (3.0, 100.0)):
            fam.case("overdrive", x.const, fn=F.overdrive, gain=gain, colour=colour, tol=4)
    fam.case("contrast", w(4), fn=F.contrast, enhancement_amount=101.0, throws=True)
    for sine in (True, False):
        fam.case("phaser", w(100, dtype=f64, lo=-2, hi=2), fn=F.phaser, sample_rate=8000, gain_in=0.4, gain_out=0.74, delay_ms=3.0, decay=0.4,
                 mod_speed=0.5, sinusoidal=sine)
        fam.case("phaser", w(80), fn=F.phaser, sample_rate=500, gain_in=0.9, gain_out=2.0, delay_ms=5.0, decay=0.9,
                 mod_speed=2.0, sinusoidal=sine, tol=4)
    for modulation in ("sinusoidal", "triangular"):
        for interpolation in ("linear", "quadratic"):
            how = dict(modulation=modulation, interpolation=interpolation, fn=F.flanger, grad=False)
            fam.case("flanger", w(2, 45, dtype=f64), sample_rate=8000, delay=0.0, depth=2.0, regen=0.0, width=71.0, speed=0.5, phase=25.0, **how)
            fam.case("flanger", w(2, 2, 60, dtype=f64), sample_rate=1000, delay=3.0, depth=10.0, regen=-60.0, width=100.0, speed=10.0, phase=40.0, **how)
    fam.case("flanger", w(5, 9), fn=F.flanger, sample_rate=8000, delay=0.0, depth=2.0, regen=0.0, width=71.0, speed=0.5, phase=25.0,
             modulation="sinusoidal", interpolation="linear", throws=True)


def add_waveforms(fam):
    for op in ("convolve", "fftconvolve"):
        for mode in ("full", "valid", "same"):
            for x, y in (((2, 12), (2, 5)), ((3, 1, 4), (1, 2, 9)), ((7,), (7,)), ((5,), (1,))):
                for dtype in (f32, f64):
                    fam.case(op, w(*x, dtype=dtype), w(*y, dtype=dtype), fn=getattr(F, op), mode=mode, tol=8, grad=dtype == f64)
        fam.case(op, w(2, 12), w(5), fn=getattr(F, op), mode="full", throws=True)
        fam.case(op, w(2, 12), w(3, 5), fn=getattr(F, op), mode="full", throws=True)
        fam.case(op, w(12), w(5), fn=getattr(F, op), mode="half", throws=True)
    noise = lambda x, n, snr, lengths=None: F.add_noise(x, n, snr, lengths)
    for dtype in (f32, f64):
        fam.case("add_noise", w(2, 3, 20, dtype=dtype), w(2, 3, 20, dtype=dtype), v([[10, 0, -5], [3, 20, 1]], dtype), fn=noise, tol=8)
        fam.case("add_noise", w(3, 20, dtype=dtype), w(1, 20, dtype=dtype), v([10, 0, -5], dtype), v([20, 7, 1]), fn=noise, tol=8)
        fam.case("add_noise", w(20, dtype=dtype), w(20, dtype=dtype), v([5], dtype, []), fn=noise, tol=8)
    fam.case("add_noise", w(2, 20), w(2, 19), v([1, 2], f32), fn=noise, throws=True)
    for q in (256, 16):
        for dtype in (f32, f64):
            fam.case("mu_law_encoding", w(40, dtype=dtype).const, fn=F.mu_law_encoding, quantization_channels=q)
            fam.case("mu_law_decoding", u(40, dtype=dtype, lo=0, hi=q - 1), fn=F.mu_law_decoding, quantization_channels=q, tol=4)
        fam.case("mu_law_encoding", v([-1, -0.0, 0.0, 1, 1e-9], f32).const, fn=F.mu_law_encoding, quantization_channels=q)
        fam.case("mu_law_decoding", u(40, dtype=i64, lo=0, hi=q - 1), fn=F.mu_law_decoding, quantization_channels=q, tol=4)


def in_double(x, **options):
    """torchaudio with filters computed in double."""
    module = T.Resample(**options, dtype=f64)
    module.kernel = module.kernel.to(x.dtype)
    return module(x)


KAISER = dict(resampling_method="sinc_interp_kaiser", lowpass_filter_width=16, rolloff=0.85, beta=8.555504641634386)


def add_resampling(fam):
    for orig, new in ((44100, 16000), (48000, 16000), (16000, 8000), (8000, 16000), (16000, 22050), (7, 5), (3, 4)):
        for dtype in (f32, f64):
            x = w(1, 330, dtype=dtype) if orig == 44100 else w(2, 40, dtype=dtype)
            fam.case("resample", x, fn=in_double, orig_freq=orig, new_freq=new, tol=8, grad=dtype == f64)
        fam.case("resample", w(90, dtype=f64), fn=in_double, grad=False, orig_freq=orig, new_freq=new, **KAISER, tol=4e8)  # its beta is a float
    for n in (1, 2, 5):
        fam.case("resample", w(n), fn=in_double, orig_freq=3, new_freq=2, tol=8)
    fam.case("resample", w(2, 90).T, fn=in_double, orig_freq=4, new_freq=3, lowpass_filter_width=2, rolloff=0.5, tol=8)
    fam.case("resample", w(9), fn=F.resample, orig_freq=0, new_freq=3, throws=True)
    fam.case("resample", w(9), fn=F.resample, orig_freq=4, new_freq=3, lowpass_filter_width=0, throws=True)
    fam.case("resample", w(9), fn=F.resample, orig_freq=4, new_freq=3, resampling_method="linear", throws=True)
    fam.case("resample", u(9, dtype=i64), fn=F.resample, orig_freq=4, new_freq=3, throws=True)
    fam.case("resample", w(9, dtype=f64), fn=F.resample, orig_freq=4, new_freq=4)
    for factor in (0.9, 1.0, 1.25):
        fam.case("speed", w(2, 70, dtype=f64), v([70, 37]), fn=lambda x, n, **o: list(F.speed(x, lengths=n, **o)), orig_freq=8000, factor=factor)
        fam.case("speed", w(30, dtype=f64), None, fn=lambda x, _, **o: F.speed(x, **o)[0], orig_freq=8000, factor=factor)
    vocoder = lambda s, advance, rate: F.phase_vocoder(s, rate, advance)
    for dtype, real in ((c64, f32), (c128, f64)):
        for rate in (1.3, 0.8, 1.0):
            fam.case("phase_vocoder", u(5, 9, dtype=dtype), v([[0], [3], [6], [9], [12]], real), fn=vocoder, rate=rate, tol=30, grad=dtype == c128)
    for steps, per_octave in ((2, 12), (-4, 12), (1, 3), (12, 12)):
        fam.case("pitch_shift", w(150, dtype=f64), fn=F.pitch_shift, sample_rate=8000, n_steps=steps, bins_per_octave=per_octave, n_fft=64,
                 grad=False, tol=3e5)  # its window and phases are floats


def add_modules(fam):
    def module(op, x, call=None, tol=1.0, **options):
        fam.case("T." + op, x, fn=lambda t, **o: getattr(T, op)(**o)(t), tol=tol, **options)

    for shape in ("linear", "exponential", "logarithmic", "quarter_sine", "half_sine"):
        module("Fade", w(2, 30), fade_in_len=10, fade_out_len=25, fade_shape=shape, tol=4)
    module("Fade", w(30), fade_in_len=0, fade_out_len=0, fade_shape="linear")
    fam.case("T.Fade", w(9), fn=lambda t, **o: T.Fade(**o)(t), fade_in_len=10, fade_out_len=0, fade_shape="linear", throws=True)
    for gain, kind in ((0.5, "amplitude"), (2.5, "amplitude"), (3.0, "power"), (-6.0, "db")):
        module("Vol", w(2, 30, dtype=f64), gain=gain, gain_type=kind)
    fam.case("T.Vol", w(9), fn=lambda t, **o: T.Vol(**o)(t), gain=-1.0, gain_type="power", throws=True)
    stretch = lambda s, hop_length, n_freq, fixed_rate: T.TimeStretch(hop_length, n_freq, fixed_rate)(s)
    fam.case("T.TimeStretch", u(2, 9, 14, dtype=c64), fn=stretch, hop_length=None, n_freq=9, fixed_rate=1.2, tol=400)
    fam.case("T.TimeStretch", u(9, 14, dtype=c64), fn=stretch, hop_length=4, n_freq=9, fixed_rate=0.7, tol=400)


def add(fam):
    add_filters(fam)
    add_effects(fam)
    add_waveforms(fam)
    add_resampling(fam)
    add_modules(fam)
