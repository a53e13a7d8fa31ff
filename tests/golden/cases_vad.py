# SPDX-License-Identifier: Apache-2.0
"""Where sox's detector of voices begins, as torchaudio has it."""

import warnings

import torch
import torchaudio.functional as F

from cases_spectral import tones
from golden import u

warnings.simplefilter("ignore")


def add(fam):
    def begin(x, rate, quiet, again=0, **options):
        """How much is left of noise, with a voice from sample `quiet` on, until sample `again`."""
        voice = tones(x, rate, 140.)
        voice[..., :quiet] = 0.01 * x[..., :quiet]
        if again:
            voice[..., again:] = 0.01 * x[..., again:]
        return torch.tensor([F.vad(voice, rate, **options).size(-1)])

    for shape, rate, quiet, options in (
            ((16000,), 8000, 6000, {}), ((2, 40000), 16000, 20000, {}), ((1, 44100), 44100, 20000, dict(trigger_time=0.1)),
            ((30000,), 16000, 15000, dict(pre_trigger_time=0.2, search_time=0.5)), ((30000,), 16000, 30000, {}), ((30000,), 16000, 30000, dict(pre_trigger_time=0.1)),
            ((30000,), 16000, 8000, dict(trigger_level=10., allowed_gap=0.05, measure_freq=30.)), ((40000,), 16000, 12000, dict(again=20000, noise_reduction_amount=1.)),
            ((40000,), 16000, 20000, dict(measure_duration=0.06, hp_filter_freq=80., lp_filter_freq=4000., hp_lifter_freq=200., lp_lifter_freq=1500.)),
            ((500,), 16000, 0, {}), ((500,), 16000, 0, dict(pre_trigger_time=0.1))):
        fam.case("vad", u(*shape), fn=begin, grad=False, rate=rate, quiet=quiet, **options)
    fam.case("vad", u(4000), fn=begin, grad=False, throws=True, rate=8000, quiet=0, hp_lifter_freq=3000.)
