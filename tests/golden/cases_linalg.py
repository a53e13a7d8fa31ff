# SPDX-License-Identifier: Apache-2.0
"""Matrix products."""

import torch
import torch.nn.functional as F

from edges import IMAGE, ask, edges
from golden import bf16, c64, c128, f16, f32, f64, i32, i64, s, u, v


def add(fam):
    dot = ((3,), (3,))
    shapes = [dot, ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 2, 3), (3, 4)),
              ((2, 3), (5, 3, 4)), ((2, 1, 2, 3), (4, 3, 2)), ((5, 2, 3), (3,)), ((3,), (5, 3, 2)), ((1, 1), (1, 1)),
              ((2, 0), (0, 3)), ((0, 2), (2, 3)), ((0, 2, 3), (0, 3, 2)), ((17, 19), (19, 23))]
    for a, b in shapes:
        fam.case("matmul", u(*a), u(*b))
    fam.case("matmul", u(3, 4).T, u(4, 5).T)
    fam.case("matmul", u(3, 4).sliced, u(4, 5).sliced)
    fam.case("matmul", u(3, 4).expanded(0), u(4, 2))
    fam.case("matmul", u(2, 3, 4).permuted(0, 2, 1), u(2, 4, 5).permuted(1, 0, 2))
    for dtype in (f64, bf16, f16, i64, i32, c64, c128):
        fam.case("matmul", u(3, 4, dtype=dtype), u(4, 5, dtype=dtype))
    fam.case("matmul", s(3, 4), u(4, 2), grad=False)
    for a, b in (((2, 3), (2, 3)), ((), (3,)), ((2, 3, 4), (3, 4, 5)), ((3,), (4,))):
        fam.case("matmul", u(*a), u(*b), throws=True)
    fam.case("matmul", u(2, 3), u(3, 2, dtype=f64), throws=True)
    for dtype in (f32, f64, bf16):
        fam.case("mm", u(3, 4, dtype=dtype), u(4, 5, dtype=dtype))
        fam.case("bmm", u(2, 3, 4, dtype=dtype), u(2, 4, 5, dtype=dtype))
        fam.case("addmm", u(5, dtype=dtype), u(3, 4, dtype=dtype), u(4, 5, dtype=dtype))
        fam.case("linear", u(2, 3, 4, dtype=dtype), u(5, 4, dtype=dtype), u(5, dtype=dtype), fn=F.linear)
    fam.case("mm", u(3, 4).T, u(4, 5).sliced)
    fam.case("mm", u(2, 3, 4), u(4, 5), throws=True)
    fam.case("mm", u(2, 3), u(2, 3), throws=True)
    fam.case("bmm", u(2, 3, 4).T, u(2, 4, 5).permuted(0, 2, 1))
    fam.case("bmm", u(0, 3, 4), u(0, 4, 5))
    fam.case("bmm", u(2, 3, 4), u(3, 4, 5), throws=True)
    fam.case("addmm", u(3, 5), u(3, 4), u(4, 5), beta=0.5, alpha=2.0)
    fam.case("addmm", u(3, 1), u(3, 4).T, u(4, 5).T, beta=1.0, alpha=-1.5)
    fam.case("addmm", v([float("nan")] * 5, dtype=f32).const, u(3, 4), u(4, 5), beta=0.0, alpha=1.0)
    fam.case("addmm", u(3, 5, dtype=i64), u(3, 4, dtype=i64), u(4, 5, dtype=i64), beta=2, alpha=3)
    fam.case("addmm", u(4), u(3, 4), u(4, 5), throws=True)
    fam.case("baddbmm", u(2, 3, 5), u(2, 3, 4), u(2, 4, 5), beta=0.5, alpha=2.0)
    for x in (u(4), u(3, 4), u(2, 3, 4).T, u(0, 4), u(2, 2, 3, 4)):
        fam.case("linear", x, u(5, 4), None, fn=F.linear)
        fam.case("linear", x, u(5, 4).T, u(5), fn=F.linear)
    fam.case("linear", u(3, 4), u(5, 3), u(5), fn=F.linear, throws=True)
    fam.case("linear", u(3, 4), u(5, 4), u(4), fn=F.linear, throws=True)
    fam.case("mv", u(3, 4).T, u(4).sliced)
    for dtype in (f32, f64, i64, c64):
        fam.case("dot", u(7, dtype=dtype), u(7, dtype=dtype).sliced)
        fam.case("outer", u(3, dtype=dtype), u(4, dtype=dtype))
    fam.case("dot", u(0), u(0))
    fam.case("dot", u(3), u(4), throws=True)
    fam.case("dot", u(3, 1), u(3), throws=True)
    fam.case("outer", u(3, 1), u(3), throws=True)
    image, other = u(*IMAGE).channels_last, u(2, 3, 5, 4).channels_last
    for x in edges(u):
        for y in edges(u) + [u(3), u(3, 2), other]:
            ask(fam, "matmul", x, y)
            ask(fam, "linear", x, y, None, fn=F.linear)
    for n, k, m in ((0, 3, 2), (2, 0, 3), (2, 3, 0), (0, 0, 0)):
        ask(fam, "mm", u(n, k), u(k, m))
        ask(fam, "bmm", u(2, n, k), u(2, k, m))
        ask(fam, "mv", u(n, k), u(k))
        ask(fam, "outer", u(n), u(m))
        ask(fam, "linear", u(n, k), u(m, k), u(m), fn=F.linear)
        for beta in (0.0, 0.5):
            ask(fam, "addmm", u(n, m), u(n, k), u(k, m), beta=beta, alpha=2.0)
            ask(fam, "addmm", u(), u(n, k), u(k, m), beta=beta, alpha=2.0)
            ask(fam, "baddbmm", u(2, n, m), u(2, n, k), u(2, k, m), beta=beta, alpha=2.0)
    for op in ("mm", "bmm", "mv", "dot", "outer"):
        ask(fam, op, u(), u())
        ask(fam, op, image, other)
