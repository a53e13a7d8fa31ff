# SPDX-License-Identifier: Apache-2.0
"""Learning rates that schedulers give."""

import torch
from torch import nn, optim
from torch.optim import lr_scheduler as sched
from torch.optim import swa_utils

from golden import f64


def rates(build, momentum=False):
    """The learning rate (and first momentum) before each step, in float64. With resume_at, saved
    there and continued by others of their kind."""
    def make(lr, **options):
        optimizer = optim.Adam([{"params": [nn.Parameter(torch.zeros(1))]},
                                {"params": [nn.Parameter(torch.zeros(1))], "lr": 2 * lr}], lr=lr)
        return optimizer, build(optimizer, **options)

    def run(lr, steps, resume_at=None, metrics=None, **options):
        optimizer, scheduler = make(lr, **options)
        rows = []
        for i in range(steps):
            if i == resume_at:
                states = optimizer.state_dict(), scheduler.state_dict()
                optimizer, scheduler = make(lr, **options)
                optimizer.load_state_dict(states[0])
                scheduler.load_state_dict(states[1])
            rows.append([g["lr"] for g in optimizer.param_groups] +
                        ([optimizer.param_groups[0]["betas"][0]] if momentum else []))
            optimizer.step()
            scheduler.step(*([] if metrics is None else [metrics[i]]))
        return torch.tensor(rows, dtype=f64)
    return run


def warm_then_cosine(optimizer, warmup, T_max):
    return sched.SequentialLR(optimizer, [sched.LinearLR(optimizer, start_factor=0.1, total_iters=max(warmup, 1)),
                                          sched.CosineAnnealingLR(optimizer, T_max=T_max)], milestones=[warmup])


def warm_then(build):
    """What WarmupLR stands for; `after` names it for the reader."""
    def make(optimizer, after, warmup, start_factor, **options):
        parts = [sched.LinearLR(optimizer, start_factor=start_factor, total_iters=max(warmup, 1)),
                 build(optimizer, **options)]
        return sched.SequentialLR(optimizer, parts, milestones=[warmup])
    return make


def chained(optimizer, gamma, total_iters, milestones):
    return sched.ChainedScheduler([sched.ConstantLR(optimizer, factor=0.1, total_iters=total_iters),
                                   sched.ExponentialLR(optimizer, gamma=gamma),
                                   sched.MultiStepLR(optimizer, milestones=milestones)])


def cyclic(optimizer, scale=None, **options):
    if scale is not None:
        options["scale_fn"] = lambda x: 1 / (scale + x)
    return sched.CyclicLR(optimizer, **options)


