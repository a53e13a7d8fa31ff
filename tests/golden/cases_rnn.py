# SPDX-License-Identifier: Apache-2.0
"""Recurrent networks as functions and modules, and sequences of different lengths."""

import torch
from torch import nn
from torch.nn.utils import rnn

from golden import bf16, c64, c128, f16, f32, f64, i64, u, v

KINDS = {"rnn_tanh": 1, "rnn_relu": 1, "gru": 3, "lstm": 4}


def some(*shape, dtype=f32):
    return u(*shape, dtype=dtype, lo=-0.8, hi=0.8)


def weights(gates, inputs, hidden, layers, directions, biases, proj, dtype):
    state, out = proj or hidden, []
    for layer in range(layers):
        for _ in range(directions):
            out += [some(gates * hidden, inputs if layer == 0 else state * directions, dtype=dtype),
                    some(gates * hidden, state, dtype=dtype)]
            if biases:
                out += [some(gates * hidden, dtype=dtype), some(gates * hidden, dtype=dtype)]
            if proj:
                out.append(some(proj, hidden, dtype=dtype))
    return out


def network(fam, op, x, batch, batch_sizes=None, inputs=3, hidden=4, layers=1, bidirectional=False, biases=True,
            proj=0, dtype=f32, batch_first=False, **case):
    """One call of torch.<op>; packed with batch_sizes."""
    directions = 2 if bidirectional else 1
    states = [some(layers * directions, batch, proj or hidden, dtype=dtype)]
    if op == "lstm":
        states.append(some(layers * directions, batch, hidden, dtype=dtype))
    params = weights(KINDS[op], inputs, hidden, layers, directions, biases, proj, dtype)
    attrs = dict(has_biases=biases, num_layers=layers, dropout=0.0, train=True, bidirectional=bidirectional)
    call = getattr(torch, op)
    state_of = (lambda hx: hx) if op == "lstm" else (lambda hx: hx[0])
    if batch_sizes is None:
        fam.case(op, x, states, params, fn=lambda x, hx, w, **a: call(x, state_of(hx), w, *a.values()), **attrs,
                 batch_first=batch_first, **case)
    else:
        fam.case(op + ".packed", x, v(batch_sizes), states, params,
                 fn=lambda x, n, hx, w, **a: call(x, n, state_of(hx), w, *a.values()), **attrs, **case)


def add_networks(fam):
    for op in KINDS:
        for dtype in (f32, f64):
            network(fam, op, some(5, 2, 3, dtype=dtype), 2, dtype=dtype)
            network(fam, op, some(3, 2, 3, dtype=dtype), 2, layers=2, bidirectional=True, dtype=dtype)
            network(fam, op, some(6, 3, dtype=dtype), 3, [3, 2, 1], dtype=dtype)
        network(fam, op, some(3, 2, 3), 2, layers=2, biases=False)
        network(fam, op, some(2, 3, 3), 2, layers=2, batch_first=True)
        network(fam, op, some(3, 2, 3).T, 2)
        network(fam, op, some(4, 1, 3).sliced, 1, bidirectional=True)
        network(fam, op, some(6, 3), 3, [3, 2, 1], layers=2, bidirectional=True)
        network(fam, op, some(7, 3), 3, [3, 3, 1], bidirectional=True, biases=False)
        network(fam, op, some(2, 2, 3, dtype=f64), 2, dtype=f64, second=True)
        network(fam, op, some(3, 3, dtype=f64), 2, [2, 1], dtype=f64, bidirectional=True, second=True)
        network(fam, op, some(2, 0, 3), 0, layers=2)
        network(fam, op, some(1, 2, 1), 2, inputs=1, hidden=1)
        network(fam, op, some(3, 2, 5), 2, inputs=5, hidden=19)
        if op != "rnn_relu":
            # Single precision is not enough here: there are poles near these numbers.
            network(fam, op, some(3, 2, 3, dtype=c128), 2, dtype=c128, bidirectional=True)
        # PyTorch rounds after every operation.
        for dtype in (bf16, f16):
            network(fam, op, some(3, 2, 3, dtype=dtype), 2, dtype=dtype, tol=4)
        throwing = dict(throws=True)
        network(fam, op, some(0, 2, 3), 2, tag="no steps", **throwing)
        if KINDS[op] > 1:
            network(fam, op, some(2, 3), 2, tag="two dims", **throwing)
        network(fam, op, some(2, 2, 3), 2, layers=0, tag="no layers", **throwing)
        network(fam, op, some(2, 2, 3, dtype=f64), 2, tag="two types", **throwing)
        network(fam, op, some(6, 5), 3, [3, 2, 1], tag="input size", **throwing)
    for dtype in (f32, f64):
        for layers, both in ((1, False), (2, True)):
            network(fam, "lstm", some(3, 2, 3, dtype=dtype), 2, layers=layers, bidirectional=both, proj=2, dtype=dtype)
            network(fam, "lstm", some(6, 3, dtype=dtype), 3, [3, 2, 1], layers=layers, bidirectional=both, proj=2,
                    biases=False, dtype=dtype)
    network(fam, "lstm", some(2, 2, 3, dtype=f64), 2, proj=2, dtype=f64, second=True)
    network(fam, "gru", some(2, 2, 3), 3, tag="batch", throws=True)


