# SPDX-License-Identifier: Apache-2.0
"""Indexing: basic and advanced, gather and scatter, masks, embedding, sort and topk."""

import torch
import torch.nn.functional as F

from edges import ask, edges
from golden import b8, bf16, c64, d, f16, f32, f64, i32, i64, s, u, u8, v


def parse(index, tensors):
    """"1, :, 0:4:2, None, ..., T" -> an index; each T takes the next tensor."""
    tensors, parts = list(tensors), []
    for token in index.split(","):
        token = token.strip()
        if token == "T":
            parts.append(tensors.pop(0))
        elif token == "...":
            parts.append(Ellipsis)
        elif token in ("None", "True", "False"):
            parts.append({"None": None, "True": True, "False": False}[token])
        elif ":" in token:
            parts.append(slice(*[int(p) if p else None for p in token.split(":")]))
        else:
            parts.append(int(token))
    return tuple(parts)


def get(x, *indices, index):
    return x[parse(index, indices)]


def put(x, value, *indices, index, accumulate=False):
    key, out = parse(index, indices), x.clone()
    if accumulate:
        return out.index_put(key, value, accumulate=True)
    out[key] = value
    return out


MASK = v([1, 0, 1, 1], dtype=b8)
BASIC = ["1", "-1", ":", "...", "0:3:2", "1, :, 2", "..., -1", "None, 1", ":, None, 0", "::2, 1:, ::3",
         "1, 2, 3", "2:1", "-3:-1", "..., None", ":, ..., 1", "True", "False"]


def add_index(fam):
    x = u(4, 3, 5)
    for index in BASIC:
        fam.case("index", x, fn=get, index=index)
    fam.case("index", u(5, 3, 4).T, fn=get, index="1:, 0, ::2")
    rows, cols, deps = v([3, 0, -1, 3]), v([0, 2, 1, 0]), v([4, -5, 0, 1])
    table = v([[0, 3], [1, 1]])
    for index, tensors in (("T", [rows]), (":, T", [cols]), ("..., T", [deps]), ("T, T", [rows, cols]),
                           ("T, T, T", [rows, cols, deps]), ("T, :, T", [rows, deps]), ("T", [table]),
                           (":, T, T", [cols, deps]), ("1, T", [cols]), ("1:, T, ::2", [cols]),
                           ("None, T", [rows]), ("T, None, T", [rows, cols]), ("T, 1", [table]),
                           ("T, T", [v([[0], [2]]), cols]), ("T", [v([])]), ("T", [MASK]),
                           ("T, 1", [MASK]), ("T, T", [v([0, 1, 0, 1], dtype=b8), v([2, 0])]),
                           (":, T", [v([0, 1, 1], dtype=b8)]), ("T", [u(4, 3, dtype=b8)]),
                           ("T", [u(4, 3, 5, dtype=b8)]), ("T", [v([1, 2], dtype=i32)]),
                           ("T", [v([0] * 4, dtype=b8)]), ("T", [v(2, shape=[])])):
        fam.case("index", x, *tensors, fn=get, index=index)
    for dtype in (f64, bf16, i64, b8, c64):
        fam.case("index", u(4, 3, dtype=dtype).T, v([2, 0, 2]), fn=get, index="T")
    fam.case("index", u(4, 3).sliced, v([2, 0, 2]), fn=get, index="T, 1:")
    for index, tensors in (("4", []), ("-5", []), ("0, 0, 0, 0", []), ("T", [v([4])]),
                           ("T", [v([0, 1, 1], dtype=b8)]), ("T, T", [v([0, 1]), v([0, 1, 2])]),
                           ("T", [u(2)])):
        fam.case("index", x, *tensors, fn=get, index=index, throws=True)

    for index, shape, tensors in (("1", (3, 5), []), (":, 1", (5,), []), ("..., ::2", (1, 3), []),
                                  ("T", (4, 3, 5), [v([3, 0, 1, 2])]), ("T", (), [v([3, 0])]),
                                  ("T, :, T", (2, 3), [v([3, 0]), v([1, 4])]),
                                  ("1:3, T", (2, 2, 5), [v([2, 0])]), ("T", (2, 3, 5), [v([1, 1, 0, 0], dtype=b8)]),
                                  ("T", (), [u(4, 3, 5, dtype=b8)]), ("T", (0, 3, 5), [v([])])):
        fam.case("index_put", x, u(*shape), *tensors, fn=put, index=index, accumulate=False)
    for index, shape, tensors in (("T", (4, 3, 5), [v([1, 1, 0, -3])]), ("T", (), [v([3, 3])]),
                                  ("T, T", (3, 1), [v([0, 0, 0]), v([1, 1, 2])])):
        fam.case("index_put", x, u(*shape), *tensors, fn=put, index=index, accumulate=True)
        fam.case("index_put", u(4, 3, 5, dtype=f64).T, u(*shape, dtype=f64), *tensors, fn=put, index=index,
                 accumulate=True)
    fam.case("index_put", u(4, dtype=i64), u(2, dtype=i64), v([1, 1]), fn=put, index="T", accumulate=True)
    fam.case("index_put", x, u(4), v([1, 2]), fn=put, index="T", accumulate=False, throws=True)
    fam.case("index_put", x, u(5), v([9]), fn=put, index="T", accumulate=False, throws=True)


