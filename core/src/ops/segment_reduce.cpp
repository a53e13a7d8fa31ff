// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/scatter.h"
#include "hearth/ops/view.h"

#include "ops/index_checks.h"

namespace hearth {

namespace {

/// How many elements of each row lie before its first segment, in each one, and after the last.
struct Segments {
  Tensor counts;  ///< [rows, segments]
  Tensor all;     ///< [rows, segments + 2]
};

Segments segments_of(const std::optional<Tensor>& lengths, const std::optional<Tensor>& offsets,
                     int64_t axis, int64_t rows, int64_t size, bool unsafe) {
  const bool by_offsets = offsets && offsets->defined();
  HEARTH_CHECK_AS(ValueError, by_offsets || (lengths && lengths->defined()),
                  "[segment_reduce] Either lengths or offsets must be defined.");
  const Tensor& given = by_offsets ? *offsets : *lengths;
  const std::string_view name = by_offsets ? "offsets" : "lengths";
  ops::check_index_type(given, "segment_reduce");
  HEARTH_CHECK_AS(ShapeError, given.dim() == axis + 1,
                  "[segment_reduce] Expected axis to be the last dimension of ", name, " but got ",
                  axis, " for sizes ", given.sizes());
  const int64_t n = given.size(-1);
  HEARTH_CHECK_AS(ShapeError, given.numel() == rows * n && (n > 0 || !by_offsets),
                  "[segment_reduce] expected ", name, " of the sizes that data has before dim ",
                  axis, ", got ", given.sizes());
  const Tensor flat = ops::as_long(given).reshape({rows, n});
  const Tensor first = by_offsets ? flat.narrow(1, 0, 1) : zeros({rows, 1}, flat.options());
  const Tensor counts = by_offsets ? flat.narrow(1, 1, n - 1) - flat.narrow(1, 0, n - 1) : flat;
  const Tensor rest = size - first - counts.sum(IntArrayRef(1), true);
  const Tensor all = cat({first, counts, rest}, 1);
  HEARTH_CHECK_AS(ValueError, all.ge(0).all().item<bool>(), "[segment_reduce] ", name,
                  " contain a negative length, or reach past the ", size, " elements of data");
  HEARTH_CHECK_AS(ValueError, unsafe || by_offsets || rest.eq(0).all().item<bool>(),
                  "[segment_reduce] Expected all rows of lengths along axis to sum to ", size,
                  " when !unsafe");
  return {counts, all};
}

}  // namespace

Tensor segment_reduce(const Tensor& data, std::string_view reduce,
                      const std::optional<Tensor>& lengths, const std::optional<Tensor>& indices,
                      const std::optional<Tensor>& offsets, int64_t axis, bool unsafe,
                      const std::optional<Scalar>& initial) {
  HEARTH_CHECK_AS(NotImplementedError, !indices || !indices->defined(),
                  "[segment_reduce] indices are not supported; use lengths or offsets");
  HEARTH_CHECK_AS(DtypeError, data.is_floating_point(),
                  "[segment_reduce] expected floating point data, got ", data.scalar_type());
  HEARTH_CHECK_AS(ShapeError, data.dim() > 0, "[segment_reduce] expected at least one dimension");
  const bool most = reduce == "max" || reduce == "amax",
             least = reduce == "min" || reduce == "amin";
  HEARTH_CHECK_AS(ValueError,
                  most || least || reduce == "sum" || reduce == "mean" || reduce == "prod",
                  "[segment_reduce] reduce argument must be either sum, prod, mean, max or min, "
                  "got ",
                  reduce);
  const int64_t d = wrap_dim(axis, data.dim(), "segment_reduce");
  const auto at = static_cast<size_t>(d);
  const int64_t rows = checked_numel(data.sizes().slice(0, at)), size = data.size(d);
  const Segments s = segments_of(lengths, offsets, d, rows, size, unsafe);
  const int64_t n = s.all.size(1);

  DimVector trailing(data.sizes().slice(at + 1, data.sizes().size() - at - 1));
  const auto shape = [&](std::initializer_list<int64_t> leading) {
    DimVector sizes{leading};
    for (int64_t k : trailing) sizes.push_back(k);
    return sizes;
  };
  const Tensor where_to = repeat_interleave(arange(rows * n, s.all.options()), s.all.flatten());
  const Tensor elements = data.reshape(shape({rows * size}));
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Scalar start = most    ? -kInfinity
                       : least ? Scalar(kInfinity)
                               : initial.value_or(reduce == "prod" ? 1 : 0);
  Tensor out = full(shape({rows * n}), start, data.options().requires_grad(false));
  if (reduce == "sum" || reduce == "mean") {
    out = out.index_add(0, where_to, elements);
  } else {
    out = index_reduce(out, 0, where_to, elements, most ? "amax" : least ? "amin" : "prod");
  }
  out = out.view(shape({rows, n})).narrow(1, 1, n - 2);
  if (reduce == "mean") {
    DimVector own(out.sizes().size(), 1);
    own[0] = rows;
    own[1] = n - 2;
    // The mean of nothing is NaN, or what it began with.
    const Tensor counts = initial ? s.counts.clamp_min(1) : s.counts;
    out = out / counts.to(data.scalar_type()).view(own);
  }
  if (initial && most) out = hearth::where(out < *initial, *initial, out);
  if (initial && least) out = hearth::where(out > *initial, *initial, out);
  DimVector sizes(data.sizes());
  sizes[at] = n - 2;
  return out.reshape(sizes);
}

}  // namespace hearth
