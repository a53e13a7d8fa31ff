# SPDX-License-Identifier: Apache-2.0
"""Sparse tensors, their gradients, and what takes sparse gradients. A sparse tensor is described by its
values, an input, and its indices, the attribute `at`: [sparse_dim * nnz] row after row."""

import warnings

import torch
import torch.nn.functional as F
from torch import optim

from golden import UNIFORM, b8, bf16, c64, f16, f32, f64, fill, i32, i64, u, v

warnings.filterwarnings("ignore", message="Sparse")
STEPS, RECORDED, GRADIENT_SEED = 8, (1, 3, 8), 11000


def coo(values, at, size):
    indices = torch.tensor(at, dtype=i64).view(len(size) - values.dim() + 1, values.shape[0])
    return torch.sparse_coo_tensor(indices, values, size)


def parts(t):
    return [t._indices().clone(), t.values() if t.is_coalesced() else t._values()]


#: at, size, and the sizes of the dense dims
SMALL = ([0, 1, 1, 2, 0, 2], [2, 3], [])
TWICE = ([1, 0, 1, 1, 0, 2, 1, 2, 0, 2], [2, 3], [])
NONE = ([], [2, 3], [])
VECTOR = ([3, 1, 3, 0], [5], [])
HYBRID = ([1, 0, 1, 2, 1, 2], [2, 3, 2], [2])
ROWS = ([4, 1, 4], [6, 2, 3], [2, 3])
CUBE = ([0, 1, 0, 1, 2, 1, 3, 0, 3], [2, 3, 4], [])
#: a place beyond int32, in sizes that nobody would write out
FAR = ([3 * 2**38, 5, 3 * 2**38, 7, 0, 7], [2**40, 8], [])
EMPTY = ([], [0, 3], [])


def nnz_of(at, size, dense):
    return len(at) // (len(size) - len(dense))


def values_of(case, dtype=f32):
    at, size, dense = case
    return u(nnz_of(*case), *dense, dtype=dtype)


def ask(fam, op, fn, case, *others, dtype=f32, throws=False, grad=True, tol=1.0, tag="", **attrs):
    """fn(sparse, *others, **attrs), of which sparse results are taken apart."""
    at, size, _ = case

    def run(values, *rest, at, size, **more):
        out = fn(coo(values, at, size), *rest, **more)
        out = out if isinstance(out, list) else [out]
        return [x for t in out for x in (parts(t.coalesce()) if t.layout == torch.sparse_coo else [t])]

    fam.case(op, values_of(case, dtype), *others, fn=run, at=at, size=size, throws=throws, grad=grad, tol=tol, tag=tag,
             **attrs)