def add_select(fam):
    x = u(4, 3, 5)
    for dim, index in ((0, [2, 0, 2]), (1, [2, 1]), (-1, [4, 0, 0, 1]), (0, [])):
        fam.case("index_select", x, v(index), fn=lambda t, i, dim: torch.index_select(t, dim, i), dim=dim)
        fam.case("index_select", u(4, 3, 5).T, v(index, dtype=i32), dim=dim,
                 fn=lambda t, i, dim: torch.index_select(t, dim, i))
    fam.case("index_select", x, v([3]), fn=lambda t, i, dim: torch.index_select(t, dim, i), dim=1, throws=True)
    for dim in (0, 1, -1):
        shape = {0: (2, 3, 5), 1: (4, 2, 4), -1: (3, 3, 2)}[dim]
        index = u(*shape, dtype=i64, lo=0, hi=2)
        args = dict(dim=dim)
        fam.case("gather", x, index, fn=lambda t, i, dim: torch.gather(t, dim, i), **args)
        fam.case("gather", u(4, 3, 5).T, index, fn=lambda t, i, dim: torch.gather(t, dim, i), **args)
        fam.case("scatter_add", x, index, u(*shape), fn=lambda t, i, s, dim: torch.scatter_add(t, dim, i, s), **args)
        fam.case("scatter_add", u(4, 3, 5, dtype=f64).T, index, u(*shape, dtype=f64).T,
                 fn=lambda t, i, s, dim: torch.scatter_add(t, dim, i, s), **args)
        fam.case("scatter_value", x, index, fn=lambda t, i, dim, value: torch.scatter(t, dim, i, value),
                 value=1.5, **args)
    fam.case("gather", u(0, 3), u(0, 3, dtype=i64), fn=lambda t, i, dim: torch.gather(t, dim, i), dim=0)
    fam.case("gather", u(), v(0, shape=[]), fn=lambda t, i, dim: torch.gather(t, dim, i), dim=0)
    fam.case("gather", u(3), v([3]), fn=lambda t, i, dim: torch.gather(t, dim, i), dim=0, throws=True)
    fam.case("gather", u(3), v([[0]]), fn=lambda t, i, dim: torch.gather(t, dim, i), dim=0, throws=True)
    fam.case("gather", u(3), u(1), fn=lambda t, i, dim: torch.gather(t, dim, i), dim=0, throws=True)
    scatter = lambda t, i, src, dim: torch.scatter(t, dim, i, src)
    fam.case("scatter", u(3, 5), v([[0, 1, 2, 0, 1], [2, 0, 0, 1, 2]]), u(2, 5), fn=scatter, dim=0)
    fam.case("scatter", u(3, 5), v([[0, 4, 2], [3, 1, 0]]), u(3, 4).const, fn=scatter, dim=1)
    fam.case("scatter", u(3, 5).T, v([[0, 4, 2], [3, 1, 0]]), u(2, 3).T, fn=scatter, dim=-1)
    fam.case("scatter", u(3, 5, dtype=i64), v([[0, 4]]), u(1, 2, dtype=i64), fn=scatter, dim=1)
    fam.case("scatter", u(3, 5), v([[5]]), u(1, 1), fn=scatter, dim=1, throws=True)
    fam.case("scatter_add", u(3), v([1, 1, 1, -4]), u(4), dim=0, throws=True,
             fn=lambda t, i, s, dim: torch.scatter_add(t, dim, i, s))
    for dim in (0, 1):
        fam.case("index_add", u(3, 4), v([1, 1, 0]), u(*((3, 4) if dim == 0 else (3, 3))), dim=dim, alpha=2,
                 fn=lambda t, i, s, dim, alpha: torch.index_add(t, dim, i, s, alpha=alpha))
    fam.case("index_copy", u(3, 4), v([2, 0]), u(2, 4), dim=0,
             fn=lambda t, i, s, dim: torch.index_copy(t, dim, i, s))
    fam.case("index_fill", u(3, 4), v([2, 0]), dim=0, value=1.5,
             fn=lambda t, i, dim, value: torch.index_fill(t, dim, i, value))
    fam.case("take_along_dim", u(3, 4), u(3, 2, dtype=i64, lo=0, hi=3),
             fn=lambda t, i, dim: torch.take_along_dim(t, i, dim), dim=1)


