# SPDX-License-Identifier: Apache-2.0
"""Optimizers' trajectories and gradient clipping."""

import contextlib

import torch
from torch import nn, optim
from torch.optim import lr_scheduler as sched

from golden import UNIFORM, c64, c128, f32, f64, fill, i64, u, v

STEPS, RECORDED = 20, (1, 3, 20)
GRADIENT_SEED = 9000  # of parameter k's gradient at step s: GRADIENT_SEED + 10 * s + k


@contextlib.contextmanager
def double_counters():
    """PyTorch keeps numbers that it counts for a parameter in the default dtype, Hearth in double."""
    torch.set_default_dtype(f64)
    try:
        yield
    finally:
        torch.set_default_dtype(f32)


class Lion(optim.Optimizer):
    """Algorithm 2 of "Symbolic Discovery of Optimization Algorithms"; PyTorch has none."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in (p for p in group["params"] if p.grad is not None):
                g = -p.grad if group["maximize"] else p.grad
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                beta1, beta2 = group["betas"]
                c = beta1 * m + (1 - beta1) * g
                sign = torch.complex(c.real.sign(), c.imag.sign()) if c.is_complex() else c.sign()
                p.copy_(p - group["lr"] * (sign + group["weight_decay"] * p))
                m.copy_(beta2 * m + (1 - beta2) * g)


def trajectory(build):
    """The parameters after RECORDED steps. Parameter 1 has no gradient at every third step, and the
    parameters of the second group (if second_lr is given) have a learning rate of their own."""
    @double_counters()
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


def minimize(*params, steps, **options):
    """LBFGS on Rosenbrock's function and a fourth power: losses, parameters and counters."""
    params = [p.detach().clone().requires_grad_() for p in params]
    optimizer = optim.LBFGS(params, **options)
    sign = -1 if options.get("maximize") else 1

    def closure():
        optimizer.zero_grad()
        x, y = params[0][:-1], params[0][1:]
        loss = (((y - x ** 2) ** 2 * 10 + (1 - x) ** 2).sum() + ((params[1] - 0.3) ** 4).sum()) * sign
        loss.backward()
        return loss

    out = []
    for _ in range(steps):
        out += [optimizer.step(closure).detach()] + [p.detach().clone() for p in params]
        out += [torch.tensor(optimizer.state[params[0]][k], dtype=i64) for k in ("func_evals", "n_iter")]
    return out


def add_lbfgs(fam):
    # Three steps: a difference of 1e-15 in the parameters is one of 1e-10 after the fourth.
    for options in ({}, {"line_search_fn": "strong_wolfe"}):
        search = {"lr": 0.05, **options} if not options else options
        for more in ({}, {"history_size": 3}, {"max_iter": 7, "max_eval": 6}, {"tolerance_change": 1e-2},
                     {"tolerance_grad": 10.0}, {"maximize": True}):
            fam.case("optim.LBFGS", u(6, dtype=f64), u(2, 2, dtype=f64), fn=minimize, grad=False, tol=10, steps=3,
                     **search, **more)
        fam.case("optim.LBFGS", u(6), u(2, 2), fn=minimize, grad=False, tol=20, steps=1, max_iter=4, **search)
    for options in ({"lr": -1.0}, {"line_search_fn": "armijo"}):
        fam.case("optim.LBFGS", u(6), u(2, 2), fn=minimize, grad=False, throws=True, steps=2, **options)


