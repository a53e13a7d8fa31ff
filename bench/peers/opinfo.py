# SPDX-License-Identifier: Apache-2.0
"""Writes PyTorch's own operator samples (torch.testing._internal's op_db) with PyTorch's answers.

usage: opinfo.py OUT [--only REGEX] [--dtypes f64,c128,i64,b8,f32,bf16] [--calls]

Each sample becomes one call of an ATen function with all its arguments in the order of its C++
signature; hearth-opinfo reads the file, makes the same calls and compares. Samples whose function is
several ATen calls are left out and counted. With --calls, prints the C++ signatures met instead.

File, little-endian: "HOPS1\n", then per sample u32 bytes and
  str name, str dtype, u8 how to compare (COMPARE), u8 arguments, values, u8 outputs, tensors,
  u8 gradients, tensors (one for each tensor argument that requires one, in order)
  str: u16 length and bytes; value: u8 type (TYPES) and what it holds
  tensor: u8 dtype (255: undefined), u8 requires_grad, u8 dims, i64 sizes, i64 strides (in elements),
          i64 elements of storage, i64 offset, raw storage
"""

import argparse
import collections
import re
import struct
import sys
import warnings

import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode
from torch.testing._internal.common_methods_invocations import op_db

DTYPES = {"b8": torch.bool, "u8": torch.uint8, "i8": torch.int8, "i16": torch.int16,
          "i32": torch.int32, "i64": torch.int64, "f16": torch.float16, "bf16": torch.bfloat16,
          "f32": torch.float32, "f64": torch.float64, "c64": torch.complex64,
          "c128": torch.complex128}
CODES = {dtype: i for i, dtype in enumerate(DTYPES.values())}
TYPES = ["none", "bool", "int", "float", "complex", "str", "ints", "floats", "dtype", "tensor",
         "tensors", "bools"]
COMPARE = {"values": 0, "shapes": 1, "canonical": 2}

# What differs between two right answers: random numbers, uninitialised memory, signs of vectors.
SHAPES_ONLY = re.compile(
    r"^(_?dropout|native_dropout|alpha_dropout|feature_.*dropout|bernoulli|multinomial|normal|rand|"
    r"poisson|binomial|uniform|cauchy|exponential|geometric|log_normal|random|rrelu|empty|new_empty|"
    r"resize_).*")
FACTORS = {"linalg_svd", "svd", "linalg_qr", "qr", "linalg_eigh", "linalg_eig"}
# Which of equal elements is meant is up to the implementation; the values are not.
TIES = {"sort", "topk", "kthvalue", "median", "nanmedian", "mode"}
# What follows the first result is for its own backward.
INTERNAL = {"embedding_bag"}
MAX_ELEMENTS = 1 << 18

# Functions written in Python run through, down to the built-in ones.
for module in (F, torch.functional, torch._tensor):
    for name in ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic"):
        setattr(module, name, lambda *args: False)


class Recorder(TorchFunctionMode):
    """Remembers the calls of built-in functions that a function makes."""

    def __init__(self):
        super().__init__()
        self.calls = []      # that gave tensors
        self.questions = []  # that gave numbers

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = function(*args, **kwargs)
        if any(isinstance(t, torch.Tensor) for t in (out if isinstance(out, (list, tuple)) else [out])):
            self.calls.append((function, args, kwargs, out))
        elif isinstance(out, (bool, int, float, complex)):
            self.questions.append((function, args, kwargs, out))
        return out


def fits(value, kind):
    """Whether a Python value may be passed for an argument of this type of a schema."""
    if kind.startswith("Optional["):
        return value is None or fits(value, kind[9:-1])
    if kind.startswith("List["):
        if kind == "List[int]" and type(value) is int:
            return True
        return isinstance(value, (list, tuple)) and all(fits(v, kind[5:-1]) for v in value)
    is_number = isinstance(value, (int, float, complex)) and not isinstance(value, bool)
    return {
        "Tensor": isinstance(value, torch.Tensor), "int": type(value) is int,
        "SymInt": type(value) is int, "float": type(value) in (int, float),
        "bool": isinstance(value, bool), "number": is_number or isinstance(value, bool),
        "str": isinstance(value, str), "ScalarType": isinstance(value, torch.dtype),
        "Layout": isinstance(value, torch.layout), "Device": value is None or
        isinstance(value, (str, torch.device)),
        "MemoryFormat": isinstance(value, torch.memory_format),
    }.get(kind, value is None)


