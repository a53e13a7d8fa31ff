# SPDX-License-Identifier: Apache-2.0
"""Decompositions of matrices. Where they are not unique, what does not depend on the choice."""

import torch

from golden import c64, c128, f16, f32, f64, i64, text_of, text_of_attribute, u, v

TYPES = (f32, f64, c64, c128)
L = torch.linalg
inf = float("inf")


def eye_like(a):
    return torch.eye(a.size(-2), a.size(-1), dtype=a.dtype)


def regular(a):
    """Far from singular: a + 3."""
    return a + 3 * eye_like(a)


def positive(a):
    return a @ a.mH + eye_like(a @ a.mH)


def hermitian(a):
    return a + a.mH


def tol(dtype):
    """Sums in LAPACK's order, by way of inverses."""
    return 10.0 if dtype in (f32, c64) else 1.0


class Cases:
    def __init__(self, fam):
        self.fam = fam

    def each(self, op, fn, *shapes, types=TYPES, second=True, by=1.0, throws=True, **attrs):
        """fn of tensors of these shapes: every type, strided, in batches, empty."""
        for dtype in types:
            wide = dtype in (f64, c128)
            tensors = [u(*s, dtype=dtype) for s in shapes]
            self.fam.case(op, *tensors, fn=fn, tol=by * tol(dtype), second=second and wide, **attrs)
            if dtype == f32:
                self.fam.case(op, *[t.T for t in tensors], fn=fn, tol=by * tol(dtype), **attrs)
                self.fam.case(op, *[t.sliced for t in tensors], fn=fn, tol=by * tol(dtype), **attrs)
        if throws:
            self.fam.case(op, *[u(*s, dtype=f16) for s in shapes], fn=fn, throws=True, **attrs)
            self.fam.case(op, *[u(*s, dtype=i64) for s in shapes], fn=fn, throws=True, **attrs)

    def shapes(self, op, fn, *lists, dtype=f64, **attrs):
        for shapes in lists:
            tensors = [u(*s, dtype=dtype) for s in shapes]
            if (op, self.fam_text(tensors, attrs)) not in self.fam.names:
                self.fam.case(op, *tensors, fn=fn, **attrs)

    @staticmethod
    def fam_text(tensors, attrs):
        own = ("second", "tol", "grad", "tag", "throws")
        return " ".join([text_of(t) for t in tensors] + [f"{k}={text_of_attribute(a)}" for k, a in attrs.items() if k not in own] +
                        ([attrs["tag"]] if "tag" in attrs else []))

    def refuses(self, op, fn, *lists, dtype=f64, **attrs):
        for shapes in lists:
            self.fam.case(op, *[u(*s, dtype=dtype) for s in shapes], fn=fn, throws=True, tag="refused", **attrs)


SQUARES = [[(1, 1)], [(0, 0)], [(2, 0, 0)], [(0, 3, 3)], [(2, 3, 3)], [(2, 1, 4, 4)], [(7, 7)]]
RECTANGLES = [[(4, 3)], [(3, 4)], [(2, 4, 2)], [(2, 2, 4)], [(3, 3)], [(1, 4)], [(4, 1)]]
NO_SQUARES = [[(3,)], [()], [(3, 4)], [(2, 3, 4)]]