def add_tensors(fam):
    everything = (SMALL, TWICE, VECTOR, HYBRID, ROWS, CUBE)
    for case in everything + (FAR,):
        ask(fam, "coalesce", lambda s: s.coalesce(), case)
        ask(fam, "neg", lambda s: -s.coalesce(), case)
        ask(fam, "mul_number", lambda s: (s * 2.5).coalesce(), case)
        ask(fam, "div_number", lambda s: (s / 4).coalesce(), case)
        ask(fam, "sum", lambda s: torch.sparse.sum(s), case)
        ask(fam, "norm", lambda s: s.coalesce().values().norm(), case)
    for case in everything + (NONE, EMPTY):
        ask(fam, "to_dense", lambda s: s.to_dense(), case)
    for dtype in (f64, bf16, f16, i64, i32, b8, c64):
        ask(fam, "to_dense", lambda s: s.to_dense(), TWICE, dtype=dtype)
    for dtype in (f64, i64, c64):
        ask(fam, "coalesce", lambda s: s.coalesce(), TWICE, dtype=dtype)
    for case in (SMALL, TWICE, CUBE):
        ask(fam, "transpose", lambda s: s.transpose(0, 1).coalesce(), case)
        ask(fam, "sqrt_of_abs", lambda s: s.coalesce().abs().sqrt(), case, grad=False)
        for dim in ([0], [1]):
            ask(fam, "sum_dim", lambda s, dim: torch.sparse.sum(s, dim), case, dim=dim)
    for case in (HYBRID, ROWS):
        ask(fam, "transpose_dense", lambda s: s.coalesce().to_dense().transpose(-1, -2), case)
    ask(fam, "sum_dim", lambda s, dim: torch.sparse.sum(s, dim), HYBRID, dim=[2])
    ask(fam, "sum_dim", lambda s, dim: torch.sparse.sum(s, dim), HYBRID, dim=[0, 2])
    for case in (SMALL, TWICE, HYBRID, ROWS, NONE):
        ask(fam, "add_dense", lambda s, d: d + s, case, u(*case[1]))
        ask(fam, "sub_dense", lambda s, d: torch.sub(d, s, alpha=2), case, u(*case[1]))
        ask(fam, "mul_dense", lambda s, d: (s * d).coalesce(), case, u(*case[1]).const)
        ask(fam, "sparse_mask", lambda s, d: d.sparse_mask(s.detach().coalesce()), case, u(*case[1]))
        ask(fam, "add_dense_", lambda s, d: (d * 1).transpose(0, 1).contiguous().transpose(0, 1).add_(s, alpha=3), case,
            u(*case[1]))
    ask(fam, "add_dense", lambda s, d: d + s, SMALL, u(2, 3, dtype=f64))
    ask(fam, "add_dense", lambda s, d: d + s, SMALL, u(3, 2), throws=True)

    def two(fn):
        return lambda s, w, other: fn(s, coo(w, other, list(s.shape)))

    other = [0, 1, 1, 0, 1, 2]
    for case in (SMALL, TWICE):
        ask(fam, "add_sparse", two(lambda s, t: (s + t).coalesce()), case, u(3), other=other)
        ask(fam, "sub_sparse", two(lambda s, t: torch.sub(s, t, alpha=0.5).coalesce()), case, u(3), other=other)
        ask(fam, "mul_sparse", two(lambda s, t: (s * t).to_dense()), case, u(3), other=other, grad=False)
        ask(fam, "mask_sparse", two(lambda s, t: s.coalesce().sparse_mask(t.detach().coalesce())), case, u(3),
            other=other, grad=False)
    for dims, size, high in ((1, (5,), 2), (1, (4, 3), 1), (2, (4, 3), 1), (2, (3, 4, 2), 1), (3, (3, 4, 2), 1)):
        x = u(*size, dtype=i64, lo=-1, hi=high)
        fam.case("to_sparse", x, fn=lambda t, sparse_dim: parts(t.to_sparse(sparse_dim)), sparse_dim=dims)
    fam.case("to_sparse", u(3, 4), fn=lambda t, sparse_dim: parts(t.to_sparse(sparse_dim)), sparse_dim=2)
    for dims in (0, 3):
        fam.case("to_sparse", u(3, 4), fn=lambda t, sparse_dim: parts(t.to_sparse(sparse_dim)), sparse_dim=dims,
                 throws=True)

    def smallest(values, at, sparse_dim):
        s = torch.sparse_coo_tensor(torch.tensor(at).view(sparse_dim, -1), values)
        return parts(s) + [torch.tensor(s.shape)]

    fam.case("without_size", u(3), fn=smallest, at=[0, 1, 1, 2, 0, 2], sparse_dim=2, grad=False)
    fam.case("without_size", u(3, 2), fn=smallest, at=[4, 1, 1], sparse_dim=1, grad=False)

    def checked(values, at, sparse_dim, size):
        return parts(torch.sparse_coo_tensor(torch.tensor(at).view(sparse_dim, -1), values, size, check_invariants=True))

    fam.case("checked", u(3), fn=checked, at=[0, 1, 1, 2, 0, 2], sparse_dim=2, size=[2, 3], grad=False)
    for at, dims, size, values in (([0, 2], 1, [2], u(2)), ([0, -1], 1, [2], u(2)), ([0, 1], 1, [2], u(3)),
                                   ([0, 1], 1, [2, 2], u(2)), ([0, 1], 1, [2, 2], u(2, 3)), ([0, 1], 2, [2], u(1)),
                                   ([2**40, 2**40], 2, [2**41, 2**41], u(1))):
        fam.case("checked", values, fn=checked, at=at, sparse_dim=dims, size=size, throws=True)


