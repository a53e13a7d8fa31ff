# SPDX-License-Identifier: Apache-2.0
"""Products that are made of others, and distances."""

import torch
import torch.nn.functional as F

from golden import b8, bf16, c64, c128, f16, f32, f64, i32, i64, u, v

inf, nan = float("inf"), float("nan")


def add_products(fam):
    for dtype in (f32, f64, bf16, f16, i64, c64, c128):
        t = lambda *s: u(*s, dtype=dtype)
        fam.case("addbmm", t(3, 5), t(2, 3, 4), t(2, 4, 5), tol=2)
        fam.case("addr", t(3, 4), t(3), t(4))
        fam.case("kron", t(2, 3), t(3, 2))
        fam.case("trace", t(3, 4))
        fam.case("linalg_cross", t(2, 3), t(2, 3), fn=torch.linalg.cross)
        fam.case("baddbmm_", t(2, 3, 5), t(2, 3, 4), t(2, 4, 5), fn=lambda a, b, c: (a * 1).baddbmm_(b, c), tol=2)
        fam.case("addmv_", t(3), t(3, 4), t(4), fn=lambda a, b, c: (a * 1).addmv_(b, c), tol=2)
        fam.case("addr_", t(3, 4), t(3), t(4), fn=lambda a, b, c: (a * 1).addr_(b, c))
        fam.case("addbmm_", t(3, 5), t(2, 3, 4), t(2, 4, 5), fn=lambda a, b, c: (a * 1).addbmm_(b, c), tol=2)
    scaled = dict(beta=0.5, alpha=2.0)
    for dtype in (f64, c128):
        t = lambda *s: u(*s, dtype=dtype)
        fam.case("addbmm", t(5), t(2, 3, 4), t(2, 4, 5), second=True, **scaled)
        fam.case("addr", t(4), t(3), t(4), second=True, **scaled)
        fam.case("addr", t(), t(3).sliced, t(4).sliced, **scaled)
        fam.case("kron", t(2, 3), t(3, 2), second=True, tag="second")
        fam.case("linalg_vecdot", t(2, 3), t(2, 3), fn=torch.linalg.vecdot, second=True)
        fam.case("linalg_vecdot", t(3), t(3), fn=torch.linalg.vecdot)
        fam.case("linalg_vecdot", t(2, 3, 4), t(3, 1), fn=torch.linalg.vecdot, dim=1)
        fam.case("linalg_cross", t(3, 2), t(3, 2), fn=torch.linalg.cross, dim=0, second=True)
        fam.case("linalg_cross", t(2, 1, 3), t(4, 3).T.copy(shape=[1, 4, 3], strides=[12, 1, 4]), fn=torch.linalg.cross)
        if dtype == f64:
            fam.case("bilinear", t(2, 4, 3), t(2, 4, 5), t(6, 3, 5), t(6), fn=F.bilinear, second=True)
            fam.case("bilinear", t(3), t(5), t(6, 3, 5), None, fn=F.bilinear)
        fam.case("linalg_multi_dot", [t(2, 3), t(3, 5), t(5, 1)], fn=torch.linalg.multi_dot, second=True)
        fam.case("linalg_multi_dot", [t(3), t(3, 5), t(5)], fn=torch.linalg.multi_dot)
        fam.case("linalg_multi_dot", [t(3), t(3, 5), t(5, 4), t(4, 2)], fn=torch.linalg.multi_dot)
        fam.case("linalg_multi_dot", [t(3), t(3)], fn=torch.linalg.multi_dot)
        fam.case("linalg_multi_dot", [t(7, 2), t(2, 6), t(6, 3), t(3, 4), t(4, 1)], fn=torch.linalg.multi_dot)
    fam.case("addr", v([nan] * 4, dtype=f32).const, u(3), u(4), beta=0.0, alpha=1.0)
    fam.case("addr", u(3, 4, dtype=i64), u(3), u(4))
    fam.case("addr", u(3, 4, dtype=b8), u(3, dtype=b8), u(4, dtype=b8))
    fam.case("addbmm", v([nan] * 5, dtype=f32).const, u(2, 3, 4), u(2, 4, 5), beta=0.0, alpha=1.0)
    for b, n, k, m in ((0, 3, 4, 5), (2, 0, 4, 5), (2, 3, 0, 5), (2, 3, 4, 0)):
        fam.case("addbmm", u(n, m), u(b, n, k), u(b, k, m), **scaled)
    for a, b in (((), (2, 3)), ((3,), (2, 2)), ((2, 2, 2), (3,)), ((0, 2), (2, 2)), ((2, 3), ())):
        fam.case("kron", u(*a), u(*b))
    fam.case("kron", u(2, 2, dtype=i64), u(2, 2))
    fam.case("trace", u(0, 3))
    fam.case("trace", u(4, 3).T)
    fam.case("cross", u(3, 4), u(3, 4), fn=lambda a, b: torch.cross(a, b, dim=0))
    fam.case("cross", u(2, 3, 3), u(2, 3, 3), dim=2)
    fam.case("linalg_cross", v([[nan, 0, inf], [-0.0, 1, 2]], dtype=f64), v([[1, 2, 3], [0.0, 5, -inf]], dtype=f64), fn=torch.linalg.cross)
    fam.case("linalg_cross", u(0, 3), u(0, 3), fn=torch.linalg.cross)
    for a, b in (((2, 4), (2, 4)), ((3,), (2, 3)), ((3,), (1,)), ((), ())):
        fam.case("linalg_cross", u(*a), u(*b), fn=torch.linalg.cross, throws=True)
    fam.case("addr", u(3), u(3), u(4), throws=True)
    fam.case("addr", u(3, 4), u(3, 1), u(4), throws=True)
    fam.case("addbmm", u(3, 5), u(2, 3, 4), u(3, 4, 5), throws=True)
    fam.case("addbmm", u(3, 4), u(2, 3, 4), u(2, 4, 5), throws=True)
    fam.case("trace", u(3), throws=True)
    fam.case("linalg_vecdot", u(2), u(3), fn=torch.linalg.vecdot, throws=True)
    fam.case("linalg_vecdot", u(3, dtype=i64), u(3, dtype=i64), fn=torch.linalg.vecdot, throws=True)
    fam.case("linalg_multi_dot", [u(2, 3)], fn=torch.linalg.multi_dot, throws=True)
    fam.case("linalg_multi_dot", [u(2, 3), u(4, 2)], fn=torch.linalg.multi_dot, throws=True)
    fam.case("linalg_multi_dot", [u(2, 3), u(3), u(3, 2)], fn=torch.linalg.multi_dot, throws=True)
    fam.case("bilinear", u(2, 3), u(2, 5), u(6, 3, 4), u(6), fn=F.bilinear, throws=True)
    fam.case("bilinear", u(2, 3), u(3, 5), u(6, 3, 5), u(6), fn=F.bilinear, throws=True)
    for dtype in (f64, c128):
        t = lambda *s: u(*s, dtype=dtype)
        for name, inputs, out in (("mv", [t(3, 4), t(4)], 3), ("dot", [t(4), t(4)], 0), ("vdot", [t(4), t(4)], 0),
                                  ("outer", [t(3), t(2)], 0), ("inner", [t(3, 2), t(4, 2)], 0), ("kron", [t(2, 2), t(2, 1)], 0)):
            fn = getattr(torch, name)
            fam.case(name + "_out", *inputs, fn=fn, grad=False)