def add_cholesky(c):
    for upper in (False, True):
        fn = lambda a, upper: L.cholesky(positive(a), upper=upper)
        c.each("linalg_cholesky", fn, (3, 3), upper=upper, throws=False)
        c.shapes("linalg_cholesky", fn, *SQUARES, upper=upper, second=True)
        c.refuses("linalg_cholesky", lambda a, upper: L.cholesky(a, upper=upper), *NO_SQUARES, upper=upper)
        c.fam.case("linalg_cholesky", v([[1, 2], [2, 1]], dtype=f64), fn=lambda a, upper: L.cholesky(a - 3 * eye_like(a), upper=upper), throws=True, upper=upper)
        ex = lambda a, upper: L.cholesky_ex(a, upper=upper).info
        for a in ([[4, 2], [2, 3]], [[1, 2], [2, 1]], [[-1, 0], [0, 1]]):
            c.fam.case("linalg_cholesky_ex", v(a, dtype=f64), fn=ex, grad=False, upper=upper)
        c.fam.case("linalg_cholesky_ex", v([[[4, 2], [2, 3]], [[1, 2], [2, 1]]], dtype=f64), fn=ex, grad=False, upper=upper)
        factor = lambda a, upper: L.cholesky(positive(a), upper=upper)
        fn = lambda a, upper: torch.cholesky_inverse(factor(a, upper), upper)
        c.each("cholesky_inverse", fn, (3, 3), upper=upper, throws=False, by=4)
        c.shapes("cholesky_inverse", fn, *SQUARES[:3], [(2, 3, 3)], upper=upper)
        solve = lambda b, a, upper: torch.cholesky_solve(b, factor(a, upper), upper)
        c.each("cholesky_solve", solve, (3, 2), (3, 3), upper=upper, throws=False)
        c.shapes("cholesky_solve", solve, [(2, 3, 2), (3, 3)], [(3, 2), (2, 1, 3, 3)], [(3, 0), (3, 3)], upper=upper)
    c.refuses("cholesky_inverse", torch.cholesky_inverse, [(3,)], [(3, 4)], upper=False)
    c.refuses("cholesky_solve", lambda b, a, upper: torch.cholesky_solve(b, a, upper), [(3,), (3, 3)], [(4, 2), (3, 3)],
              [(3, 2), (3, 4)], upper=False)


def add_lu(c):
    lu = lambda a: L.lu(a)
    c.each("linalg_lu", lu, (3, 3))
    c.shapes("linalg_lu", lu, *SQUARES[:5], *RECTANGLES, second=True)
    c.refuses("linalg_lu", lu, [(3,)])
    factor = lambda a: L.lu_factor(a)
    c.each("linalg_lu_factor", factor, (3, 3))
    c.shapes("linalg_lu_factor", factor, *SQUARES, *RECTANGLES)
    c.refuses("linalg_lu_factor", factor, [(3,)])
    c.fam.case("linalg_lu_factor", v([[1, 2], [2, 4]], dtype=f64), fn=factor, throws=True)
    ex = lambda a: L.lu_factor_ex(a)
    for a in ([[1, 2], [2, 4]], [[0, 0], [0, 0]], [[0, 1], [1, 0]]):
        c.fam.case("linalg_lu_factor_ex", v(a, dtype=f64), fn=ex, grad=False)
    for left in (True, False):
        for adjoint in (True, False):
            def solve(a, b, left, adjoint):
                return L.lu_solve(*L.lu_factor(regular(a)), b, left=left, adjoint=adjoint)
            b = (3, 2) if left else (2, 3)
            c.each("linalg_lu_solve", solve, (3, 3), b, left=left, adjoint=adjoint, throws=False)
            c.shapes("linalg_lu_solve", solve, [(2, 3, 3), b], [(3, 3), (2, 1) + b], [(2, 1, 3, 3), (3,) + b],
                     [(0, 0), (0, 2) if left else (2, 0)], left=left, adjoint=adjoint)
    old = lambda b, a: torch.lu_solve(b, *L.lu_factor(regular(a)))
    c.shapes("lu_solve", old, [(3, 2), (3, 3)], [(2, 3, 2), (2, 3, 3)])
    unpack = lambda a, unpack_data, unpack_pivots: torch.lu_unpack(*L.lu_factor(a), unpack_data, unpack_pivots)
    for data, pivots in ((True, True), (True, False), (False, True)):
        c.shapes("lu_unpack", unpack, [(3, 3)], [(2, 4, 3)], [(3, 4)], grad=data, unpack_data=data, unpack_pivots=pivots)


