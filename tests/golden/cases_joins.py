# SPDX-License-Identifier: Apache-2.0
"""Splits, joins and rearrangements beyond cases_shape.py; sequences, windows, powers, complex numbers."""

import torch

from edges import ask, edges
from golden import b8, bf16, c64, c128, d, f16, f32, f64, i16, i32, i64, u, u8, v


def add_splits(fam):
    sections = lambda op: lambda t, sections, **kw: getattr(torch, op)(t, sections, **kw)
    for x in (u(7, 4, 6), u(7, 4, 6, dtype=f64).T, u(7, 4, 6, dtype=i64)):
        for dim in (0, 1, -1):
            for n in (1, 3, 9):
                fam.case("tensor_split", x, fn=sections("tensor_split"), sections=n, dim=dim)
            for at in ([2], [1, 3], [0, -1], [3, 1], [-9, 9], []):
                fam.case("tensor_split_at", x, fn=sections("tensor_split"), sections=at, dim=dim)
        fam.case("tensor_split_by", x, v([1, 3]), fn=torch.tensor_split)
        fam.case("tensor_split_by", x, v(3, shape=[]), fn=torch.tensor_split)
    fam.case("tensor_split_by", u(4), u(2), fn=torch.tensor_split, throws=True)
    fam.case("tensor_split_by", u(4), v([[1]]), fn=torch.tensor_split, throws=True)
    fam.case("tensor_split", u(), fn=sections("tensor_split"), sections=1, dim=0, throws=True)
    fam.case("tensor_split", u(3), fn=sections("tensor_split"), sections=0, dim=0, throws=True)
    for op, shapes in (("hsplit", [(6,), (2, 6), (2, 6, 2)]), ("vsplit", [(6, 2), (6, 2, 2)]), ("dsplit", [(2, 2, 6)])):
        for shape in shapes:
            for n in (1, 2, 3):
                fam.case(op, u(*shape), fn=sections(op), sections=n)
            fam.case(op + "_at", u(*shape), fn=sections(op), sections=[1, 4])
        for shape in ((), (5,), (5, 5), (5, 5, 5)):
            ask(fam, op, u(*shape), fn=sections(op), sections=2)
            ask(fam, op + "_at", u(*shape), fn=sections(op), sections=[2])
        ask(fam, op, u(2, 2, 2), fn=sections(op), sections=0)


def add_rearranged(fam):
    for x in (u(3, 4), u(2, 3, 4, dtype=f64).T, u(2, 3, dtype=c64), u(2, 3, dtype=i64)):
        fam.case("adjoint", x, second=x.dtype == f64)
        for k in (-3, -1, 0, 1, 2, 3, 4):
            for dims in ([0, 1], [1, 0], [-1, 0]):
                fam.case("rot90", x, k=k, dims=dims)
        for offset in (-2, 0, 1):
            fam.case("diagflat", x, offset=offset)
        fam.case("narrow_copy", x, fn=lambda t, dim, start, length: torch.narrow_copy(t, dim, start, length), dim=1, start=1,
                 length=2)
        fam.case("narrow_at", x, v(-2, shape=[]), fn=lambda t, at, dim, length: torch.narrow(t, dim, at, length), dim=1,
                 length=2)
        fam.case("movedim_one", x, fn=lambda t, source, destination: torch.movedim(t, source, destination), source=0,
                 destination=-1)
    for shape in ((), (3,)):
        ask(fam, "adjoint", u(*shape))
        ask(fam, "rot90", u(*shape), k=1, dims=[0, 1])
        ask(fam, "diagflat", u(*shape), offset=1)
    fam.case("rot90", u(2, 2), k=1, dims=[0], throws=True)
    fam.case("rot90", u(2, 2), k=1, dims=[0, -2], throws=True)
    fam.case("rot90", u(2, 2), k=1, dims=[0, 2], throws=True)
    fam.case("narrow_at", u(4), v([1]), fn=lambda t, at, dim, length: torch.narrow(t, dim, at, length), dim=0, length=2,
             throws=True)
    repeat = lambda t, output_size: torch.repeat_interleave(t, output_size=output_size)
    fam.case("repeats", v([2, 0, 3]), fn=repeat, output_size=None)
    fam.case("repeats", v([2, 0, 3], dtype=i32), fn=repeat, output_size=5)
    fam.case("repeats", v([[1]]), fn=repeat, output_size=None, throws=True)
    fam.case("repeats", v([-1]), fn=repeat, output_size=None, throws=True)


