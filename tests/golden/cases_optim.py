# SPDX-License-Identifier: Apache-2.0
"""Optimizers' trajectories and gradient clipping."""

import torch
from torch import nn, optim
from torch.optim import lr_scheduler as sched

from golden import UNIFORM, f32, f64, fill, u, v

STEPS, RECORDED = 20, (1, 3, 20)
GRADIENT_SEED = 9000  # of parameter k's gradient at step s: GRADIENT_SEED + 10 * s + k


def trajectory(build):
    """The parameters after RECORDED steps. Parameter 1 has no gradient at every third step, and the
    parameters of the second group (if second_lr is given) have a learning rate of their own."""
    def run(*params, second_lr=None, steps_with_scheduler=False, **options):
        params = [p.detach().clone().requires_grad_() for p in params]
        groups = params
        if second_lr is not None:
            groups = [{"params": params[:1]}, {"params": params[1:], "lr": second_lr}]
        optimizer = build(groups, **options)
        scheduler = sched.StepLR(optimizer, 5, 0.5) if steps_with_scheduler else None
        out = []
        for step in range(STEPS):
            for k, p in enumerate(params):
                g = fill(UNIFORM, p.numel(), p.dtype, GRADIENT_SEED + 10 * step + k, -1, 1, ()).view(p.shape)
                p.grad = None if k == 1 and step % 3 == 2 else g
            optimizer.step()
            if scheduler:
                scheduler.step()
            if step + 1 in RECORDED:
                out += [p.detach().clone() for p in params]
        return out
    return run


def add_optimizers(fam):
    def add(op, build, **options):
        for dtype in (f32, f64):
            fam.case(op, u(3, 4, dtype=dtype), u(5, dtype=dtype), u(dtype=dtype), fn=trajectory(build), grad=False, tol=5,
                     **options)

    for options in ({}, {"momentum": 0.9}, {"momentum": 0.9, "dampening": 0.3}, {"momentum": 0.9, "nesterov": True},
                    {"weight_decay": 0.1}, {"momentum": 0.8, "weight_decay": 0.05, "nesterov": True}):
        usual = {"lr": 0.1, "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False}
        add("optim.SGD", optim.SGD, **{**usual, **options})
    add("optim.SGD", optim.SGD, lr=0.1, momentum=0.9, second_lr=0.01)
    for name in ("Adam", "AdamW"):
        build = getattr(optim, name)
        usual = {"lr": 0.01, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.0, "amsgrad": False}
        for options in ({}, {"weight_decay": 0.1}, {"amsgrad": True},
                        {"amsgrad": True, "weight_decay": 0.05, "betas": [0.8, 0.999]},
                        {"eps": 0.01, "betas": [0.9, 0.9]}, {"maximize": True}):
            add("optim." + name, build, **{**usual, **options})
        add("optim." + name, build, **usual, second_lr=0.1)
        add("optim." + name, build, **usual, steps_with_scheduler=True)
    for options in ({}, {"alpha": 0.8, "eps": 0.01}, {"weight_decay": 0.1}, {"momentum": 0.9}, {"centered": True},
                    {"centered": True, "momentum": 0.8, "weight_decay": 0.05, "maximize": True}):
        add("optim.RMSprop", optim.RMSprop, lr=0.01, **options)
    x = u(3)
    for options in ({"lr": -1.0}, {"lr": 0.1, "momentum": -0.5}, {"lr": 0.1, "nesterov": True},
                    {"lr": 0.1, "weight_decay": -0.1}):
        fam.case("optim.SGD", x, fn=trajectory(optim.SGD), grad=False, throws=True, **options)
    for options in ({"lr": -1.0}, {"betas": [1.0, 0.999]}, {"eps": -1.0}, {"weight_decay": -0.1}):
        fam.case("optim.Adam", x, throws=True, grad=False, fn=trajectory(optim.Adam), **{**usual, **options})
    for options in ({"lr": -1.0}, {"alpha": -0.1}, {"eps": -1.0}, {"momentum": -0.1}, {"weight_decay": -0.1}):
        fam.case("optim.RMSprop", x, throws=True, grad=False, fn=trajectory(optim.RMSprop), **{"lr": 0.1, **options})


def add_clipping(fam):
    def clip(kind):
        def run(*grads, limit, **options):
            params = [nn.Parameter(torch.zeros_like(g)) for g in grads]
            for p, g in zip(params, grads):
                p.grad = g.clone()
            total = (nn.utils.clip_grad_norm_(params, limit, **options) if kind == "norm" else
                     nn.utils.clip_grad_value_(params, limit))
            return [p.grad for p in params] + ([total] if kind == "norm" else [])
        return run

    for norm_type in (2.0, 1.0, float("inf")):
        for limit in (0.5, 100.0):
            fam.case("clip_grad_norm_", u(3, 4), u(5), fn=clip("norm"), grad=False, limit=limit, norm_type=norm_type)
    fam.case("clip_grad_norm_", v([1, float("nan")], dtype=f32), fn=clip("norm"), grad=False, limit=1.0, norm_type=2.0,
             error_if_nonfinite=True, throws=True)
    fam.case("clip_grad_value_", u(3, 4), u(5), fn=clip("value"), grad=False, limit=0.4)


def add(fam):
    add_optimizers(fam)
    add_clipping(fam)
