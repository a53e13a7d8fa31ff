# SPDX-License-Identifier: Apache-2.0
"""Jitter, shimmer, harmonicity and formants of synthetic vowels as Praat has them (PyPI's
praat-parselmouth). What is compared are numbers of whole sounds, in `praat`, within tolerances that
tests/audio/golden_voice_test.cpp states."""

import numpy as np
import parselmouth
from parselmouth.praat import call

from golden import f64, u

RATE = 16000.0


def vowel(x, f0, jitter, shimmer, noise, formants, bandwidths):
    """Pulses f0 times a second, moved and scaled by the noise x, through resonators, over noise."""
    n = len(x)
    y, time, k = np.zeros(n), 0.01, 0
    while time < n / RATE - 0.01:
        at = time * RATE
        first = int(at)
        amplitude = 1 + shimmer * x[2 * k]
        y[first] += amplitude * (first + 1 - at)
        y[first + 1] += amplitude * (at - first)
        time += (1 + jitter * x[2 * k + 1]) / f0
        k += 1
    for hz, width in zip(formants, bandwidths):
        r = np.exp(-np.pi * width / RATE)
        c = 2 * r * np.cos(2 * np.pi * hz / RATE)
        before = [0.0, 0.0]
        for i in range(n):
            y[i] = (1 - c + r * r) * y[i] + c * before[0] - r * r * before[1]
            before = [y[i], before[0]]
    return y / np.abs(y).max() * 0.7 + noise * x


def add(fam):
    vowels = {"a": ([730., 1090., 2440., 3400.], [80., 90., 120., 150.]), "i": ([270., 2290., 3010., 3700.], [60., 90., 120., 150.]),
              "u": ([300., 870., 2240., 3300.], [60., 80., 120., 150.])}
    for f0, jitter, shimmer, noise, name in ((120., 0., 0., 0., "a"), (110., 0.01, 0.05, 0.003, "a"), (200., 0.005, 0.03, 0.001, "i"), (150., 0.02, 0.1, 0.001, "u"),
                                             (220., 0.002, 0.02, 0.02, "a"), (95., 0.003, 0.01, 0.001, "i")):
        formants, bandwidths = vowels[name]
        settings = dict(f0=f0, jitter=jitter, shimmer=shimmer, noise=noise, formants=formants, bandwidths=bandwidths)
        x = u(12000, dtype=f64, lo=-1, hi=1)  # as Family.case will seed it
        signal = vowel(x.copy(seed=seed_of("voice")).build(False).numpy(), **settings)
        sound = parselmouth.Sound(signal, RATE)
        marks = call(sound, "To PointProcess (periodic, cc)...", 75, 600)
        praat = [call(marks, f"Get jitter ({k})...", 0, 0, 1e-4, 0.02, 1.3) for k in ("local", "rap", "ppq5")]
        praat += [call([sound, marks], f"Get shimmer ({k})...", 0, 0, 1e-4, 0.02, 1.3, 1.6) for k in ("local", "local_dB", "apq3", "apq5")]
        ratios = sound.to_harmonicity_ac(0.01, 75, 0.1, 4.5).values[0]
        praat.append(float(np.median(ratios[ratios > -100])))
        burg = sound.to_formant_burg(0.00625, 5, 5500, 0.025, 50)
        times = np.arange(0.1, 0.65, 0.01)
        praat += [float(np.median([burg.get_value_at_time(k, t) for t in times])) for k in (1, 2, 3)]
        fam.case("voice", x, fn=lambda *_, **__: [], grad=False, **settings, praat=praat)


def seed_of(op):
    import zlib
    return zlib.crc32(op.encode()) % 100000