def add_solve(c):
    for left in (True, False):
        solve = lambda a, b, left: L.solve(regular(a), b, left=left)
        b = (3, 2) if left else (2, 3)
        c.each("linalg_solve", solve, (3, 3), b, left=left, throws=False)
        c.shapes("linalg_solve", solve, [(3, 3), (3,) + b], [(3, 3), (2, 1) + b], [(2, 1, 3, 3), (3,) + b], [(0, 3, 3), b],
                 [(0, 0), (0, 2) if left else (2, 0)], [(3, 3), (3, 0) if left else (0, 3)], left=left)
        if left:
            c.shapes("linalg_solve", solve, [(3, 3), (3,)], [(2, 3, 3), (2, 3)], [(2, 3, 3), (3,)], left=left, second=True)
        raw = lambda a, b, left: L.solve(a, b, left=left)
        c.refuses("linalg_solve", raw, [(3,), (3,)], [(3, 4), (3, 2)], [(3, 3), (4, 4)], [(2, 3, 3), (4, 3, 2)], left=left)
        c.fam.case("linalg_solve", v([[1, 2], [2, 4]], dtype=f64), u(2, 2, dtype=f64), fn=raw, throws=True, left=left)
        c.fam.case("linalg_solve", u(3, 3, dtype=f64), u(3, 3, dtype=f32), fn=raw, throws=True, left=left)
        for upper in (True, False):
            for unitriangular in (True, False):
                attrs = dict(upper=upper, left=left, unitriangular=unitriangular)
                fn = lambda a, b, **kw: L.solve_triangular(regular(a), b, **kw)
                c.each("linalg_solve_triangular", fn, (3, 3), b, throws=False, **attrs)
                c.shapes("linalg_solve_triangular", fn, [(2, 3, 3), b], [(3, 3), (2, 1) + b], [(2, 1, 3, 3), (3,) + b],
                         [(0, 0), (0, 2) if left else (2, 0)], **attrs)
        c.refuses("linalg_solve_triangular", L.solve_triangular, [(3,), (3, 2)], [(3, 4), (3, 2)], [(3, 3), (4, 4)],
                  upper=True, left=left, unitriangular=False)
    for upper in (True, False):
        for transpose in (True, False):
            fn = lambda b, a, **kw: torch.triangular_solve(b, regular(a), **kw)
            c.shapes("triangular_solve", fn, [(3, 2), (3, 3)], [(2, 3, 2), (3, 3)], upper=upper, transpose=transpose,
                     unitriangular=False)
    inv = lambda a: L.inv(regular(a))
    c.each("linalg_inv", inv, (3, 3), throws=False)
    c.shapes("linalg_inv", inv, *SQUARES, second=True)
    c.refuses("linalg_inv", L.inv, *NO_SQUARES)
    for a in ([[1, 2], [2, 4]], [[0, 0], [0, 0]], [[[1, 0], [0, 1]], [[1, 1], [1, 1]]]):
        c.fam.case("linalg_inv", v(a, dtype=f64), fn=L.inv, throws=True)
        c.fam.case("linalg_inv_ex", v(a, dtype=f64), fn=lambda a: L.inv_ex(a).info, grad=False)
    for op in ("linalg_det", "linalg_slogdet", "logdet"):
        fn = {"linalg_det": L.det, "linalg_slogdet": L.slogdet, "logdet": torch.logdet}[op]
        c.each(op, lambda a: fn(regular(a)), (3, 3), throws=False)
        c.shapes(op, lambda a: fn(regular(a)), *SQUARES, second=op != "linalg_slogdet")
        c.refuses(op, fn, *NO_SQUARES)
        # swaps of rows turn the sign
        c.fam.case(op, v([[0, 1, 0], [0, 0, 2], [3, 0, 0]], dtype=f64), fn=fn, tag="turned")
        c.fam.case(op, v([[0, 1], [2, 0]], dtype=f64).const, fn=fn, grad=False, tag="turned")
    for a in ([[1, 2], [2, 4]], [[0, 0], [0, 0]], [[1, 2, 3], [2, 4, 6], [1, 1, 1]], [[1, 2, 3], [2, 4, 6], [3, 6, 9]]):
        # PyTorch's gradients are 0 where LU has an exact 0; decompositions_test.cpp has the true ones.
        c.fam.case("linalg_det", v(a, dtype=f64), fn=lambda a: L.det(a + 0), grad=False,
                   tag=f"singular, sum {sum(map(sum, a))}", tol=1e3)
    c.fam.case("linalg_slogdet", v([[1, 2], [2, 4]], dtype=f64).const, fn=L.slogdet, grad=False, tag="singular")
    for flag in (False, True):
        def ldl(a, hermitian):
            return L.ldl_factor(a + (a.mH if hermitian else a.mT), hermitian=hermitian)
        def ldl_solve(a, b, hermitian):
            return L.ldl_solve(*ldl(a, hermitian), b, hermitian=hermitian)
        for dtype in TYPES:
            c.fam.case("linalg_ldl_factor", u(3, 3, dtype=dtype), fn=ldl, grad=False, tol=tol(dtype), hermitian=flag)
            c.fam.case("linalg_ldl_solve", u(3, 3, dtype=dtype), u(3, 2, dtype=dtype), fn=ldl_solve, grad=False,
                       tol=10 * tol(dtype), hermitian=flag)
        c.fam.case("linalg_ldl_solve", u(2, 3, 3, dtype=f64), u(3, 2, dtype=f64), fn=ldl_solve, grad=False, hermitian=flag)