def add_products(fam):
    def mm(s, d):
        return torch.sparse.mm(s, d)

    wide = ([0, 1, 3, 3, 1, 0, 3, 0, 5, 1, 5, 2], [4, 6], [])
    for case, k in ((SMALL, 4), (TWICE, 1), (NONE, 2), (wide, 33), (wide, 70), (SMALL, 0), (EMPTY, 2)):
        n = case[1][1]
        ask(fam, "mm", mm, case, u(n, k), grad=len(case[0]) > 0)
    for dtype in (f64, c64):
        ask(fam, "mm", mm, TWICE, u(3, 19, dtype=dtype), dtype=dtype, grad=dtype == f64)
    ask(fam, "mm", mm, SMALL, u(3, 4).T)
    ask(fam, "mm", mm, SMALL, u(4, 3).T, throws=True)
    ask(fam, "mm", mm, SMALL, u(3, 4, dtype=f64), throws=True)
    ask(fam, "mm", mm, SMALL, u(3, 17).sliced)
    ask(fam, "mv", lambda s, d: torch.mv(s, d), TWICE, u(3), grad=False)
    ask(fam, "matmul_left", lambda s, d: d @ s, TWICE, u(4, 2), grad=False)
    ask(fam, "addmm", lambda s, d, a: torch.sparse.addmm(a, s, d, beta=0.5, alpha=2.0), TWICE, u(3, 5), u(2, 5))
    ask(fam, "spspmm", lambda s: torch.sparse.mm(s, s.t()).coalesce(), wide, grad=False)

    def csr(values, *rest, crow, col, size, what):
        s = torch.sparse_csr_tensor(torch.tensor(crow), torch.tensor(col, dtype=i64), values, size)
        if what == "to_dense":
            return s.to_dense()
        if what == "mm":
            return s @ rest[0]
        if what == "mv":
            return torch.mv(s, rest[0])
        if what == "addmm":
            return torch.addmm(rest[1], s, rest[0], beta=0.5, alpha=2.0)
        assert what == "to_sparse"
        return parts(s.to_sparse())

    crow, col, size = [0, 2, 2, 5], [3, 0, 1, 2, 3], [3, 4]
    for what, rest in (("to_dense", []), ("mm", [u(4, 5)]), ("mm", [u(4, 67)]), ("mv", [u(4)]),
                     ("addmm", [u(4, 5), u(3, 5)]), ("to_sparse", [])):
        fam.case("csr", u(5), *rest, fn=csr, crow=crow, col=col, size=size, what=what, grad=False)
    fam.case("csr", u(0), fn=csr, crow=[0, 0, 0], col=[], size=[2, 3], what="to_dense", grad=False)
    for dtype in (f64, c64):
        fam.case("csr", u(5, dtype=dtype), u(4, 5, dtype=dtype), fn=csr, crow=crow, col=col, size=size, what="mm",
                 grad=False)
    for bad in ({"crow": [0, 2, 1, 5]}, {"crow": [1, 2, 2, 5]}, {"crow": [0, 2, 2, 4]}, {"col": [3, 0, 1, 2, 4]},
                {"col": [3, 0, 1, 2, -1]}, {"size": [4, 4]}):
        with torch.sparse.check_sparse_tensor_invariants(True):
            fam.case("csr", u(5), fn=csr, what="to_dense", throws=True, grad=False,
                     **{"crow": crow, "col": col, "size": size, **bad})

    def to_csr(x):
        s = x.to_sparse_csr()
        return [s.crow_indices().clone(), s.col_indices().clone(), s.values()]

    fam.case("to_sparse_csr", u(4, 5, dtype=i64, lo=-1, hi=1), fn=to_csr, grad=False)
    fam.case("to_sparse_csr", u(3), fn=to_csr, grad=False, throws=True)


def add_gradients(fam):
    """Gradients of sparse leaves, and sparse gradients of dense ones."""
    def leaf(fn):
        def run(values, *rest, at, size):
            s = coo(values.detach(), at, size).coalesce().requires_grad_()
            out = fn(s, *rest)
            out.backward(fill(UNIFORM, out.numel(), out.dtype, GRADIENT_SEED, -1, 1, ()).view(out.shape))
            return parts(s.grad.coalesce())
        return run

    at, size, _ = TWICE
    for op, fn, rest in (("leaf_to_dense", lambda s: (s.to_dense() ** 2), []), ("leaf_values", lambda s: s.values() ** 3, []),
                         ("leaf_mm", lambda s, d: torch.sparse.mm(s, d), [u(3, 4)]),
                         ("leaf_twice", lambda s, d: torch.sparse.mm(s, d) + s.to_dense() @ d, [u(3, 4)])):
        fam.case(op, u(5), *rest, fn=leaf(fn), at=at, size=size, grad=False)

    def of_weight(fn, raw=parts):
        def run(w, *rest, **attrs):
            w = w.detach().requires_grad_()
            out = fn(w, *rest, **attrs)
            out.backward(fill(UNIFORM, out.numel(), out.dtype, GRADIENT_SEED, -1, 1, ()).view(out.shape))
            g = w.grad
            return [out.detach()] + (raw(g) + parts(g.coalesce()) if g.is_sparse else [g])
        return run

    embedding = of_weight(lambda w, i, padding_idx=None: F.embedding(i, w, padding_idx=padding_idx, sparse=True))
    index = v([3, 1, 3, 0, 5, 1])
    fam.case("embedding", u(6, 3), index, fn=embedding, grad=False)
    fam.case("embedding", u(6, 3, dtype=f64), v([3, 1, 3, 0, 5, 1], shape=[2, 3]), fn=embedding, grad=False)
    fam.case("embedding", u(6, 3), index, fn=embedding, grad=False, padding_idx=3)
    fam.case("embedding", u(6, 3), v([], shape=[0]), fn=embedding, grad=False)
    both = of_weight(lambda w, i: F.embedding(i, w, sparse=True) + F.embedding(i.flip(0), w, sparse=True) * 2,
                     raw=lambda g: [])
    fam.case("embedding_twice", u(6, 3), index, fn=both, grad=False)
    mixed = of_weight(lambda w, i: F.embedding(i, w, sparse=True) + w * 3)
    fam.case("embedding_and_dense", u(6, 3), index, fn=mixed, grad=False)
    bag = of_weight(lambda w, i, o, mode, padding_idx=None: F.embedding_bag(i, w, o, mode=mode, padding_idx=padding_idx,
                                                                          sparse=True))
    for mode in ("sum", "mean"):
        fam.case("embedding_bag", u(6, 3), index, v([0, 2, 2]), fn=bag, grad=False, mode=mode)
        fam.case("embedding_bag", u(6, 3), index, v([0, 2, 2]), fn=bag, grad=False, mode=mode, padding_idx=1)
    gather = of_weight(lambda w, i, dim: torch.gather(w, dim, i, sparse_grad=True))
    fam.case("gather", u(3, 4), v([[0, 2, 1], [2, 0, 0]]), fn=gather, grad=False, dim=0)
    fam.case("gather", u(3, 4), v([[0, 3, 3], [2, 0, 0]]), fn=gather, grad=False, dim=-1)


