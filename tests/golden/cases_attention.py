# SPDX-License-Identifier: Apache-2.0
"""Scaled dot-product attention as a function."""

import torch.nn.functional as F

from golden import b8, bf16, f32, f64, u, v


def add(fam):
    def run(q, k, v, mask, **attrs):
        return F.scaled_dot_product_attention(q, k, v, mask, **attrs)

    usual = dict(dropout_p=0.0, is_causal=False, scale=None)
    q, k, val = (2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4)
    for dtype in (f32, f64, bf16):
        make = lambda shape: u(*shape, dtype=dtype)
        fam.case("scaled_dot_product_attention", make(q), make(k), make(val), None, fn=run, **usual)
        fam.case("scaled_dot_product_attention", make(q), make(k), make(val), u(3, 5, dtype=dtype).const, fn=run, **usual)
    for shape in ((3, 5), (2, 1, 3, 5), (2, 1, 1, 5)):
        mask = v([1, 0, 1, 1, 1] * (shape[0] * 3 if shape[0] == 2 and shape[2] == 3 else shape[0]), dtype=b8,
                 shape=list(shape))
        fam.case("scaled_dot_product_attention", u(*q), u(*k), u(*val), mask, fn=run, **usual)
    fam.case("scaled_dot_product_attention", u(2, 2, 4, 4), u(2, 2, 4, 4), u(2, 2, 4, 4), None, fn=run,
             **{**usual, "is_causal": True})
    fam.case("scaled_dot_product_attention", u(*q), u(*k), u(*val), None, fn=run, **{**usual, "is_causal": True})
    fam.case("scaled_dot_product_attention", u(*q), u(*k), u(*val), None, fn=run, **{**usual, "scale": 0.3})
    fam.case("scaled_dot_product_attention", u(2, 3, 4), u(2, 5, 4), u(2, 5, 6), None, fn=run, **usual)
    fam.case("scaled_dot_product_attention", u(*q).permuted(0, 2, 1, 3), u(*k).permuted(0, 2, 1, 3),
             u(*val).permuted(0, 2, 1, 3), None, fn=run, **usual)
    fam.case("scaled_dot_product_attention", u(1, 1, 40, 8), u(1, 1, 40, 8), u(1, 1, 40, 8), None, fn=run,
             **{**usual, "is_causal": True})
    fam.case("scaled_dot_product_attention", u(2, 2, 3, 4), u(2, 2, 5, 3), u(2, 2, 5, 3), None, fn=run, throws=True, **usual)
    fam.case("scaled_dot_product_attention", u(*q), u(*k), u(*val), u(3, 5).const, fn=run, throws=True,
             **{**usual, "is_causal": True})
    fam.case("scaled_dot_product_attention", u(*q), u(*k), u(*val), u(3, 4).const, fn=run, throws=True, **usual)