def add_qr(c):
    for mode in ("reduced", "complete", "r"):
        fn = lambda a, mode: L.qr(a, mode=mode)
        grad = mode == "reduced"
        for dtype in TYPES:
            for shape in ((3, 3), (2, 4, 3), (3, 4)):
                wide = dtype in (f64, c128)
                ok = grad or (mode == "complete" and shape[-1] >= shape[-2])
                c.fam.case("linalg_qr", u(*shape, dtype=dtype), fn=fn, grad=ok, second=ok and wide, tol=10 * tol(dtype), mode=mode)
        c.shapes("linalg_qr", fn, [(0, 3)], [(3, 0)], [(0, 0)], [(2, 0, 3)], [(0, 2, 3)], grad=False, mode=mode)
        c.refuses("linalg_qr", fn, [(3,)], mode=mode)
    c.refuses("linalg_qr", lambda a, mode: L.qr(a, mode=mode), [(3, 3)], mode="x")
    for dtype in TYPES:
        for shape in ((3, 3), (2, 4, 3), (3, 4), (0, 3), (3, 0)):
            c.fam.case("geqrf", u(*shape, dtype=dtype), fn=torch.geqrf, grad=False, tol=tol(dtype))
    product = lambda a, tau: L.householder_product(a, tau)
    c.each("linalg_householder_product", product, (4, 3), (3,), types=(f32, f64), throws=False, by=10)
    c.each("linalg_householder_product", product, (2, 4, 3), (2, 2), types=(f64, c128), throws=False, by=10)
    c.shapes("linalg_householder_product", product, [(3, 3), (0,)], [(3, 0), (0,)], [(0, 0), (0,)])
    c.refuses("linalg_householder_product", product, [(3, 4), (3,)], [(3,), (3,)], [(3, 3), (4,)], [(2, 3, 3), (3,)])
    for left in (True, False):
        for transpose in (True, False):
            fn = lambda a, tau, b, **kw: torch.ormqr(a, tau, b, **kw)
            b = (4, 2) if left else (2, 4)
            c.each("ormqr", fn, (4, 3), (3,), b, types=(f32, f64, c128), second=False, throws=False, by=10, left=left,
                   transpose=transpose)
            c.shapes("ormqr", fn, [(2, 4, 3), (2, 3), (2,) + b], left=left, transpose=transpose, tol=10)
            c.refuses("ormqr", fn, [(4, 3), (3,), (3, 3)], [(4, 3), (4,), b], left=left, transpose=transpose)