#: Options of those without a fused step: some that work, and some to refuse.
OPTIONS = {
    "Adagrad": ([{}, {"lr": 0.1, "lr_decay": 0.2}, {"weight_decay": 0.1, "eps": 0.01},
                 {"lr": 0.1, "initial_accumulator_value": 0.3, "maximize": True}],
                [{"lr": -1.0}, {"lr_decay": -0.1}, {"weight_decay": -0.1}, {"initial_accumulator_value": -0.1},
                 {"eps": -1.0}]),
    "Adadelta": ([{}, {"lr": 0.3, "rho": 0.7, "eps": 1e-3}, {"weight_decay": 0.1, "maximize": True}],
                 [{"lr": -1.0}, {"rho": 1.1}, {"rho": -0.1}, {"eps": -1.0}, {"weight_decay": -0.1}]),
    "Adamax": ([{}, {"lr": 0.1, "betas": [0.8, 0.7], "eps": 0.1}, {"weight_decay": 0.1, "maximize": True}],
               [{"lr": -1.0}, {"betas": [1.0, 0.9]}, {"betas": [0.9, -0.1]}, {"eps": -1.0}, {"weight_decay": -0.1}]),
    "NAdam": ([{}, {"lr": 0.05, "betas": [0.8, 0.9], "eps": 0.01, "momentum_decay": 0.3}, {"weight_decay": 0.1},
               {"weight_decay": 0.1, "lr": 0.1, "decoupled_weight_decay": True, "maximize": True}],
              [{"lr": -1.0}, {"betas": [0.9, 1.0]}, {"eps": -1.0}, {"weight_decay": -0.1}, {"momentum_decay": -1.0}]),
    "RAdam": ([{}, {"lr": 0.05, "betas": [0.8, 0.9], "eps": 0.01}, {"weight_decay": 0.1},
               {"weight_decay": 0.1, "lr": 0.1, "decoupled_weight_decay": True, "maximize": True}],
              [{"lr": -1.0}, {"betas": [0.9, 1.0]}, {"eps": -1.0}, {"weight_decay": -0.1}]),
    "Rprop": ([{}, {"lr": 0.1, "etas": [0.3, 2.0], "step_sizes": [0.05, 0.2]}, {"maximize": True}],
              [{"lr": -1.0}, {"etas": [0.0, 1.2]}, {"etas": [0.5, 1.0]}]),
    "ASGD": ([{}, {"lr": 0.1, "lambd": 0.1, "alpha": 0.5},
              {"lr": 0.1, "t0": 4.0, "weight_decay": 0.1, "maximize": True}],
             [{"lr": -1.0}, {"lambd": -0.1}, {"alpha": -0.1}, {"weight_decay": -0.1}]),
    "Lion": ([{}, {"lr": 0.01, "betas": [0.7, 0.8]}, {"lr": 0.01, "weight_decay": 0.3, "maximize": True}], []),
    "Adafactor": ([{}, {"lr": 0.3, "beta2_decay": -0.5, "eps": [1e-3, 0.1]}, {"d": 1.5, "weight_decay": 0.2, "lr": 0.5},
                   {"maximize": True}],
                  [{"lr": -1.0}, {"beta2_decay": 0.1}, {"eps": [-1.0, 1e-3]}, {"eps": [1e-3, -1.0]}, {"d": 0.5},
                   {"weight_decay": -0.1}]),
}


def add_others(fam):
    for name, (good, bad) in OPTIONS.items():
        run, op = trajectory(Lion if name == "Lion" else getattr(optim, name)), "optim." + name
        for options in good:
            for dtype in (f32, f64):
                fam.case(op, u(3, 4, dtype=dtype), u(5, dtype=dtype), u(dtype=dtype), u(2, 2, 3, dtype=dtype).T, fn=run,
                         grad=False, tol=5, **options)
            if name != "Adafactor":
                fam.case(op, u(3, 4, dtype=c128), u(5, dtype=c64), fn=run, grad=False, tol=5, **options)
        empty = [] if name == "Adafactor" else [u(0, 3)]  # PyTorch divides by its number of elements
        fam.case(op, u(4, dtype=f64), u(5), *empty, fn=run, grad=False, tol=5, lr=0.1, second_lr=0.01)
        for options in bad:
            fam.case(op, u(3), fn=run, grad=False, throws=True, **options)
    fam.case("optim.Adafactor", u(3, dtype=c64), fn=trajectory(optim.Adafactor), grad=False, throws=True)


def add_muon(fam):
    run = trajectory(optim.Muon)
    # A step is computed in bfloat16: lr / 2^8 is one unit of it.
    for options in ({}, {"weight_decay": 0.0, "nesterov": False, "momentum": 0.5}, {"ns_steps": 2},
                    {"adjust_lr_fn": "match_rms_adamw"}, {"adjust_lr_fn": "spectral_unclamped"},
                    {"ns_coefficients": [2.0, -1.5, 0.5], "eps": 10.0}):
        for dtype in (f32, f64):
            fam.case("optim.Muon", u(6, 4, dtype=dtype), u(3, 8, dtype=dtype), u(5, 5, dtype=dtype).T, fn=run,
                     grad=False, tol=10 if dtype == f32 else 1e5, **options)
    for x, options in ((u(2, 2), {"lr": -1.0}), (u(2, 2), {"momentum": -1.0}), (u(2, 2), {"weight_decay": -1.0}),
                       (u(2, 2), {"adjust_lr_fn": "other"}), (u(2, 2), {"ns_steps": 100}), (u(3), {}),
                       (u(2, 2, 2), {})):
        fam.case("optim.Muon", x, fn=run, grad=False, throws=True, **options)


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
    for name, options in (("SGD", {"momentum": 0.9, "nesterov": True, "maximize": True}), ("AdamW", {"amsgrad": True}),
                          ("Adam", {"weight_decay": 0.1}), ("RMSprop", {"momentum": 0.9, "centered": True})):
        fam.case("optim." + name, u(3, 4, dtype=c128), u(5, dtype=c64), fn=trajectory(getattr(optim, name)), grad=False,
                 tol=5, lr=0.01, **options)
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
    add_others(fam)
    add_lbfgs(fam)
    add_muon(fam)
    add_clipping(fam)
