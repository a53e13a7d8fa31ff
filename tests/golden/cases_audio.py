# SPDX-License-Identifier: Apache-2.0
"""Ratios of signals, with the values and gradients of torchmetrics."""

import warnings

import torch
import torchmetrics.functional.audio as ta

from golden import f16, f32, f64, u, v

warnings.simplefilter("ignore")


def add(fam):
    def case(name, preds, target, tol=4, **attrs):
        fam.case(name, preds, target, fn=getattr(ta, name), tol=tol, **attrs)

    usual = (v([2.5, 0, 2, 8], dtype=f32), v([3, -.5, 2, 7], dtype=f32)), (u(3, 2, 50), u(3, 2, 50)), (u(2, 40, dtype=f64), u(2, 40, dtype=f64)), \
        (u(6, 5).T, u(6, 5))
    for preds, target in usual:
        for zero_mean in (False, True):
            case("signal_noise_ratio", preds, target, zero_mean=zero_mean)
            case("scale_invariant_signal_distortion_ratio", preds, target, zero_mean=zero_mean, tol=20)
            if len(preds.shape) > 1:
                for scale_invariant in (False, True):
                    case("source_aggregated_signal_distortion_ratio", preds, target, scale_invariant=scale_invariant,
                         zero_mean=zero_mean, tol=20)
        case("scale_invariant_signal_noise_ratio", preds, target, tol=20)
    one, zero = v([1, 2, 3], dtype=f32), v([0, 0, 0], dtype=f32)
    for name in ("signal_noise_ratio", "scale_invariant_signal_distortion_ratio"):
        fam.case(name, one, one, fn=getattr(ta, name), grad=False, tol=2, zero_mean=False)
        fam.case(name, one, zero, fn=getattr(ta, name), grad=False, tol=2, zero_mean=False)
    for zero_mean in (False, True):
        case("complex_scale_invariant_signal_noise_ratio", u(3, 4, 5, 2), u(3, 4, 5, 2), zero_mean=zero_mean, tol=20)
    for shape in ((300,), (2, 3, 200)):
        for zero_mean in (False, True):
            for filter_length in (1, 8, 64):
                for dtype in (f32, f64):
                    case("signal_distortion_ratio", u(*shape, dtype=dtype), u(*shape, dtype=dtype), zero_mean=zero_mean,
                         filter_length=filter_length, tol=100)
    fam.case("signal_distortion_ratio", u(2, 8000), u(2, 8000), fn=ta.signal_distortion_ratio, grad=False, zero_mean=False,
             filter_length=512, tol=100)
    case("signal_distortion_ratio", u(100), u(100), zero_mean=False, filter_length=16, load_diag=0.1, tol=100)
    for speakers in (1, 2, 3, 5):
        for eval_func in ("max", "min"):
            def pit(p, t, eval_func):
                best, order = ta.permutation_invariant_training(p, t, ta.scale_invariant_signal_distortion_ratio,
                                                                eval_func=eval_func)
                return [best, order, ta.pit_permutate(p, order)]
            fam.case("permutation_invariant_training", u(4, speakers, 30), u(4, speakers, 30), fn=pit, tol=20, eval_func=eval_func)