def add_spectra(c):
    def svd(a, full_matrices):
        U, S, Vh = L.svd(a, full_matrices=full_matrices)
        k = S.size(-1)
        U, Vh = U[..., :k], Vh[..., :k, :]
        return [S, U.abs(), Vh.abs(), U @ Vh]
    for full in (False, True):
        for shape in ((3, 3), (4, 2), (2, 2, 4), (2, 3, 3)):
            for dtype in TYPES:
                c.fam.case("linalg_svd", u(*shape, dtype=dtype), fn=svd, tol=20 * tol(dtype), second=dtype in (f64, c128),
                           full_matrices=full)
        sizes = lambda a, full_matrices: [t * 0 for t in L.svd(a, full_matrices=full_matrices)]
        c.shapes("svd_sizes", sizes, [(0, 3)], [(3, 0)], [(2, 0, 0)], [(0, 2, 3)], [(3, 4)], grad=False, full_matrices=full)
        c.refuses("linalg_svd", svd, [(3,)], full_matrices=full)
    values = lambda a: L.svdvals(a)
    c.each("linalg_svdvals", values, (4, 3))
    c.shapes("linalg_svdvals", values, *RECTANGLES, [(0, 3)], [(0, 2, 3)])
    old = lambda a, some: torch.svd(a, some=some)[1]
    c.shapes("svd", old, [(4, 3)], [(3, 4)], some=True)
    nan = float("nan")
    c.fam.case("linalg_svdvals", v([[nan, 1], [1, 2]], dtype=f64), fn=values, throws=True)

    for UPLO in ("L", "U"):
        def eigh(a, UPLO):
            W, V = L.eigh(hermitian(a), UPLO=UPLO)
            return [W, V.abs(), V @ (W.exp().unsqueeze(-1) * V.mH)]
        c.each("linalg_eigh", eigh, (3, 3), UPLO=UPLO, by=2, throws=False)
        c.shapes("linalg_eigh", eigh, *SQUARES[:5], UPLO=UPLO)
        # one triangle is read
        c.fam.case("linalg_eigh", u(3, 3, dtype=f64), fn=lambda a, UPLO: L.eigh(a, UPLO=UPLO)[0], grad=False, UPLO=UPLO, tag="half")
        fn = lambda a, UPLO: L.eigvalsh(hermitian(a), UPLO=UPLO)
        c.each("linalg_eigvalsh", fn, (3, 3), UPLO=UPLO, throws=False)
        c.shapes("linalg_eigvalsh", fn, *SQUARES[:5], UPLO=UPLO)
        c.refuses("linalg_eigvalsh", lambda a, UPLO: L.eigvalsh(a, UPLO=UPLO), *NO_SQUARES, UPLO=UPLO)
    c.refuses("linalg_eigvalsh", lambda a, UPLO: L.eigvalsh(a, UPLO=UPLO), [(3, 3)], UPLO="X")

    def eig(a):
        """Sums over the eigenvalues, whose order is LAPACK's."""
        W, V = L.eig(a)
        P = (V.abs() ** 2).to(W.dtype)
        return [W.sum(-1), (W * W).sum(-1), (P @ W.unsqueeze(-1)).squeeze(-1), P.sum(-1)]
    c.each("linalg_eig", eig, (3, 3), by=10)
    c.shapes("linalg_eig", eig, *SQUARES[1:5], tol=10)
    c.refuses("linalg_eig", eig, *NO_SQUARES)
    c.fam.case("linalg_eig", v([[inf, 1], [1, 2]], dtype=f64), fn=eig, throws=True)
    def eigvals(a):
        W = L.eigvals(a)
        return [W.sum(-1), (W * W).sum(-1), W.exp().sum(-1)]
    c.each("linalg_eigvals", eigvals, (3, 3), by=10)
    c.shapes("linalg_eigvals", eigvals, *SQUARES[1:5], tol=10)