def add_masks(fam):
    for dtype in (f32, f64, bf16, i64, b8):
        fam.case("masked_fill", u(3, 4, dtype=dtype), u(4, dtype=b8), value=1,
                 fn=lambda t, m, value: torch.masked_fill(t, m, value))
    fill = lambda t, m, value: torch.masked_fill(t, m, value)
    fam.case("masked_fill", u(3, 4).T, u(3, 4, dtype=b8), value=float("-inf"), fn=fill)
    fam.case("masked_fill", u(3), u(3), value=1.0, fn=fill, throws=True)
    fam.case("masked_fill", u(3), u(4, dtype=b8), value=1.0, fn=fill, throws=True)
    fam.case("masked_fill_tensor", u(3, 4), u(3, 4, dtype=b8), u(), fn=torch.masked_fill)
    for a, m in ((u(3, 4), u(3, 4, dtype=b8)), (u(3, 4).T, u(4, dtype=b8)), (u(4), u(3, 4, dtype=b8)),
                 (u(5, dtype=i64), u(5, dtype=b8)), (u(0), u(0, dtype=b8)), (u(), u(dtype=b8))):
        fam.case("masked_select", a, m)
    fam.case("masked_select", u(3), u(4, dtype=b8), throws=True)
    for sp in (u(3, 4, dtype=i64, lo=-1, hi=1), u(3, 4, dtype=b8).T, s(20), u(0, 2), u(), u(2, 2, 2, dtype=b8)):
        fam.case("nonzero", sp, grad=False)
    fam.case("argwhere", u(3, 4, dtype=b8))
    for classes in (-1, 6):
        fam.case("one_hot", u(2, 3, dtype=i64, lo=0, hi=4), fn=F.one_hot, num_classes=classes)
    fam.case("one_hot", v([1, 5]), fn=F.one_hot, num_classes=4, throws=True)
    fam.case("one_hot", v([-1]), fn=F.one_hot, num_classes=4, throws=True)


def add_embedding(fam):
    for index in (u(2, 3, dtype=i64, lo=0, hi=6), u(5, dtype=i32, lo=0, hi=6), v([]), v(3, shape=[])):
        for padding in (-1, 2):
            fam.case("embedding", u(7, 4), index, padding_idx=padding,
                     fn=lambda w, i, padding_idx: torch.embedding(w, i, padding_idx))
    fam.case("embedding", u(7, 4, dtype=bf16), u(2, 3, dtype=i64, lo=0, hi=6), padding_idx=-1,
             fn=lambda w, i, padding_idx: torch.embedding(w, i, padding_idx))
    fam.case("embedding_freq", u(4, 3), v([1, 1, 3, 1, 0]), fn=lambda w, i: F.embedding(i, w, scale_grad_by_freq=True))
    for bad in (v([7]), v([-1]), u(2)):
        fam.case("embedding", u(7, 4), bad, padding_idx=-1, throws=True,
                 fn=lambda w, i, padding_idx: torch.embedding(w, i, padding_idx))


def add_sort(fam):
    for dim in (0, 1, -1):
        for descending in (False, True):
            attrs = dict(dim=dim, descending=descending)
            for sp in (d(4, 3, 5), d(4, 3, 5).T, d(3, 5, 4).sliced, d(3, 4, 2, dtype=f64), d(3, 6, 2, dtype=i64),
                       d(3, 4, dtype=bf16)):
                if not (sp.dtype == bf16 and dim == -1):
                    fam.case("sort", sp, **attrs)
                    fam.case("argsort", sp, grad=False, **attrs)
            for k in (1, 3):
                fam.case("topk", d(4, 3, 5), fn=lambda t, k, dim, largest: torch.topk(t, k, dim, largest),
                         k=k, dim=dim, largest=descending)
    fam.case("sort", v([3, 1, float("nan"), 2, float("-inf"), float("inf")], dtype=f32), dim=0, descending=False)
    fam.case("sort", v([3, 1, float("nan"), 2, float("-inf"), float("inf")], dtype=f32), dim=0, descending=True)
    fam.case("sort", v([2, 1, 2, 1, 1, 2, 0] * 5), fn=lambda t, dim, descending, stable:
             torch.sort(t, dim=dim, descending=descending, stable=stable), dim=0, descending=False, stable=True)
    fam.case("sort", v([2, 1, 2, 1, 1, 2, 0] * 5), fn=lambda t, dim, descending, stable:
             torch.sort(t, dim=dim, descending=descending, stable=stable), dim=0, descending=True, stable=True)
    for sp in (u(), d(1), u(0, 3)):
        fam.case("sort", sp, dim=0, descending=False)
    topk = lambda t, k, dim, largest: torch.topk(t, k, dim, largest)
    fam.case("topk", d(257), fn=topk, k=10, dim=0, largest=True)
    fam.case("topk", d(60, dtype=i64), fn=topk, k=60, dim=0, largest=False)
    fam.case("topk", d(5), fn=topk, k=0, dim=0, largest=True)
    fam.case("topk", d(5), fn=topk, k=6, dim=0, largest=True, throws=True)
    fam.case("sort", d(5), dim=1, descending=False, throws=True)
    fam.case("kthvalue", d(3, 5), k=2, dim=1)