RENAMED = {"input": "self", "axis": "dim", "keepdims": "keepdim", "x": "self"}


def bind(schema, args, kwargs):
    """The values of all arguments of a schema, or None where the call is not of this form."""
    values, rest = [], dict(kwargs)
    args = list(args)
    positional = [a for a in schema.arguments if not a.kwarg_only]
    if len(args) > len(positional):
        # x.permute(0, 1) for x.permute((0, 1))
        if not positional or str(positional[-1].real_type) != "List[int]":
            return None
        first = len(positional) - 1
        args = args[:first] + [args[first:]]
    elif args and len(args) == len(positional) and str(positional[-1].real_type) == "List[int]" \
            and len(args) == 2 and type(args[1]) is int:
        args[1] = [args[1]]
    for a in schema.arguments:
        kind = str(a.real_type)
        if args and not a.kwarg_only:
            value = args.pop(0)
        elif a.name in rest:
            value = rest.pop(a.name)
        elif any(RENAMED.get(k) == a.name for k in rest):
            value = rest.pop(next(k for k in rest if RENAMED.get(k) == a.name))
        elif a.has_default_value():
            value = a.default_value
            if kind in ("ScalarType", "Optional[ScalarType]") and value is not None:
                return None
        else:
            return None
        if not fits(value, kind):
            return None
        values.append((kind, value))
    return None if args or rest else values


def resolve(name, args, kwargs):
    for schema in torch._C._jit_get_schemas_for_operator("aten::" + name):
        if any(a.is_out for a in schema.arguments) or "hacked" in schema.overload_name:
            continue
        values = bind(schema, args, kwargs)
        if values is not None:
            return values
    return None


def as_cpp(values):
    """Values in the order of the C++ signature: options in one, layouts and devices left out."""
    result, i = [], 0
    while i < len(values):
        kind, value = values[i]
        if kind == "Optional[ScalarType]" and i + 1 < len(values) and \
                values[i + 1][0] == "Optional[Layout]":
            result.append(("options", value))
            i += 4
            continue
        i += 1
        if "Layout" in kind or "Device" in kind:
            if value not in (None, torch.strided, "cpu", torch.device("cpu")):
                return None
            continue
        result.append((kind, value))
    return result


def text(s):
    data = s.encode()
    return struct.pack("<H", len(data)) + data


def pack_tensor(t, whole=False):
    """A tensor and the part of its storage that it shows, or all of it."""
    if t is None:
        return struct.pack("<BBB", 255, 0, 0)
    if t.layout != torch.strided or t.dtype not in CODES or t.is_quantized:
        raise ValueError("layout or dtype")
    requires_grad = t.requires_grad
    t = t.detach().resolve_conj().resolve_neg()
    size = 0 if t.numel() == 0 else 1 + sum((n - 1) * s for n, s in zip(t.shape, t.stride()))
    first = t.storage_offset()
    if whole:
        size, first = t.untyped_storage().nbytes() // t.element_size(), 0
    if size > MAX_ELEMENTS:
        raise ValueError("size")
    flat = t.as_strided((size,), (1,), first).contiguous()
    raw = flat.view(torch.uint8) if flat.dtype not in (torch.bool, torch.uint8) else \
        flat.to(torch.uint8)
    return struct.pack("<BBB", CODES[t.dtype], requires_grad, t.dim()) + \
        struct.pack(f"<{2 * t.dim()}q", *t.shape, *t.stride()) + \
        struct.pack("<qq", size, t.storage_offset() - first) + raw.numpy().tobytes()