def add_lstsq(c):
    for driver in (None, "gels", "gelsy", "gelsd", "gelss"):
        fn = lambda a, b, driver: [t for t in L.lstsq(a, b, driver=driver) if t.numel() > 0]
        for shape, b in (((4, 3), (4, 2)), ((2, 4, 3), (2, 4, 2)), ((3, 4), (3, 2)), ((2, 4, 3), (2, 4)), ((4, 3), (4,))):
            for dtype in (f64, c128) if shape != (4, 3) else TYPES:
                c.fam.case("linalg_lstsq", u(*shape, dtype=dtype), u(*b, dtype=dtype), fn=fn, driver=driver, tol=20 * tol(dtype))
        c.refuses("linalg_lstsq", fn, [(3,), (3,)], [(3, 2), (4, 2)], [(3, 2), ()], driver=driver)
    c.refuses("linalg_lstsq", fn, [(4, 3), (4, 2)], driver="gelsx")
    for driver in ("gelsy", "gelsd", "gelss"):  # of rank 1
        c.fam.case("linalg_lstsq", v([[1, 2], [2, 4], [3, 6]], dtype=f64).const, u(3, 1, dtype=f64).const, fn=fn, grad=False, driver=driver)
    pinv = lambda a: L.pinv(a)
    c.each("linalg_pinv", pinv, (4, 3), by=2)
    c.shapes("linalg_pinv", pinv, *RECTANGLES, [(0, 3)], [(3, 0)], [(0, 2, 3)], second=True, tol=10)
    c.shapes("linalg_pinv", lambda a, hermitian: L.pinv(a + a.mT, hermitian=hermitian), [(3, 3)], [(2, 3, 3)], hermitian=True, tol=10)
    c.fam.case("linalg_pinv", v([[1, 2], [2, 4]], dtype=f64), fn=pinv, tag="rank 1", tol=10)
    for kw in (dict(atol=1.0), dict(rtol=0.5), dict(atol=0.5, rtol=0.1), dict(atol=0.0), dict(rcond=0.4)):
        fn = lambda a, **kw: L.pinv(a, **kw)
        c.shapes("linalg_pinv", fn, [(4, 3)], [(2, 3, 3)], tol=10, **kw)
        if "rcond" in kw:
            continue
        rank = lambda a, **kw: L.matrix_rank(a, **kw)
        c.shapes("linalg_matrix_rank", rank, [(4, 3)], [(2, 3, 3)], grad=False, **kw)
    rank = lambda a, **kw: L.matrix_rank(a, **kw)
    c.each("linalg_matrix_rank", rank, (4, 3), second=False)
    c.shapes("linalg_matrix_rank", rank, [(0, 3)], [(2, 0, 3)], [(0, 3, 3)], grad=False)
    for a in ([[1, 2], [2, 4]], [[0, 0], [0, 0]], [[1, 0], [0, 1]]):
        c.fam.case("linalg_matrix_rank", v(a, dtype=f64), fn=rank, grad=False)
        c.fam.case("linalg_matrix_rank", v(a, dtype=f64), fn=rank, grad=False, hermitian=True)


def add_norms(c):
    for ord in ("fro", "nuc", 1, -1, 2, -2, inf, -inf):
        fn = lambda a, ord, **kw: L.matrix_norm(a, ord, **kw)
        for dtype in TYPES:
            c.fam.case("linalg_matrix_norm", u(4, 3, dtype=dtype), fn=fn, tol=tol(dtype), ord=ord)
        for dim in ([0, 1], [-1, 0], [2, 1]):
            for keepdim in (True, False):
                c.fam.case("linalg_matrix_norm", u(2, 3, 4, dtype=f64), fn=fn, ord=ord, dim=dim, keepdim=keepdim)
        c.refuses("linalg_matrix_norm", fn, [(3,)], ord=ord)
        c.refuses("linalg_matrix_norm", fn, [(3, 3)], ord=ord, dim=[0, 0])
        c.fam.case("linalg_norm", u(4, 3, dtype=f64), fn=lambda a, ord: L.norm(a, ord), ord=ord)
        cond = lambda a, p: L.cond(a, p)
        for dtype in (f32, f64, c128):
            c.fam.case("linalg_cond", u(3, 3, dtype=dtype), fn=cond, tol=20 * tol(dtype), grad=ord in (2, -2, "nuc"), p=ord)
        c.fam.case("linalg_cond", u(2, 3, 3, dtype=f64), fn=cond, tol=20, grad=ord in (2, -2, "nuc"), p=ord)
        c.fam.case("linalg_cond", v([[1, 1], [1, 1]], dtype=f64), fn=cond, grad=False, p=ord) if ord not in (2, -2, "nuc") else None
        c.fam.case("linalg_cond", u(0, 0, dtype=f64), fn=cond, grad=False, p=ord)
    c.shapes("linalg_cond", lambda a: L.cond(a), [(3, 3)], [(4, 3)], [(2, 3, 4)], tol=10)
    norm = lambda a, **kw: L.norm(a, **kw)
    c.shapes("linalg_norm", norm, [()], [(3,)], [(2, 3)], [(2, 3, 4)])
    c.shapes("linalg_norm", norm, [(2, 3, 4)], dim=[0, 2])
    c.shapes("linalg_norm", norm, [(2, 3, 4)], dim=[1], ord=1)
    c.shapes("linalg_norm", norm, [(2, 3, 4)], dim=[1, 2], ord=2, keepdim=True)
    c.shapes("linalg_norm", norm, [(3,)], ord=3)
    c.refuses("linalg_norm", norm, [(2, 3, 4)], ord=2)
    c.refuses("linalg_matrix_norm", lambda a, ord: L.matrix_norm(a, ord), [(3, 3)], ord=3)
    c.shapes("nuclear_norm", torch.nuclear_norm, [(3, 4)])
    for n in (-2, -1, 0, 1, 2, 3, 5):
        fn = lambda a, n: L.matrix_power(regular(a) / 3, n)
        c.each("linalg_matrix_power", fn, (3, 3), n=n, throws=False, by=2)
        c.shapes("linalg_matrix_power", fn, [(2, 3, 3)], [(0, 0)], n=n)
    c.refuses("linalg_matrix_power", lambda a, n: L.matrix_power(a, n), [(3,)], [(3, 4)], n=2)
    for scale in (0.01, 0.3, 1.0, 4.0):
        fn = lambda a, scale: L.matrix_exp(a * scale)
        c.each("linalg_matrix_exp", fn, (3, 3), scale=scale, throws=False, by=2)
        c.shapes("linalg_matrix_exp", fn, [(2, 4, 4)], [(1, 1)], [(0, 0)], [(0, 2, 2)], scale=scale, tol=4)
    c.refuses("linalg_matrix_exp", lambda a: L.matrix_exp(a), *NO_SQUARES)