def add(fam):
    def case(name, steps=12, build=None, momentum=False, **options):
        fam.case("sched." + name, fn=rates(build or getattr(sched, name), momentum), lr=0.1, steps=steps, **options)

    def resumed(name, at, **options):
        case(name, **options)
        for resume_at in at:
            case(name, resume_at=resume_at, **options)

    resumed("StepLR", [2, 3], step_size=3, gamma=0.1)
    case("StepLR", step_size=1, gamma=0.9)
    resumed("MultiStepLR", [2, 5], milestones=[2, 5, 9], gamma=0.3)
    case("MultiStepLR", milestones=[4, 4], gamma=0.5)
    resumed("ConstantLR", [1, 4, 5, 8], factor=0.25, total_iters=5)
    case("ConstantLR", factor=0.5, total_iters=0)
    resumed("LinearLR", [1, 3, 5, 8], start_factor=0.25, end_factor=1.0, total_iters=5)
    case("LinearLR", start_factor=1.0, end_factor=0.1, total_iters=8)
    case("LinearLR", start_factor=0.5, end_factor=0.0, total_iters=4)
    resumed("ExponentialLR", [3], gamma=0.7)
    resumed("CosineAnnealingLR", [4, 10], T_max=10, eta_min=0.01)
    case("CosineAnnealingLR", steps=25, T_max=8, eta_min=0.0)
    case("CosineAnnealingLR", steps=5, T_max=1, eta_min=0.0)
    cycle = dict(max_lr=0.5, total_steps=20, pct_start=0.3, anneal_strategy="cos", three_phase=False, div_factor=25.0,
                 final_div_factor=1e4)
    for options in ({}, {"anneal_strategy": "linear"}, {"three_phase": True}, {"pct_start": 0.5, "div_factor": 10.0},
                    {"pct_start": 0.0}, {"pct_start": 0.9, "three_phase": True}):
        case("OneCycleLR", steps=20, momentum=True, **{**cycle, **options})
    case("OneCycleLR", steps=19, momentum=True, **{**cycle, "pct_start": 1.0})
    for resume_at in (1, 5, 12):
        case("OneCycleLR", steps=20, momentum=True, resume_at=resume_at, **cycle)

    for warmup in (3, 1, 0):
        case("SequentialLR", steps=15, build=warm_then_cosine, warmup=warmup, T_max=10)
    for resume_at in (1, 3, 7):
        case("SequentialLR", steps=15, build=warm_then_cosine, resume_at=resume_at, warmup=3, T_max=10)

    resumed("PolynomialLR", [2, 6, 9], total_iters=8, power=2.0)
    case("PolynomialLR", total_iters=5, power=1.0)
    case("PolynomialLR", total_iters=1, power=0.5)
    resumed("CosineAnnealingWarmRestarts", [2, 4, 9], steps=30, T_0=4, T_mult=2, eta_min=0.01)
    case("CosineAnnealingWarmRestarts", T_0=3, T_mult=1, eta_min=0.0)
    case("CosineAnnealingWarmRestarts", T_0=1, T_mult=3, eta_min=0.0)
    resumed("LambdaLR", [3], build=lambda o, a: sched.LambdaLR(o, [lambda n: 1 / (n + a), lambda n: a ** n]), a=0.9)
    resumed("MultiplicativeLR", [3], build=lambda o, a: sched.MultiplicativeLR(o, [lambda n: a, lambda n: n / (n + a)]),
            a=0.9)
    usual = dict(base_lr=[0.1, 0.01], max_lr=[0.5, 0.2], step_size_up=4, mode="triangular", gamma=1.0)
    for options in ({}, {"step_size_down": 3}, {"step_size_down": 0}, {"mode": "triangular2"}, {"resume_at": 6},
                    {"mode": "exp_range", "gamma": 0.9}, {"scale": 0.5, "scale_mode": "cycle"},
                    {"scale": 2.0, "scale_mode": "iterations"}, {"base_momentum": 0.5, "max_momentum": 0.7}):
        case("CyclicLR", steps=20, build=cyclic, momentum=True, **{**usual, **options})
    resumed("ChainedScheduler", [2, 5, 8], build=chained, gamma=0.9, total_iters=4, milestones=[3, 6])
    for warmup in (4, 1, 0):
        case("WarmupLR", build=warm_then(sched.StepLR), after="StepLR", warmup=warmup, start_factor=0.2, step_size=3)
    for name, options in (("PolynomialLR", {"total_iters": 5}), ("CosineAnnealingWarmRestarts", {"T_0": 3}),
                          ("ExponentialLR", {"gamma": 0.8})):
        case("WarmupLR", build=warm_then(getattr(sched, name)), after=name, warmup=4, start_factor=0.2, **options)
    case("WarmupLR", build=warm_then(lambda o, gamma: sched.MultiplicativeLR(o, lambda n: gamma)), warmup=4,
         after="MultiplicativeLR", start_factor=0.2, gamma=0.8)
    for options in ({}, {"anneal_strategy": "linear"}, {"anneal_epochs": 0}, {"anneal_epochs": 1}, {"resume_at": 3}):
        case("SWALR", build=swa_utils.SWALR,
             **{"swa_lr": [0.5, 0.01], "anneal_epochs": 5, "anneal_strategy": "cos", **options})

    metrics = [4.0, 3.0, 3.0, 2.9999, 3.1, 3.0, -1.0, -1.00005, -0.99995, -1.0, -2.0, float("nan"), -2.0, -2.0, -2.0]
    for options in ({}, {"mode": "max"}, {"threshold_mode": "abs", "threshold": 0.5}, {"cooldown": 2, "patience": 0},
                    {"min_lr": 0.0390625}, {"resume_at": 4}, {"resume_at": 8}):
        usual = dict(mode="min", factor=0.5, patience=1, threshold=1e-4, threshold_mode="rel", cooldown=0, min_lr=0.0)
        case("ReduceLROnPlateau", steps=15, metrics=metrics, **{**usual, **options})
