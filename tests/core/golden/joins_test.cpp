// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/ops/view_copy.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

TensorOptions typed(Args& a) { return TensorOptions().dtype(a.maybe_dtype("dtype")); }

/// The only input, which is a list.
const std::vector<Tensor>& tensors(Args& a) { return a.list(0); }

/// The cases hold one list, PyTorch's function takes one tensor after another.
Outputs all_of(std::vector<Tensor> (*f)(TensorList), Args& a) { return f(tensors(a)); }

#define LISTED(name)                                              \
  {                                                               \
#name, [](Args & a) -> Outputs { return {name(tensors(a))}; } \
  }
#define EACH(name)                                              \
  {                                                             \
#name, [](Args & a) -> Outputs { return all_of(&name, a); } \
  }
#define SPLIT(name)                                                                 \
  {#name, [](Args& a) -> Outputs { return name(a[0], a.i("sections")); }}, {        \
#name "_at", [](Args & a) -> Outputs { return name(a[0], a.ints("sections")); } \
  }
#define COPY(name)                                          \
  {                                                         \
#name, [](Args & a) -> Outputs { return {name(a[0])}; } \
  }
#define WINDOW(name)                                                                            \
  {                                                                                             \
#name, [](Args &                                                                            \
              a) -> Outputs { return {name(a.i("window_length"), a.b("periodic"), typed(a))}; } \
  }

const Table kTable = {
    // splits
    {"tensor_split",
     [](Args& a) -> Outputs { return tensor_split(a[0], a.i("sections"), a.i("dim")); }},
    {"tensor_split_at",
     [](Args& a) -> Outputs { return tensor_split(a[0], a.ints("sections"), a.i("dim")); }},
    {"tensor_split_by", [](Args& a) -> Outputs { return tensor_split(a[0], a[1].cpu()); }},
    SPLIT(hsplit),
    SPLIT(vsplit),
    SPLIT(dsplit),
    // rearrangements
    COPY(adjoint),
    {"rot90", [](Args& a) -> Outputs { return {rot90(a[0], a.i("k"), a.ints("dims"))}; }},
    {"diagflat", [](Args& a) -> Outputs { return {diagflat(a[0], a.i("offset"))}; }},
    {"narrow_copy",
     [](Args& a) -> Outputs {
       return {narrow_copy(a[0], a.i("dim"), a.i("start"), a.i("length"))};
     }},
    {"narrow_at",
     [](Args& a) -> Outputs { return {narrow(a[0], a.i("dim"), a[1], a.i("length"))}; }},
    {"movedim_one",
     [](Args& a) -> Outputs { return {movedim(a[0], a.i("source"), a.i("destination"))}; }},
    {"repeats",
     [](Args& a) -> Outputs { return {repeat_interleave(a[0], a.maybe_i("output_size"))}; }},
    // joins
    LISTED(column_stack),
    LISTED(row_stack),
    LISTED(hstack),
    LISTED(vstack),
    LISTED(dstack),
    LISTED(block_diag),
    LISTED(cartesian_prod),
    EACH(atleast_1d),
    EACH(atleast_2d),
    EACH(atleast_3d),
    {"combinations",
     [](Args& a) -> Outputs { return {combinations(a[0], a.i("r"), a.b("with_replacement"))}; }},
    LISTED(flatten_dense_tensors),
    {"unflatten_dense_tensors",
     [](Args& a) -> Outputs { return unflatten_dense_tensors(a[0], a.list(1)); }},
    {"meshgrid", [](Args& a) -> Outputs { return meshgrid(tensors(a), a.s("indexing")); }},
    // sequences
    {"logspace",
     [](Args& a) -> Outputs {
       return {logspace(a.scalar("start"), a.scalar("end"), a.i("steps"), a.f("base"), typed(a))};
     }},
    {"range",
     [](Args& a) -> Outputs {
       return {range(a.scalar("start"), a.scalar("end"), a.scalar("step"), typed(a))};
     }},
    {"linspace_between", [](Args& a) -> Outputs { return {linspace(a[0], a[1], a.i("steps"))}; }},
    WINDOW(bartlett_window),
    WINDOW(blackman_window),
    WINDOW(hann_window),
    WINDOW(hamming_window),
    WINDOW(kaiser_window),
    {"hamming_of",
     [](Args& a) -> Outputs {
       return {hamming_window(a.i("n"), true, a.f("alpha"), a.f("beta"))};
     }},
    {"kaiser_of", [](Args& a) -> Outputs { return {kaiser_window(a.i("n"), true, a.f("beta"))}; }},
    {"vander",
     [](Args& a) -> Outputs { return {vander(a[0], a.maybe_i("N"), a.b("increasing"))}; }},
    {"linalg_vander", [](Args& a) -> Outputs { return {linalg_vander(a[0], a.maybe_i("N"))}; }},
    {"complex", [](Args& a) -> Outputs { return {complex(a[0], a[1])}; }},
    {"polar", [](Args& a) -> Outputs { return {polar(a[0], a[1])}; }},
    // copies of views
    {"expand_copy", [](Args& a) -> Outputs { return {expand_copy(a[0], a.ints("size"))}; }},
    {"permute_copy", [](Args& a) -> Outputs { return {permute_copy(a[0], a.ints("dims"))}; }},
    {"as_strided_copy",
     [](Args& a) -> Outputs { return {as_strided_copy(a[0], a.ints("size"), a.ints("stride"))}; }},
    COPY(diagonal_copy),
    {"select_copy",
     [](Args& a) -> Outputs { return {select_copy(a[0], a.i("dim"), a.i("index"))}; }},
    {"slice_copy",
     [](Args& a) -> Outputs {
       return {slice_copy(a[0], a.i("dim"), a.maybe_i("start"), a.maybe_i("end"), a.i("step"))};
     }},
    {"unsqueeze_copy", [](Args& a) -> Outputs { return {unsqueeze_copy(a[0], a.i("dim"))}; }},
    {"transpose_copy",
     [](Args& a) -> Outputs { return {transpose_copy(a[0], a.i("dim0"), a.i("dim1"))}; }},
    {"unfold_copy",
     [](Args& a) -> Outputs {
       return {unfold_copy(a[0], a.i("dimension"), a.i("size"), a.i("step"))};
     }},
    {"view_copy", [](Args& a) -> Outputs { return {view_copy(a[0], a.ints("size"))}; }},
    COPY(alias_copy),
    COPY(detach_copy),
    {"squeeze_copy", [](Args& a) -> Outputs { return {squeeze_copy(a[0])}; }},
    COPY(t_copy),
    COPY(view_as_real_copy),
    COPY(view_as_complex_copy),
    {"split_copy",
     [](Args& a) -> Outputs { return split_copy(a[0], a.i("split_size"), a.i("dim")); }},
    {"split_with_sizes_copy",
     [](Args& a) -> Outputs {
       return split_with_sizes_copy(a[0], a.ints("split_sizes"), a.i("dim"));
     }},
    {"unbind_copy", [](Args& a) -> Outputs { return unbind_copy(a[0], a.i("dim")); }},
};

HEARTH_GOLDEN_FAMILY(GoldenJoins, "joins", kTable);

}  // namespace
}  // namespace hearth::golden