def add_roots(c):
    root = lambda a: L.matrix_sqrth(positive(a))
    c.each("linalg_matrix_sqrth", root, (3, 3), throws=False, by=2)
    c.shapes("linalg_matrix_sqrth", root, *SQUARES, second=True)
    c.refuses("linalg_matrix_sqrth", L.matrix_sqrth, *NO_SQUARES)
    # one triangle is read; negative eigenvalues count as 0; equal ones do not hurt
    for a in ([[2, 9], [1, 3]], [[1, 0], [0, -4]], [[-1, 0], [0, 0]]):
        c.fam.case("linalg_matrix_sqrth", v(a, dtype=f64).const, fn=L.matrix_sqrth, grad=False, tag="as it is")
    c.fam.case("linalg_matrix_sqrth", v([[4, 0], [0, 4]], dtype=f64), fn=L.matrix_sqrth, tag="as it is")
    polar = lambda a: L.polar(a)
    c.each("linalg_polar", polar, (4, 3), by=4, throws=False)
    c.each("linalg_polar", polar, (3, 3), by=4, throws=False)
    c.shapes("linalg_polar", polar, [(1, 1)], [(2, 4, 2)], [(2, 1, 3, 2)], [(4, 1)], [(0, 0)], [(3, 0)], [(0, 3, 3)], second=True, tol=4)
    c.fam.case("linalg_polar", v([[2, 0], [0, 2], [0, 0]], dtype=f64), fn=polar, tag="equal values")
    c.refuses("linalg_polar", polar, [(3,)], [(3, 4)], [(2, 3, 4)])
    c.fam.case("linalg_polar", v([[float("nan"), 1], [1, 2]], dtype=f64), fn=polar, throws=True)


def add_tensors(c):
    c.shapes("linalg_tensorinv", lambda a, ind: L.tensorinv(a, ind=ind), [(2, 3, 6)], [(2, 2, 4)], ind=2, tol=1000)
    c.shapes("linalg_tensorinv", lambda a, ind: L.tensorinv(a, ind=ind), [(6, 2, 3)], ind=1, tol=1000)
    c.refuses("linalg_tensorinv", lambda a, ind: L.tensorinv(a, ind=ind), [(2, 3, 4)], ind=2)
    c.refuses("linalg_tensorinv", lambda a, ind: L.tensorinv(a, ind=ind), [(2, 3, 6)], ind=0)
    solve = lambda a, b, **kw: L.tensorsolve(a, b, **kw)
    c.shapes("linalg_tensorsolve", solve, [(2, 3, 6), (2, 3)], [(6, 2, 3), (6,)], tol=1000)
    c.shapes("linalg_tensorsolve", solve, [(2, 6, 3), (2, 3)], dims=[1], tol=1000)
    c.refuses("linalg_tensorsolve", solve, [(2, 3, 4), (2, 3)])


def add(fam):
    c = Cases(fam)
    add_cholesky(c)
    add_lu(c)
    add_solve(c)
    add_qr(c)
    add_spectra(c)
    add_lstsq(c)
    add_norms(c)
    add_roots(c)
    add_tensors(c)