def add_joins(fam):
    listed = lambda op: lambda *t: getattr(torch, op)(list(t))
    for op in ("column_stack", "row_stack", "hstack", "vstack", "dstack", "block_diag", "cartesian_prod"):
        run = (lambda *t, op=op: getattr(torch, op)(*t)) if op in ("block_diag", "cartesian_prod") else listed(op)
        call = lambda t, run=run: run(*t)
        for shapes in ([(3,), (3,)], [(3, 2), (3, 2)], [(), ()], [(3, 2), (3,)], [(1, 2, 3), (1, 2, 3)], [(2,)], [(0,), (3,)],
                       [(2,), (3,), (2,)], [(), (2,), (2, 0), (2, 1)], [(0, 3), (2, 3)], [(2, 2, 2)]):
            if op == "block_diag" and (0,) in shapes:
                continue  # PyTorch's gradient leaves its row out
            for dtypes in ((f32, f32), (f64, f32), (i64, f32), (c64, c64), (b8, bf16)):
                if dtypes != (f32, f32) and len(shapes) != 2:
                    continue
                inputs = [u(*shape, dtype=dtypes[k % 2]) for k, shape in enumerate(shapes)]
                ask(fam, op, inputs, fn=call)
    for op in ("atleast_1d", "atleast_2d", "atleast_3d"):
        fam.case(op, [u(), u(2), u(2, 3), u(2, 3, 4), u(1, 2, 3, 4)], fn=lambda t, op=op: list(getattr(torch, op)(*t)))
    for n in (0, 1, 4, 6):
        for r in (0, 1, 2, 3, 5):
            for again in (False, True):
                if n == 6 and r == 5 and again:
                    continue
                fam.case("combinations", u(n), r=r, with_replacement=again)
    fam.case("combinations", u(4, dtype=i64), r=2, with_replacement=False)
    fam.case("combinations", u(2, 2), r=2, with_replacement=False, throws=True)
    fam.case("combinations", u(2), r=-1, with_replacement=False, throws=True)
    fam.case("flatten_dense_tensors", [u(2, 3), u(4).sliced, u(2, 2).T],
             fn=lambda t: torch._C._nn.flatten_dense_tensors(t))
    fam.case("unflatten_dense_tensors", u(10), [u(2, 3).const, u(0, 2).const, u(4).const],
             fn=lambda flat, t: list(torch._C._nn.unflatten_dense_tensors(flat, t)))
    for indexing in ("ij", "xy"):
        fam.case("meshgrid", [u(2), u(3), u()], fn=lambda t, indexing: list(torch.meshgrid(*t, indexing=indexing)),
                 indexing=indexing)


def add_sequences(fam):
    for start, end, steps, base in ((0, 2, 3, 10.0), (-1.5, 2.25, 7, 10.0), (0, 3, 4, -2.0), (0, 3, 1, 2.0), (1, 4, 0, 2.0),
                                    (2, 2, 3, 3.0), (3, 0, 4, 2.0), (0, 1, 5, 0.0), (0.5, 3.3, 5, 2.0)):
        for dtype in (None, f64, f32, bf16, f16, i32, i64, u8):
            whole = dtype in (i32, i64, u8)
            if (whole and (min(start, end) < 0 or base <= 0)) or (base == 0 and dtype in (f16, bf16)):
                continue
            fam.case("logspace", fn=torch.logspace, start=start, end=end, steps=steps, base=base, dtype=dtype)
    fam.case("logspace", fn=torch.logspace, start=0, end=10, steps=11, base=3.0, dtype=i64)
    fam.case("logspace", fn=torch.logspace, start=0, end=6, steps=7, base=10.0, dtype=i64)
    for start, end, steps, base in ((0, 50, 3, 1.1), (0, -3, 4, 1.1), (0, 3, 4, -2.5), (0, 3, 2, 2.9)):  # bases are not whole
        fam.case("logspace", fn=torch.logspace, start=start, end=end, steps=steps, base=base, dtype=i64)
    fam.case("logspace", fn=torch.logspace, start=0, end=2, steps=-1, base=10.0, dtype=None, throws=True)
    for start, end, step in ((0, 3, 1), (0, 3, 2), (3, 0, -1), (0, 3.5, 0.5), (1.5, 4, 0.7), (0, 0, 1), (-2, 2, 3)):
        for dtype in (None, f64, i64, i16, f32, bf16):
            if dtype in (i64, i16) and not all(isinstance(x, int) for x in (start, end, step)):
                continue  # PyTorch divides by a step of zero
            ask(fam, "range", fn=torch.range, start=start, end=end, step=step, dtype=dtype)
    for start, end, step in ((0, 3, -1), (0, 3, 0), (3, 0, 1)):
        fam.case("range", fn=torch.range, start=start, end=end, step=step, dtype=None, throws=True)
    numbers = lambda a, b, steps: torch.linspace(a, b, steps)
    fam.case("linspace_between", v(1, f32, []), v(2.5, f32, []), fn=numbers, steps=4, grad=False)
    fam.case("linspace_between", u(1), v(2.5, f32, []), fn=numbers, steps=4, throws=True)