def add_cells(fam):
    for op, gates in KINDS.items():
        def case(x, hidden, *biases, **more):
            dtype = x.dtype
            states = [some(x.shape[0], hidden, dtype=dtype) for _ in range(2 if op == "lstm" else 1)]
            cell = getattr(torch, op + "_cell")
            fam.case(op + "_cell", x, states, some(gates * 4, 3, dtype=dtype), some(gates * 4, 4, dtype=dtype),
                     *[some(gates * 4, dtype=dtype) if b else None for b in biases],
                     fn=lambda x, hx, *w: cell(x, hx if op == "lstm" else hx[0], *w), **more)
        for dtype in (f32, f64):
            case(some(2, 3, dtype=dtype), 4, True, True)
        case(some(2, 3), 4, False, False)
        case(some(2, 3), 4, False, True)
        case(some(0, 3), 4, True, True)
        case(some(2, 3, dtype=f64), 4, True, True, second=True, tag="second")
        case(some(2, 5), 4, True, True, throws=True)
        case(some(2, 3), 5, True, True, throws=True)
        case(some(2, 2, 3), 4, True, True, throws=True)


def flat(result):
    """Outputs and states one after another; a packed sequence's data."""
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, rnn.PackedSequence):
        return [result.data]
    return [t for part in result for t in flat(part)]


def add_modules(fam):
    small = dict(input_size=3, hidden_size=4)
    for name, states in (("RNN", 1), ("GRU", 1), ("LSTM", 2)):
        build, op = getattr(nn, name), "nn." + name
        state = lambda hx: hx if states == 2 else hx[0]
        run = lambda net, x, *hx: flat(net(x, state(hx)) if hx else net(x))
        packed = lambda net, x, lengths, *hx: flat(
            net(rnn.pack_padded_sequence(x, lengths, net.batch_first, enforce_sorted=False), *([state(hx)] if hx else [])))
        usual = dict(**small, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False)
        extra = [{"nonlinearity": "tanh"}, {"nonlinearity": "relu"}] if name == "RNN" else [{}]
        if name == "LSTM":
            extra = [{"proj_size": 0}, {"proj_size": 2}]
        for more in extra:
            sizes = (more.get("proj_size") or 4, 4)
            hx = lambda *lead: [some(*lead, n) for n in sizes[:states]]
            deep = {**usual, **more, "num_layers": 2, "bidirectional": True, "bias": False, "batch_first": True}
            fam.module(op, build, some(3, 2, 3), call=run, **usual, **more)
            fam.module(op, build, some(2, 3, 3), *hx(4, 2), call=run, **deep)
            fam.module(op, build, some(3, 3), call=run, **usual, **more)
            fam.module(op, build, some(3, 3), *hx(1), call=run, **usual, **more)
            fam.module(op + ".packed", build, some(4, 3, 3), v([2, 4, 3]), call=packed, **usual, **more)
            fam.module(op + ".packed", build, some(3, 4, 3), v([2, 4, 3]), *hx(4, 3), call=packed, **deep)
        for x in ((3, 2, 5), (3,), (1, 3, 2, 3)):
            fam.module(op, build, some(*x), call=run, throws=True, **usual, **extra[0])
        fam.module(op, build, some(3, 2, 3), *[some(1, 3, 4) for _ in range(states)], call=run, throws=True, **usual,
                   **extra[0])
        cell, op = getattr(nn, name + "Cell"), f"nn.{name}Cell"
        for more in ([{"nonlinearity": "tanh"}, {"nonlinearity": "relu"}] if name == "RNN" else [{}]):
            for bias in (True, False):
                attrs = dict(**small, bias=bias, **more)
                fam.module(op, cell, some(2, 3), call=run, **attrs)
                fam.module(op, cell, some(2, 3), *[some(2, 4) for _ in range(states)], call=run, **attrs)
                fam.module(op, cell, some(3), call=run, **attrs)
                fam.module(op, cell, some(3), *[some(4) for _ in range(states)], call=run, **attrs)
        attrs = dict(**small, bias=True, **({"nonlinearity": "tanh"} if name == "RNN" else {}))
        fam.module(op, cell, some(2, 2, 3), call=run, throws=True, **attrs)
        fam.module(op, cell, some(2, 5), call=run, throws=True, **attrs)