def add_distances(fam):
    for p in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, inf):
        for dtype in (f32, f64):
            t = lambda *s: u(*s, dtype=dtype)
            fam.case("cdist", t(4, 3), t(5, 3), p=p, tol=4)
            fam.case("cdist", t(2, 1, 4, 3), t(3, 5, 3), p=p, tol=4)
            fam.case("pdist", t(5, 3), fn=F.pdist, p=p, tol=4)
        fam.case("cdist", u(4, 3).T, u(5, 3).sliced, p=p, tol=4)
        # no distance, and ties
        fam.case("cdist", v([[0, 0], [1, 1], [1, -1]], dtype=f64), v([[0, 0], [1, 1], [2, 0], [1, 0]], dtype=f64), p=p, tag="zero")
        fam.case("pdist", v([[0, 0], [1, 1], [0, 0], [1, 0]], dtype=f64), fn=F.pdist, p=p, tag="zero")
        for a, b in (((0, 3), (5, 3)), ((4, 3), (0, 3)), ((4, 0), (5, 0)), ((0, 4, 3), (5, 3))):
            fam.case("cdist", u(*a), u(*b), p=p)
        for n in (0, 1, 2):
            fam.case("pdist", u(n, 3), fn=F.pdist, grad=n > 1, p=p)
        fam.case("pairwise_distance", u(4, 3, dtype=f64), u(4, 3, dtype=f64), fn=F.pairwise_distance, p=p, eps=1e-6, keepdim=p > 1)
    fam.case("pdist", v([[nan, 0], [inf, 1], [-inf, 2]], dtype=f64).const, fn=F.pdist, p=inf, grad=False, tag="nan")
    for p in (1.0, 2.0):  # of order inf, PyTorch's cdist passes over NaN
        fam.case("cdist", v([[nan, 0], [inf, 1], [-inf, 2]], dtype=f64).const, v([[1, 2], [inf, 0]], dtype=f64).const, p=p, grad=False, tag="nan")
    for mode in ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist"):
        which = ["use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist"].index(mode)
        fn = lambda a, b, p, mode: torch.cdist(a, b, p, ["use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist"][mode])
        fam.case("cdist", u(4, 3, dtype=f64), u(5, 3, dtype=f64), fn=fn, p=2.0, mode=which, tol=4)
        fam.case("cdist", u(30, 3, dtype=f64), u(5, 3, dtype=f64), fn=fn, p=2.0, mode=which, tol=100)
        fam.case("cdist", v([[0, 0], [1, 1], [1, -1]], dtype=f64), v([[0, 0], [1, 1], [2, 0], [1, 0]], dtype=f64), fn=fn, p=2.0, mode=which, tag="zero")
    for a, b in (((3,), (4, 3)), ((4, 3), (3,)), ((4, 3), (4, 2)), ((2, 4, 3), (3, 4, 3))):
        fam.case("cdist", u(*a), u(*b), p=2.0, throws=True)
    fam.case("cdist", u(4, 3), u(4, 3), p=-1.0, throws=True)
    fam.case("cdist", u(4, 3, dtype=i64), u(4, 3, dtype=i64), p=2.0, throws=True)
    fam.case("pdist", u(3), fn=F.pdist, p=2.0, throws=True)
    for dim in (0, 1, -1):
        fam.case("cosine_similarity", u(4, 3, dtype=f64), u(4, 3, dtype=f64), dim=dim, eps=1e-8, second=True)
    fam.case("cosine_similarity", u(2, 1, 3), u(4, 3), dim=-1, eps=1e-8)
    fam.case("cosine_similarity", u(2, 3), u(2, 3), dim=1, eps=10.0)
    fam.case("cosine_similarity", v([[0, 0], [1e-9, 0], [1, 2]], dtype=f64), v([[1, 0], [1, 1], [0, 0]], dtype=f64), dim=1, eps=1e-8, tag="short")
    fam.case("pairwise_distance", u(3), u(3), fn=F.pairwise_distance, p=2.0, eps=1e-6, keepdim=False)
    fam.case("pairwise_distance", u(1, 3), u(4, 3), fn=F.pairwise_distance, p=2.0, eps=0.0, keepdim=True)


def add(fam):
    add_products(fam)
    add_distances(fam)
