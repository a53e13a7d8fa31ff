# SPDX-License-Identifier: Apache-2.0
"""Golden cases: what an operator gets, what PyTorch answers, and how both are written to a file.

Inputs are described, not stored: a formula (see `fill`) gives every element of a one-dimensional
storage, and a tensor is a strided view of it. reader.cpp holds the same formulas.

File, little-endian (counts are u8 unless said otherwise, str is a u8 length and bytes):
  "HGOLD2\\n\\0", u32 cases, then per case u32 bytes and
    str op, str variant, u8 must_throw, f32 tolerance
    attributes: str name, u8 type, value    (types: ATTRIBUTE_TYPES)
    inputs: str name, u8 kind (0 undefined, 1 tensor, 2 list), u8 tensors, tensor specs
      spec: u8 dtype, u8 formula, u8 requires_grad, u32 seed, f64 low, f64 high, u32 storage,
            dims, i32 sizes, i32 strides, i32 offset, u16 values, f64 values
    outputs, then gradients (one for each input tensor that requires one):
      u8 dtype (255: undefined), u8 requires_grad, dims, i32 sizes, raw elements
"""

import math
import struct
import zlib

import numpy as np
import torch

MAGIC = b"HGOLD2\n\0"

f16, bf16, f32, f64 = torch.float16, torch.bfloat16, torch.float32, torch.float64
u8, i8, i16, i32, i64 = torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64
b8, c64, c128 = torch.bool, torch.complex64, torch.complex128
DTYPES = [b8, u8, i8, i16, i32, i64, f16, bf16, f32, f64, c64, c128]
UNDEFINED = 255
ATTRIBUTE_TYPES = ["none", "bool", "int", "float", "string", "ints", "floats", "dtype"]
UNIFORM, DISTINCT, SPECIAL, VALUES = range(4)
SPECIALS = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1e-30, -1e-30,
            1e4, -1e4, 100.0, -100.0, 2.5, 3.5]
WEIGHT_SEED = 7000  # of the weights that the outputs are multiplied with; output i adds i


def function_of(op):
    """PyTorch's function of this name."""
    if op.startswith("special_"):
        return getattr(torch.special, op.removeprefix("special_"))
    return getattr(torch, op, None) or getattr(torch.nn.functional, op)


def is_float(dtype):
    return dtype.is_floating_point or dtype.is_complex


def hash32(i, seed):
    x = ((i + 1) * 0x9E3779B9 + seed * 0x85EBCA6B) & 0xFFFFFFFF
    x ^= x >> 16
    x = (x * 0x7FEB352D) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 0x846CA68B) & 0xFFFFFFFF
    return x ^ (x >> 16)


def uniform(n, seed, low, high):
    h = hash32(np.arange(n, dtype=np.uint64), seed)
    return low + (high - low) * (((h >> np.uint64(8)).astype(np.float64) + 0.5) / 2.0**24)