def add_sequences(fam):
    def pack(x, lengths, **attrs):
        return torch._pack_padded_sequence(x, lengths, **attrs)

    for first in (False, True):
        shape = lambda *rest: (3, 4, *rest) if first else (4, 3, *rest)
        for dtype in (f32, f64, bf16, c64, i64):
            fam.case("_pack_padded_sequence", u(*shape(2), dtype=dtype), v([4, 2, 1]), fn=pack, batch_first=first,
                     grad=not dtype.is_complex)
        fam.case("_pack_padded_sequence", u(*shape()), v([3, 3, 1]), fn=pack, batch_first=first)
        fam.case("_pack_padded_sequence", u(*shape(2, 2)).T, v([2, 2, 2]), fn=pack, batch_first=first)
        fam.case("_pack_padded_sequence", u(*shape(2), dtype=f64), v([4, 2, 1]), fn=pack, batch_first=first, second=True, tag="second")
    for lengths in ([4, 2], [4, 2, 0], [2, 4, 1]):
        fam.case("_pack_padded_sequence", u(4, 3, 2), v(lengths), fn=pack, batch_first=False, throws=True)
    fam.case("_pack_padded_sequence", u(4, 3, 0), v([4, 2, 1]), fn=pack, batch_first=False, throws=True)
    fam.case("_pack_padded_sequence", u(4), v([4]), fn=pack, batch_first=False, throws=True)
    fam.case("_pack_padded_sequence", u(4, 1), v([4], dtype=torch.int32), fn=pack, batch_first=False, throws=True)

    def pad(data, sizes, **attrs):
        return torch._pad_packed_sequence(data, sizes, *attrs.values())

    for first in (False, True):
        for dtype, padding in ((f32, 0.0), (f64, -1.5), (bf16, 2.0), (i64, 3)):
            for total in (0, 5):
                fam.case("_pad_packed_sequence", u(6, 2, dtype=dtype), v([3, 2, 1]), fn=pad, batch_first=first,
                         padding_value=padding, total_length=total)
        fam.case("_pad_packed_sequence", u(6), v([3, 3]), fn=pad, batch_first=first, padding_value=0.0, total_length=0)
    fam.case("_pad_packed_sequence", u(6, 2), v([3, 2, 1]), fn=pad, batch_first=False, padding_value=0.0, total_length=2,
             throws=True)

    def together(*tensors, **attrs):
        return torch._C._nn.pad_sequence(tensors[0], *attrs.values())

    for side in ("right", "left"):
        for first in (False, True):
            attrs = dict(batch_first=first, padding_value=0.5, padding_side=side)
            for dtype in (f32, f64, f16, i64):
                fam.case("pad_sequence", [u(n, 2, dtype=dtype) for n in (2, 4, 0)], fn=together, **attrs)
            fam.case("pad_sequence", [u(3), u(1)], fn=together, **attrs)
            fam.case("pad_sequence", [u(3, 2, 2).T, u(3, 2, 2)], fn=together, **attrs)
            fam.case("pad_sequence", [u(3, dtype=f64), u(1, dtype=f32)], fn=together, **attrs)
    attrs = dict(batch_first=False, padding_value=0.0, padding_side="right")
    fam.case("pad_sequence", [u(3, 2), u(2, 3)], fn=together, throws=True, **attrs)
    fam.case("pad_sequence", [u(3, 2)], fn=together, throws=True, **{**attrs, "padding_side": "up"})

    def there_and_back(x, lengths, sorted, first):
        packed = rnn.pack_padded_sequence(x, lengths, first, sorted)
        padded, n = rnn.pad_packed_sequence(packed, first, -1.0, 5)
        extra = [] if sorted else [packed.sorted_indices, packed.unsorted_indices]
        return [packed.data, packed.batch_sizes, padded, n, *extra, *rnn.unpack_sequence(packed)]

    for first in (False, True):
        shape = (3, 4, 2) if first else (4, 3, 2)
        fam.case("pack_padded_sequence", u(*shape), v([4, 2, 1]), fn=there_and_back, sorted=True, first=first)
        fam.case("pack_padded_sequence", u(*shape), v([1, 4, 2]), fn=there_and_back, sorted=False, first=first)


def add(fam):
    add_networks(fam)
    add_cells(fam)
    add_modules(fam)
    add_sequences(fam)