def pack_value(kind, v, whole=False):
    code = TYPES.index
    if v is None:
        return struct.pack("<B", code("none"))
    if isinstance(v, torch.Tensor):
        return struct.pack("<B", code("tensor")) + pack_tensor(v, whole)
    if isinstance(v, bool):
        return struct.pack("<BB", code("bool"), v)
    if isinstance(v, int) and "List[int]" in kind:
        v = [v]
    if isinstance(v, int):
        if kind in ("float", "Optional[float]"):
            return struct.pack("<Bd", code("float"), v)
        return struct.pack("<Bq", code("int"), v)
    if isinstance(v, float):
        return struct.pack("<Bd", code("float"), v)
    if isinstance(v, complex):
        return struct.pack("<Bdd", code("complex"), v.real, v.imag)
    if isinstance(v, str):
        return struct.pack("<B", code("str")) + text(v)
    if isinstance(v, torch.dtype):
        return struct.pack("<BB", code("dtype"), CODES[v])
    if isinstance(v, torch.memory_format):
        return struct.pack("<B", code("none"))
    if isinstance(v, (list, tuple)):
        if "Tensor" in kind:
            return struct.pack("<BB", code("tensors"), len(v)) + b"".join(map(pack_tensor, v))
        if "float" in kind:
            return struct.pack(f"<BB{len(v)}d", code("floats"), len(v), *v)
        if "bool" in kind:
            return struct.pack(f"<BB{len(v)}B", code("bools"), len(v), *v)
        return struct.pack(f"<BB{len(v)}q", code("ints"), len(v), *v)
    raise ValueError(f"{kind} {type(v)}")


def tensors_in(values):
    for _, v in values:
        if isinstance(v, torch.Tensor):
            yield v
        elif isinstance(v, (list, tuple)):
            yield from (t for t in v if isinstance(t, torch.Tensor))


def flatten(out):
    """The outputs as a list of tensors; numbers and bools become tensors."""
    if isinstance(out, torch.Tensor):
        return [out]
    if isinstance(out, (list, tuple)):
        return [t for each in out for t in flatten(each)]
    kinds = {bool: torch.bool, int: torch.int64, float: torch.float64, complex: torch.complex128}
    return [torch.tensor(out, dtype=kinds[type(out)])] if type(out) in kinds else []


def weights(t):
    """What an output is multiplied with before the sum that is differentiated."""
    n = torch.arange(t.numel(), dtype=torch.float64)
    return (1 + torch.cos(n + 1)).reshape(t.shape).to(t.dtype)


def canonical(name, outputs):
    """What is the same for every right answer of a decomposition."""
    if name in ("linalg_svd", "svd"):
        u, s, v = outputs
        v = v if name == "linalg_svd" else v.mH
        k = s.shape[-1]
        if u.numel() == 0 or v.numel() == 0:
            return [s]
        return [s, (u[..., :k] * s.unsqueeze(-2)) @ v[..., :k, :]]
    if name in ("linalg_qr", "qr"):
        q, r = outputs
        return [r.abs()] if q.numel() == 0 else [r.abs(), q @ r]
    if name in ("linalg_eigh", "linalg_eig"):
        w, v = outputs
        return [(v * w.unsqueeze(-2)) @ (v.mH if name == "linalg_eigh" else torch.linalg.inv(v))]
    return outputs[:1]  # TIES, INTERNAL


def separate(value):
    """The same with leaves for tensors."""
    if isinstance(value, torch.Tensor):
        return value.detach().requires_grad_(value.requires_grad)
    if isinstance(value, (list, tuple)):
        return type(value)(separate(v) for v in value) if type(value) in (list, tuple) else value
    return value


def write_sample(write, name, dtype, values, function):
    how = "values"
    dropped = name == "scaled_dot_product_attention" and values[4][1] != 0
    unstable = name == "argsort" and values[1][1] is not True
    if SHAPES_ONLY.match(name) or dropped or unstable:
        how = "shapes"
    elif name in FACTORS | TIES | INTERNAL:
        how = "canonical"
    whole = name.startswith("as_strided")
    wants = [t for t in tensors_in(values) if t.requires_grad]
    body = text(name) + text(dtype) + struct.pack("<BB", COMPARE[how], len(values)) + \
        b"".join(pack_value(k, v, whole) for k, v in values)
    outputs = flatten(function())
    gradients = []
    if wants and (how == "values" or name in INTERNAL) and any(t.requires_grad for t in outputs):
        loss = sum((t * weights(t)).sum() for t in outputs if t.requires_grad)
        loss = loss.real if loss.is_complex() else loss
        gradients = torch.autograd.grad(loss, wants, allow_unused=True)
    shown = canonical(name, outputs) if how == "canonical" else outputs
    body += struct.pack("<B", len(shown)) + b"".join(map(pack_tensor, shown))
    body += struct.pack("<B", len(gradients)) + b"".join(map(pack_tensor, gradients))
    write(struct.pack("<I", len(body)) + body)