def fill(formula, n, dtype, seed, low, high, values):
    """The n elements of a storage, by formula; every step is exact or rounded once."""
    if dtype.is_complex:
        flat = fill(formula, 2 * n, f64, seed, low, high, values)
        return torch.view_as_complex(flat.view(n, 2)).to(dtype)
    if formula == VALUES:
        x = np.array(values, dtype=np.float64)
    elif formula == DISTINCT:
        step = max(1, (n * 618) // 1000)
        while math.gcd(step, n) != 1 and n > 0:
            step += 1
        rank = (np.arange(n) * step + seed) % max(n, 1)
        x = low + (high - low) * ((rank + 0.5) / n) if is_float(dtype) else low + rank
    elif not is_float(dtype):
        span = np.uint64(int(high) - int(low) + 1)
        x = int(low) + (hash32(np.arange(n, dtype=np.uint64), seed) % span).astype(np.int64)
    else:
        x = uniform(n, seed, low, high)
        if formula == SPECIAL:
            x[: len(SPECIALS)] = SPECIALS[:n]
    x = torch.from_numpy(np.asarray(x))
    return x.float().to(dtype) if dtype in (f16, bf16) else x.to(dtype)


def usual_range(dtype):
    return {b8: (0, 1), u8: (0, 9)}.get(dtype, (-2, 2) if is_float(dtype) else (-9, 9))


class Spec:
    """One input tensor: a formula and a strided view of its storage."""

    def __init__(self, shape, dtype, formula, low, high, values=()):
        self.shape, self.dtype, self.formula = list(shape), dtype, formula
        self.low, self.high, self.values = low, high, list(values)
        self.strides = list(torch.empty(self.shape, device="meta").stride())
        self.offset, self.storage = 0, math.prod(self.shape)
        self.seed, self.requires_grad, self.layout, self.name = None, is_float(dtype), "", ""

    def copy(self, **changes):
        other = Spec.__new__(Spec)
        other.__dict__.update(self.__dict__, **changes)
        return other

    def permuted(self, *order):
        """Laid out as a contiguous tensor whose dims are in this order."""
        strides, step = [0] * len(self.shape), 1
        for d in reversed(order):
            strides[d], step = step, step * max(self.shape[d], 1)
        return self.copy(strides=strides, layout="^" + "".join(map(str, order)))

    @property
    def T(self):
        return self.permuted(*reversed(range(len(self.shape))))

    @property
    def channels_last(self):
        return self.permuted(0, *range(2, len(self.shape)), 1)

    @property
    def sliced(self):
        """Every second element of a storage twice as large, from the second on."""
        return self.copy(strides=[2 * s for s in self.strides], offset=1, layout="/2",
                         storage=2 * self.storage + 1)

    def expanded(self, dim=0):
        strides = list(torch.empty([1 if d == dim else n for d, n in enumerate(self.shape)],
                                   device="meta").stride())
        strides[dim] = 0
        return self.copy(strides=strides, layout=f"*{dim}",
                         storage=self.storage // max(self.shape[dim], 1))

    @property
    def const(self):
        return self.copy(requires_grad=False, layout=self.layout + "'")

    def named(self, name):
        return self.copy(name=name)

    def text(self):
        kind = {UNIFORM: "", DISTINCT: "d", SPECIAL: "s", VALUES: "v"}[self.formula]
        usual = (self.low, self.high) == usual_range(self.dtype) or self.formula == VALUES
        bounds = "" if usual else f"({self.low:g}:{self.high:g})"
        if self.formula == VALUES:
            bounds = "{" + " ".join(f"{x:g}" for x in self.values[:6]) + "}"
        return f"{short(self.dtype)}{kind}[{','.join(map(str, self.shape))}]{self.layout}{bounds}"

    def build(self, requires_grad):
        base = fill(self.formula, self.storage, self.dtype, self.seed, self.low, self.high,
                    self.values)
        t = base.as_strided(self.shape, self.strides, self.offset).detach()
        return t.requires_grad_(requires_grad and self.requires_grad)


def short(dtype):
    names = "bool u8 i8 i16 i32 i64 f16 bf16 f32 f64 c64 c128".split()
    return names[DTYPES.index(dtype)]


def u(*shape, dtype=f32, lo=None, hi=None):
    """Uniform values; integers between lo and hi, both included."""
    usual = usual_range(dtype)
    return Spec(shape, dtype, UNIFORM, usual[0] if lo is None else lo, usual[1] if hi is None else hi)


def d(*shape, dtype=f32, lo=-2, hi=2):
    """Values that are all different."""
    return Spec(shape, dtype, DISTINCT, lo, hi)


def s(*shape, dtype=f32, lo=-2, hi=2):
    """NaN, infinities, zeros of both signs, huge and tiny values first, then uniform ones."""
    return Spec(shape, dtype, SPECIAL, lo, hi)


def v(values, dtype=i64, shape=None):
    """The given values."""
    flat = np.array(values, dtype=np.float64)
    return Spec(shape if shape is not None else flat.shape, dtype, VALUES, 0, 0, flat.ravel())


class Family:
    """The cases of one file."""

    def __init__(self, name):
        self.name, self.cases, self.names = name, [], set()

    def case(self, op, *inputs, fn=None, grad=True, tol=1.0, throws=False, tag="", second=False,
             signed_zeros=False, **attrs):
        """Runs fn (default: PyTorch's function named op) on the inputs with the attributes as keywords.

        second: the gradients are further outputs, so that their gradients are compared too.
        signed_zeros: zeros among the outputs of fn must have PyTorch's sign."""
        fn = fn or function_of(op)
        specs, seed = [], zlib.crc32(op.encode()) % 100000
        for entry in inputs:
            group = entry if isinstance(entry, list) else [entry]
            group = [None if sp is None else sp.copy(seed=seed + len(specs) * 10 + k)
                     for k, sp in enumerate(group)]
            specs.append(group if isinstance(entry, list) else group[0])
        variant = " ".join([text_of(sp) for sp in specs] +
                           [f"{k}={text_of_attribute(a)}" for k, a in attrs.items()] +
                           ([tag] if tag else []))
        assert (op, variant) not in self.names, f"twice: {op} {variant}"
        self.names.add((op, variant))
        tensors = [[sp.build(grad) for sp in x] if isinstance(x, list) else x and x.build(grad)
                   for x in specs]
        for_runner = {"second": True} if second else {}
        if signed_zeros:
            for_runner["signed_zeros"] = True
        for_runner.update(attrs)
        if throws:
            try:
                fn(*tensors, **attrs)
            except (RuntimeError, IndexError, ValueError, TypeError, NotImplementedError):
                self.write(op, variant, True, tol, for_runner, specs, grad, [], [])
                return
            raise AssertionError(f"{op} {variant} should throw and does not")
        leaves = [t for x in tensors for t in (x if isinstance(x, list) else [x])
                  if t is not None and t.requires_grad]
        results = fn(*tensors, **attrs)
        if isinstance(results, torch.Tensor):
            results = [results]
        results = list(results)
        if second:
            results += gradients(results, leaves, create_graph=True)
        self.write(op, variant, False, tol, for_runner, specs, grad, results,
                   gradients(results, leaves) if leaves else [])

    def module(self, op, build, *inputs, call=None, tol=1.0, tag="", buffers=(), train=True,
               throws=False, frozen=False, **attrs):
        """A module as a case: its parameters are further inputs, named; then the buffers named in
        `buffers` are further outputs. build(**attrs) makes the module. For large ones `frozen`:
        weights smaller the more inputs they have, and gradients of the inputs alone."""
        plan = list(build(**attrs).named_parameters())
        n = len(inputs)

        def run(*tensors, **attributes):
            net = build(**attributes).train(train)
            for (name, _), value in zip(plan, tensors[n:]):
                owner, _, leaf = name.rpartition(".")
                del net.get_submodule(owner)._parameters[leaf]
                setattr(net.get_submodule(owner), leaf, value)
            out = call(net, *tensors[:n]) if call else net(*tensors[:n])
            outs = [out] if isinstance(out, torch.Tensor) else list(out)
            return outs + [net.get_buffer(name).clone() for name in buffers]

        def parameter(name, p):
            bound = (3 / p[0].numel()) ** 0.5 if frozen and p.dim() > 1 else 1
            spec = u(*p.shape, dtype=p.dtype, lo=-bound, hi=bound).named(name)
            return spec.const if frozen else spec

        parameters = [parameter(name, p) for name, p in plan]
        mode = {} if train else {"training": False}
        self.case(op, *inputs, *parameters, tol=tol, tag=tag, throws=throws,
                  fn=lambda *t, training=True, **kw: run(*t, **kw), **attrs, **mode)

    def write(self, op, variant, throws, tol, attrs, specs, grad, outputs, grads):
        out = [string(op), string(variant[:255]), struct.pack("<Bf", throws, tol)]
        out.append(struct.pack("<B", len(attrs)))
        for name, value in attrs.items():
            out += [string(name), attribute(value)]
        out.append(struct.pack("<B", len(specs)))
        for sp in specs:
            group = sp if isinstance(sp, list) else [] if sp is None else [sp]
            kind = 2 if isinstance(sp, list) else 0 if sp is None else 1
            out.append(string(group[0].name if kind == 1 else ""))
            out.append(struct.pack("<BB", kind, len(group)))
            out += [tensor_spec(one, grad) for one in group]
        for group in (outputs, grads):
            out.append(struct.pack("<B", len(group)))
            out += [result(t) for t in group]
        self.cases.append(b"".join(out))

    def bytes(self):
        return b"".join([MAGIC, struct.pack("<I", len(self.cases))] +
                        [struct.pack("<I", len(c)) + c for c in self.cases])


def gradients(outputs, leaves, create_graph=False):
    """Of sum(output * weight) over the outputs that carry a gradient; None where there is none."""
    differentiable = [(i, t) for i, t in enumerate(outputs) if t is not None and t.requires_grad]
    if not differentiable:
        return [None] * len(leaves)
    weights = [fill(UNIFORM, t.numel(), t.dtype, WEIGHT_SEED + i, -1, 1, ()).view(t.shape)
               for i, t in differentiable]
    return torch.autograd.grad([t for _, t in differentiable], leaves, weights, allow_unused=True,
                               create_graph=create_graph)


def text_of(sp):
    if isinstance(sp, list):
        return "(" + " ".join(map(text_of, sp)) + ")"
    return "-" if sp is None else sp.text()


def text_of_attribute(a):
    if isinstance(a, torch.dtype):
        return short(a)
    if isinstance(a, (list, tuple)):
        return "[" + ",".join(f"{x:g}" if isinstance(x, float) else str(x) for x in a) + "]"
    return str(a)


def string(text):
    data = text.encode()
    return struct.pack("<B", len(data)) + data


def attribute(a):
    def typed(kind, data):
        return struct.pack("<B", ATTRIBUTE_TYPES.index(kind)) + data

    if a is None:
        return typed("none", b"")
    if isinstance(a, bool):
        return typed("bool", struct.pack("<B", a))
    if isinstance(a, int):
        return typed("int", struct.pack("<q", a))
    if isinstance(a, float):
        return typed("float", struct.pack("<d", a))
    if isinstance(a, str):
        return typed("string", string(a))
    if isinstance(a, torch.dtype):
        return typed("dtype", struct.pack("<B", DTYPES.index(a)))
    if any(isinstance(x, float) for x in a):
        return typed("floats", struct.pack(f"<B{len(a)}d", len(a), *a))
    return typed("ints", struct.pack(f"<B{len(a)}q", len(a), *a))


def tensor_spec(sp, grad):
    n = len(sp.shape)
    return (struct.pack("<BBBIddIB", DTYPES.index(sp.dtype), sp.formula, grad and sp.requires_grad,
                        sp.seed, sp.low, sp.high, sp.storage, n) +
            struct.pack(f"<{n}i{n}ii", *sp.shape, *sp.strides, sp.offset) +
            struct.pack(f"<H{len(sp.values)}d", len(sp.values), *sp.values))


def result(t):
    if t is None:
        return struct.pack("<B", UNDEFINED)
    head = struct.pack(f"<BBB{t.dim()}i", DTYPES.index(t.dtype), t.requires_grad, t.dim(), *t.shape)
    if t._is_zerotensor():  # without memory
        t = torch.zeros(t.shape, dtype=t.dtype)
    # A copy: a single element may count as contiguous with any stride.
    flat = t.detach().resolve_conj().resolve_neg().clone(memory_format=torch.contiguous_format).reshape(-1)
    return head + (flat.view(u8).numpy().tobytes() if flat.numel() else b"")
