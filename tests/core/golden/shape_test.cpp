// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

TensorOptions typed(Args& a) { return TensorOptions().dtype(a.maybe_dtype("dtype")); }

/// The only input, which is a list.
const std::vector<Tensor>& tensors(Args& a) { return a.list(0); }

#define DIAGONAL(name)                                                       \
  {                                                                          \
#name, [](Args & a) -> Outputs { return {name(a[0], a.i("diagonal"))}; } \
  }

const Table kTable = {
    // creation
    {"arange", [](Args& a) -> Outputs { return {arange(a.scalar("end"))}; }},
    {"arange_range",
     [](Args& a) -> Outputs {
       return {arange(a.scalar("start"), a.scalar("end"), a.scalar("step"), typed(a))};
     }},
    {"linspace",
     [](Args& a) -> Outputs {
       return {linspace(a.scalar("start"), a.scalar("end"), a.i("steps"), typed(a))};
     }},
    {"eye", [](Args& a) -> Outputs { return {eye(a.i("n"), a.i("m"), typed(a))}; }},
    {"full",
     [](Args& a) -> Outputs { return {full(a.ints("size"), a.scalar("value"), typed(a))}; }},
    {"zeros", [](Args& a) -> Outputs { return {zeros(a.ints("size"), typed(a))}; }},
    {"ones", [](Args& a) -> Outputs { return {ones(a.ints("size"), typed(a))}; }},
    {"zeros_like", [](Args& a) -> Outputs { return {zeros_like(a[0])}; }},
    {"ones_like", [](Args& a) -> Outputs { return {ones_like(a[0])}; }},
    {"full_like", [](Args& a) -> Outputs { return {full_like(a[0], a.scalar("value"))}; }},
    // views
    {"reshape", [](Args& a) -> Outputs { return {reshape(a[0], a.ints("shape"))}; }},
    {"view", [](Args& a) -> Outputs { return {a[0].view(a.ints("shape"))}; }},
    {"permute", [](Args& a) -> Outputs { return {permute(a[0], a.ints("dims"))}; }},
    {"transpose", [](Args& a) -> Outputs { return {transpose(a[0], a.i("dim0"), a.i("dim1"))}; }},
    {"t", [](Args& a) -> Outputs { return {t(a[0])}; }},
    {"expand", [](Args& a) -> Outputs { return {a[0].expand(a.ints("size"))}; }},
    {"expand_as", [](Args& a) -> Outputs { return {a[0].expand_as(a[1])}; }},
    {"broadcast_to", [](Args& a) -> Outputs { return {broadcast_to(a[0], a.ints("size"))}; }},
    {"squeeze",
     [](Args& a) -> Outputs { return {a.has("dim") ? squeeze(a[0], a.i("dim")) : squeeze(a[0])}; }},
    {"unsqueeze", [](Args& a) -> Outputs { return {unsqueeze(a[0], a.i("dim"))}; }},
    {"flatten",
     [](Args& a) -> Outputs { return {flatten(a[0], a.i("start_dim"), a.i("end_dim"))}; }},
    {"unflatten",
     [](Args& a) -> Outputs { return {unflatten(a[0], a.i("dim"), a.ints("sizes"))}; }},
    {"narrow",
     [](Args& a) -> Outputs { return {narrow(a[0], a.i("dim"), a.i("start"), a.i("length"))}; }},
    {"select", [](Args& a) -> Outputs { return {select(a[0], a.i("dim"), a.i("index"))}; }},
    {"slice",
     [](Args& a) -> Outputs {
       return {slice(a[0], a.i("dim"), a.maybe_i("start"), a.maybe_i("end"), a.i("step"))};
     }},
    {"unbind", [](Args& a) -> Outputs { return unbind(a[0], a.i("dim")); }},
    {"split", [](Args& a) -> Outputs { return split(a[0], a.i("split_size"), a.i("dim")); }},
    {"chunk", [](Args& a) -> Outputs { return chunk(a[0], a.i("chunks"), a.i("dim")); }},
    {"split_with_sizes",
     [](Args& a) -> Outputs { return split(a[0], a.ints("split_sizes"), a.i("dim")); }},
    {"diagonal",
     [](Args& a) -> Outputs { return {diagonal(a[0], a.i("offset"), a.i("dim1"), a.i("dim2"))}; }},
    DIAGONAL(diag),
    {"movedim",
     [](Args& a) -> Outputs { return {movedim(a[0], a.ints("source"), a.ints("destination"))}; }},
    {"unfold",
     [](Args& a) -> Outputs { return {a[0].unfold(a.i("dim"), a.i("size"), a.i("step"))}; }},
    {"as_strided",
     [](Args& a) -> Outputs {
       return {as_strided(a[0], a.ints("size"), a.ints("stride"), a.i("storage_offset"))};
     }},
    // copies
    {"clone", [](Args& a) -> Outputs { return {clone(a[0])}; }},
    {"contiguous", [](Args& a) -> Outputs { return {a[0].contiguous()}; }},
    {"to", [](Args& a) -> Outputs { return {a[0].to(a.dtype("dtype"))}; }},
    {"flip", [](Args& a) -> Outputs { return {flip(a[0], a.ints("dims"))}; }},
    {"roll", [](Args& a) -> Outputs { return {roll(a[0], a.ints("shifts"), a.ints("dims"))}; }},
    DIAGONAL(tril),
    DIAGONAL(triu),
    {"repeat", [](Args& a) -> Outputs { return {a[0].repeat(a.ints("repeats"))}; }},
    {"repeat_interleave",
     [](Args& a) -> Outputs {
       return {repeat_interleave(a[0], a.i("repeats"), a.maybe_i("dim"))};
     }},
    // joins
    {"cat", [](Args& a) -> Outputs { return {cat(tensors(a), a.i("dim"))}; }},
    {"stack", [](Args& a) -> Outputs { return {stack(tensors(a), a.i("dim"))}; }},
    {"hstack", [](Args& a) -> Outputs { return {hstack(tensors(a))}; }},
    {"vstack", [](Args& a) -> Outputs { return {vstack(tensors(a))}; }},
    {"meshgrid", [](Args& a) -> Outputs { return meshgrid(tensors(a), a.s("indexing")); }},
    {"view_as_real", [](Args& a) -> Outputs { return {view_as_real(a[0])}; }},
    {"view_as_complex", [](Args& a) -> Outputs { return {view_as_complex(a[0])}; }},
    {"real", [](Args& a) -> Outputs { return {real(a[0])}; }},
    {"imag", [](Args& a) -> Outputs { return {imag(a[0])}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenShape, "shape", kTable);

}  // namespace
}  // namespace hearth::golden
