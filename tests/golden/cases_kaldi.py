# SPDX-License-Identifier: Apache-2.0
"""torchaudio.compliance.kaldi, with gradients."""

import torchaudio.compliance.kaldi as K

from golden import f64, u, v


def add(fam):
    def case(name, *inputs, tol=40, **options):
        fam.case(name, *inputs, fn=getattr(K, name), tol=tol, **options)

    x, loud = u(1, 730), u(2, 620, lo=-3e4, hi=3e4)
    for name in ("fbank", "mfcc", "spectrogram"):
        case(name, x)
        case(name, loud, channel=1, tol=100)
        case(name, u(1, 570, dtype=f64), tol=1e5)  # torchaudio's banks and windows are floats
        case(name, loud, snip_edges=False, frame_shift=12.5)
        case(name, x, subtract_mean=True, remove_dc_offset=False, preemphasis_coefficient=0.5)
        case(name, x, raw_energy=False, energy_floor=0.0)
        case(name, loud, sample_frequency=8000.0, round_to_power_of_two=False)
        for window_type in ("hamming", "hanning", "rectangular", "blackman"):
            case(name, x, window_type=window_type)
        case(name, v([0.] * 500, shape=(1, 500), dtype=f64), energy_floor=0.1, tol=2e6)
    for name in ("fbank", "mfcc"):
        case(name, x, use_energy=True)
        case(name, x, use_energy=True, htk_compat=True, raw_energy=False)
        case(name, x, htk_compat=True, num_mel_bins=30, low_freq=100.0, high_freq=-400.0)
        case(name, x, vtln_warp=1.1, high_freq=7600.0)
        case(name, x, vtln_warp=0.9)
    case("fbank", x, use_power=False)
    case("fbank", x, use_log_fbank=False)
    case("fbank", loud, use_log_fbank=False, use_energy=True, use_power=False)
    case("mfcc", x, num_ceps=7, cepstral_lifter=0.0)
    case("mfcc", x, num_ceps=23)