def add_edges(fam):
    whole = lambda *shape, hi=0: u(*shape, dtype=i64, lo=0, hi=hi)
    for x in edges(d):
        like, n = x.const, len(x.shape)
        for dim in (0, 1, -1):
            rows = list(x.shape)
            if n and dim < n:
                rows[dim] = 2
            for count in (0, 2):
                index, shape = whole(count), list(rows)
                if n and dim < n:
                    shape[dim] = count
                ask(fam, "index_select", x, index, dim=dim, fn=lambda t, i, dim: torch.index_select(t, dim, i))
                if not (count and n and dim < n and x.shape[dim] == 0):
                    ask(fam, "index_add", x, index, d(*shape), dim=dim, alpha=2,
                        fn=lambda t, i, s, dim, alpha: torch.index_add(t, dim, i, s, alpha=alpha))
                ask(fam, "index_fill", x, index, dim=dim, value=1.5,
                    fn=lambda t, i, dim, value: torch.index_fill(t, dim, i, value))
            ask(fam, "index_copy", x, whole(1), d(*[1 if k == dim % max(n, 1) else m for k, m in enumerate(x.shape)]),
                dim=dim, fn=lambda t, i, s, dim: torch.index_copy(t, dim, i, s))
            index = whole(*rows)
            ask(fam, "gather", x, index, dim=dim, fn=lambda t, i, dim: torch.gather(t, dim, i))
            if n:
                ask(fam, "take_along_dim", x, index, dim=dim, fn=lambda t, i, dim: torch.take_along_dim(t, i, dim))
            ask(fam, "scatter_add", x, index, d(*rows), dim=dim,
                fn=lambda t, i, s, dim: torch.scatter_add(t, dim, i, s))
            ask(fam, "scatter_value", x, index, dim=dim, value=1.5,
                fn=lambda t, i, dim, value: torch.scatter(t, dim, i, value))
            for descending in (False, True):
                ask(fam, "sort", x, dim=dim, descending=descending)
                ask(fam, "argsort", like, dim=dim, descending=descending)
                for k in (0, 1, 3):
                    ask(fam, "topk", x, k=k, dim=dim, largest=descending,
                        fn=lambda t, k, dim, largest: torch.topk(t, k, dim, largest))
            ask(fam, "kthvalue", x, k=1, dim=dim)
        mask = x.copy(dtype=b8, requires_grad=False, low=0, high=1, formula=0)
        ask(fam, "masked_fill", x, mask, value=1.5, fn=lambda t, m, value: torch.masked_fill(t, m, value))
        ask(fam, "masked_fill_tensor", x, mask, u(), fn=torch.masked_fill)
        ask(fam, "masked_select", x, mask)
        if n:
            ask(fam, "masked_select", x, u(dtype=b8))
        for op in ("nonzero", "argwhere"):
            ask(fam, op, mask)
        for text in ("...", "None", "T", "T, T", "..., T"):
            for count in (0, 2) if "T" in text else (0,):
                ask(fam, "index", x, *[whole(count)] * text.count("T"), fn=get, index=text)
            ask(fam, "index_put", x, u(), *[whole(2)] * text.count("T"), fn=put, index=text, accumulate=False)
        ask(fam, "index", x, mask, fn=get, index="T")
        ask(fam, "index_put", x, u(), mask, fn=put, index="T", accumulate=False)
        ask(fam, "embedding", u(4, 3), x.copy(dtype=i64, requires_grad=False, low=0, high=3, formula=0), padding_idx=-1,
            fn=lambda w, i, padding_idx: torch.embedding(w, i, padding_idx))
    for table in (u(0, 3), u(3, 0), u(3)):
        for index in (whole(), whole(0), whole(2)):
            ask(fam, "embedding", table, index, padding_idx=-1,
                fn=lambda w, i, padding_idx: torch.embedding(w, i, padding_idx))
    for index in (whole(), whole(0), whole(2, 0)):
        for classes in (-1, 3):
            ask(fam, "one_hot", index, fn=F.one_hot, num_classes=classes)


def add(fam):
    add_index(fam)
    add_select(fam)
    add_masks(fam)
    add_embedding(fam)
    add_sort(fam)
    add_edges(fam)