def add_windows(fam):
    for name in ("bartlett", "blackman", "hann", "hamming", "kaiser"):
        window = getattr(torch, name + "_window")
        for length in (0, 1, 2, 5, 16):
            for periodic in (False, True):
                for dtype in (None, f64, f16, bf16):
                    fam.case(name + "_window", fn=lambda window_length, periodic, dtype, w=window:
                             w(window_length, periodic=periodic, dtype=dtype), window_length=length, periodic=periodic,
                             dtype=dtype, tol=2 if dtype in (f16, bf16) else 1)
        for length, dtype in ((-1, None), (4, i64), (4, c64)):
            fam.case(name + "_window", fn=lambda window_length, periodic, dtype, w=window:
                     w(window_length, periodic=periodic, dtype=dtype), window_length=length, periodic=True, dtype=dtype,
                     throws=True)
    for alpha, beta in ((0.3, 0.7), (1.0, 0.0)):
        fam.case("hamming_of", fn=lambda n, alpha, beta: torch.hamming_window(n, True, alpha, beta), n=6, alpha=alpha, beta=beta)
    for beta in (0.0, 0.5, 3.0, -2.0, 20.0):
        fam.case("kaiser_of", fn=lambda n, beta: torch.kaiser_window(n, True, beta), n=6, beta=beta)


def add_powers(fam):
    for dtype in (f32, f64, i64, i32, u8, b8, c64):
        x = u(4, dtype=dtype) if dtype != u8 else v([0, 1, 2, 3], dtype=u8)
        for n in (None, 0, 1, 2, 6):
            for increasing in (False, True):
                # PyTorch's gradient fails; linalg_vander has it.
                fam.case("vander", x.const, fn=lambda t, N, increasing: torch.vander(t, N, increasing), N=n, increasing=increasing)
        fam.case("linalg_vander", x, fn=lambda t, N: torch.linalg.vander(t, N=N), N=None, throws=dtype == b8)
    fam.case("linalg_vander", u(2, 3, dtype=f64), fn=lambda t, N: torch.linalg.vander(t, N=N), N=4, second=True)
    fam.case("linalg_vander", u(3), fn=lambda t, N: torch.linalg.vander(t, N=N), N=1, throws=True)
    fam.case("vander", u(2, 2), fn=lambda t, N, increasing: torch.vander(t, N, increasing), N=None, increasing=False, throws=True)
    fam.case("vander", u(2), fn=lambda t, N, increasing: torch.vander(t, N, increasing), N=-1, increasing=False, throws=True)
    fam.case("vander", u(0), fn=lambda t, N, increasing: torch.vander(t, N, increasing), N=None, increasing=False)


def add_complex_parts(fam):
    for dtype in (f32, f64):
        for a, b in ((u(3, 2, dtype=dtype), u(3, 2, dtype=dtype)), (u(3, 2, dtype=dtype).T, u(2, dtype=dtype)),
                     (u(dtype=dtype), u(0, 2, dtype=dtype)), (u(3, 1, dtype=dtype).sliced, u(2, dtype=dtype))):
            fam.case("complex", a, b, second=dtype == f64)
            fam.case("polar", a.copy(low=0.1, high=3), b, second=dtype == f64)
    for op in ("complex", "polar"):
        fam.case(op, u(2), u(2, dtype=f64), throws=True)
        fam.case(op, u(2, dtype=i64), u(2, dtype=i64), throws=True)
        fam.case(op, u(2, dtype=bf16), u(2, dtype=bf16), throws=True)
        fam.case(op, u(2), u(3), throws=True)


def add_copies(fam):
    x = u(2, 3, 4)
    for op, attrs in (("expand_copy", {"size": [5, 2, 3, 4]}), ("permute_copy", {"dims": [2, 0, 1]}),
                      ("as_strided_copy", {"size": [2, 2], "stride": [1, 3]}), ("diagonal_copy", {}),
                      ("select_copy", {"dim": 1, "index": -1}), ("slice_copy", {"dim": 2, "start": 1, "end": None, "step": 2}),
                      ("unsqueeze_copy", {"dim": 1}), ("transpose_copy", {"dim0": 0, "dim1": 2}),
                      ("unfold_copy", {"dimension": 2, "size": 2, "step": 1}), ("view_copy", {"size": [6, 4]}),
                      ("alias_copy", {}), ("split_copy", {"split_size": 2, "dim": 2}),
                      ("split_with_sizes_copy", {"split_sizes": [1, 3], "dim": 2}), ("unbind_copy", {"dim": 1})):
        fam.case(op, x, **attrs)
    fam.case("squeeze_copy", u(2, 1, 3))
    fam.case("t_copy", u(2, 3))
    fam.case("view_as_real_copy", u(2, dtype=c64))
    fam.case("detach_copy", x.const)
    fam.case("view_as_complex_copy", u(3, 2).const)
    for op in ("select_copy", "unbind_copy"):
        ask(fam, op, u(), **({"dim": 0, "index": 0} if op == "select_copy" else {"dim": 0}))


def add(fam):
    add_splits(fam)
    add_rearranged(fam)
    add_joins(fam)
    add_sequences(fam)
    add_windows(fam)
    add_powers(fam)
    add_complex_parts(fam)
    add_copies(fam)