SHORT = {"Tensor": "T", "Optional[Tensor]": "OT", "List[Tensor]": "TL",
         "List[Optional[Tensor]]": "OTL", "int": "I", "Optional[int]": "OI", "List[int]": "IL",
         "Optional[List[int]]": "OIL", "float": "F", "Optional[float]": "OF",
         "List[float]": "FL", "Optional[List[float]]": "OFL", "bool": "B", "Optional[bool]": "OB",
         "number": "S", "Optional[number]": "OS", "str": "STR", "Optional[str]": "OSTR",
         "ScalarType": "D", "Optional[ScalarType]": "OD", "options": "OPT",
         "Optional[MemoryFormat]": "MF", "List[bool]": "BL", "MemoryFormat": "MF"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--only", default="", help="names to keep, a regular expression")
    parser.add_argument("--dtypes", default="f64,c128,i64,b8,f32,bf16")
    parser.add_argument("--calls", action="store_true", help="print the signatures met")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    counts, left_out, calls = collections.Counter(), collections.Counter(), collections.Counter()
    with open(options.out, "wb") as file:
        file.write(b"HOPS1\n")
        for op in op_db:
            if not re.search(options.only, op.name):
                continue
            for short in options.dtypes.split(","):
                dtype = DTYPES[short]
                if dtype not in op.supported_dtypes("cpu"):
                    continue
                grad = short in ("f64", "c128") and op.supports_autograd and \
                    dtype in op.supported_backward_dtypes("cpu")
                try:
                    samples = list(op.sample_inputs("cpu", dtype, requires_grad=grad))
                except Exception as error:  # a sample generator that needs what is not here
                    left_out[f"{op.name}: {type(error).__name__}"] += 1
                    continue
                for sample in samples:
                    take(op, sample, short, file.write, counts, left_out, calls)
            sys.stderr.write(f"\r{op.name:60}")
    sys.stderr.write("\n")
    if options.calls:
        for (name, signature), n in sorted(calls.items()):
            print(f"{name}({', '.join(SHORT.get(k, k) for k in signature)})  {n}")
    print(f"{sum(counts.values())} samples of {len(counts)} functions; left out:")
    for name, n in sorted(left_out.items()):
        print(f"  {name} {n}")


def take(op, sample, short, write, counts, left_out, signatures):
    recorder = Recorder()
    try:
        torch.manual_seed(1)
        with recorder:
            op(sample.input, *sample.args, **sample.kwargs)
    except Exception as error:
        left_out[f"{op.name}: {type(error).__name__}"] += 1
        return
    calls = recorder.calls or recorder.questions
    name = getattr(calls[-1][0], "__name__", "") if calls else ""
    # A function written in Python prepares the arguments of the one it is named after.
    wanted = op.name.rpartition(".")[2].rstrip("_")
    related = name.startswith(wanted) or wanted.startswith(name) or name.startswith("upsample")
    if not calls or (len(calls) > 1 and not related):
        left_out[f"{op.name}: {len(calls)} calls"] += 1
        return
    function, args, kwargs, _ = calls[-1]
    args, kwargs = separate(args), {k: separate(v) for k, v in kwargs.items()}
    values = resolve(name, args, {k: v for k, v in kwargs.items() if k != "requires_grad"})
    values = values and as_cpp(values)
    if values is None:
        left_out[f"{op.name}: no form of {name}"] += 1
        return
    try:
        write_sample(write, name, short, values, lambda: function(*args, **kwargs))
    except Exception as error:
        left_out[f"{op.name}: {type(error).__name__} {error}"[:90]] += 1
        return
    counts[name] += 1
    signatures[name, tuple(k for k, _ in values)] += 1


if __name__ == "__main__":
    main()
