# SPDX-License-Identifier: Apache-2.0
"""Learning rates that schedulers give."""

import torch
from torch import nn, optim
from torch.optim import lr_scheduler as sched

from golden import f64


def rates(build, steps, momentum=False):
    """The learning rate (and first momentum) before each step, in float64."""
    def run(lr, **options):
        optimizer = optim.Adam([{"params": [nn.Parameter(torch.zeros(1))]},
                                {"params": [nn.Parameter(torch.zeros(1))], "lr": 2 * lr}], lr=lr)
        scheduler = build(optimizer, **options)
        rows = []
        for _ in range(steps):
            rows.append([g["lr"] for g in optimizer.param_groups] +
                        ([optimizer.param_groups[0]["betas"][0]] if momentum else []))
            optimizer.step()
            scheduler.step()
        return torch.tensor(rows, dtype=f64)
    return run


def add(fam):
    def case(name, steps=12, **options):
        fam.case("sched." + name, fn=rates(getattr(sched, name), steps), lr=0.1, **options)

    case("StepLR", step_size=3, gamma=0.1)
    case("StepLR", step_size=1, gamma=0.9)
    case("MultiStepLR", milestones=[2, 5, 9], gamma=0.3)
    case("MultiStepLR", milestones=[4, 4], gamma=0.5)
    case("LinearLR", start_factor=0.25, end_factor=1.0, total_iters=5)
    case("LinearLR", start_factor=1.0, end_factor=0.1, total_iters=8)
    case("CosineAnnealingLR", T_max=10, eta_min=0.01)
    case("CosineAnnealingLR", steps=25, T_max=8, eta_min=0.0)
    for options in ({}, {"anneal_strategy": "linear"}, {"three_phase": True}, {"pct_start": 0.5, "div_factor": 10.0}):
        usual = dict(max_lr=0.5, total_steps=20, pct_start=0.3, anneal_strategy="cos", three_phase=False, div_factor=25.0,
                     final_div_factor=1e4)
        fam.case("sched.OneCycleLR", fn=rates(sched.OneCycleLR, 20, momentum=True), lr=0.1, **{**usual, **options})

    def warm_then_cosine(optimizer, warmup, T_max):
        return sched.SequentialLR(optimizer, [sched.LinearLR(optimizer, start_factor=0.1, total_iters=warmup),
                                              sched.CosineAnnealingLR(optimizer, T_max=T_max)], milestones=[warmup])

    for warmup in (3, 1):
        fam.case("sched.SequentialLR", fn=rates(warm_then_cosine, 15), lr=0.1, warmup=warmup, T_max=10)