def trajectory(build):
    """Parameters after some steps with sparse gradients of rows."""
    def run(p, *, sparse_dim=1, **options):
        p = p.detach().clone().requires_grad_()
        optimizer = build([p], **options)
        out = []
        for step in range(STEPS):
            n, seed = 4, GRADIENT_SEED + 10 * step
            at = torch.stack([fill(UNIFORM, n, i64, seed + 3 + d, 0, p.shape[d] - 1, ()) for d in range(sparse_dim)])
            shape = [n, *p.shape[sparse_dim:]]
            count = n * max(1, int(torch.tensor(p.shape[sparse_dim:]).prod()))
            g = fill(UNIFORM, count, p.dtype, seed, -1, 1, ()).view(shape)
            p.grad = torch.sparse_coo_tensor(at, g, p.shape)
            optimizer.step()
            if step + 1 in RECORDED:
                out.append(p.detach().clone())
        return out
    return run


def add_optimizers(fam):
    cases = {
        optim.SGD: [{}, {"momentum": 0.9}, {"momentum": 0.9, "dampening": 0.3}, {"momentum": 0.8, "nesterov": True},
                    {"momentum": 0.5, "maximize": True}],
        optim.Adagrad: [{}, {"lr": 0.1, "lr_decay": 0.2}, {"initial_accumulator_value": 0.3, "maximize": True}],
        optim.SparseAdam: [{}, {"lr": 0.1, "betas": [0.8, 0.9], "eps": 0.01}, {"maximize": True}],
    }
    for build, options in cases.items():
        name = "optim." + build.__name__
        for some in options:
            some = {"lr": 0.05, **some}
            for dtype in (f32, f64):
                fam.case(name, u(5, 3, dtype=dtype), fn=trajectory(build), grad=False, tol=5, **some)
            fam.case(name, u(4, 3, dtype=f64), fn=trajectory(build), grad=False, tol=5, sparse_dim=2, **some)
    for options in ({"lr": 0.0}, {"eps": 0.0}, {"betas": [1.0, 0.9]}, {"betas": [0.9, -0.1]}):
        fam.case("optim.SparseAdam", u(5, 3), fn=trajectory(optim.SparseAdam), grad=False, throws=True, **options)
    fam.case("optim.SGD", u(5, 3), fn=trajectory(optim.SGD), grad=False, throws=True, lr=0.1, weight_decay=0.1)
    fam.case("optim.Adagrad", u(5, 3), fn=trajectory(optim.Adagrad), grad=False, throws=True, weight_decay=0.1)
    for build in (optim.Adam, optim.AdamW, optim.RMSprop, optim.Adadelta, optim.Adamax, optim.NAdam, optim.RAdam,
                  optim.ASGD, optim.Rprop, optim.Adafactor):
        fam.case("optim." + build.__name__, u(5, 3), fn=trajectory(build), grad=False, throws=True)

    def clip(p, g, at):
        p = p.detach().clone().requires_grad_()
        p.grad = torch.sparse_coo_tensor(torch.tensor(at)[None], g.detach(), p.shape)
        p.grad = p.grad.coalesce()
        total = p.grad.norm()
        p.grad.mul_(0.5 / (total + 1e-6))  # as LibTorch's clip_grad_norm_, which takes sparse ones
        return [total] + parts(p.grad)

    fam.case("clip_grad_norm_", u(5, 3), u(4, 3), fn=clip, grad=False, at=[1, 4, 1, 0])


def add(fam):
    add_tensors(fam)
    add_products(fam)
    add_gradients(fam)
    add_optimizers(fam)
