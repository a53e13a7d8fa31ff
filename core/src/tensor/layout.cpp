// SPDX-License-Identifier: Apache-2.0
// Arithmetic on sizes and strides.
#include <algorithm>
#include <numeric>

#include "tensor/tensor_impl.h"

namespace hearth {

int64_t checked_numel(IntArrayRef sizes) {
  int64_t n = 1;
  bool overflow = false;
  for (int64_t s : sizes) {
    HEARTH_CHECK_AS(ShapeError, s >= 0, "[shape] sizes must not be negative, got ", sizes);
    overflow |= __builtin_mul_overflow(n, s, &n);
  }
  // A zero anywhere makes the product zero, whatever the others overflow to.
  if (overflow) {
    for (int64_t s : sizes)
      if (s == 0) return 0;
    throw ShapeError(
        cat_str("[shape] numel of ", sizes, " overflows: more elements than int64 counts"));
  }
  return n;
}

int64_t checked_nbytes(int64_t numel, ScalarType dtype) {
  int64_t bytes = 0;
  const bool overflow =
      __builtin_mul_overflow(numel, static_cast<int64_t>(element_size(dtype)), &bytes);
  HEARTH_CHECK_AS(ShapeError, !overflow, "[shape] ", numel, " elements of ", dtype,
                  " overflow: more bytes than int64 counts");
  return bytes;
}

DimVector contiguous_strides(IntArrayRef sizes) {
  DimVector strides;
  strides.resize(sizes.size());
  int64_t step = 1;
  for (size_t d = sizes.size(); d-- > 0;) {
    strides[d] = step;
    step *= std::max<int64_t>(sizes[d], 1);
  }
  return strides;
}

DimVector channels_last_strides(IntArrayRef sizes) {
  HEARTH_CHECK_AS(ShapeError, sizes.size() == 4,
                  "[channels_last] required rank 4 tensor to use channels_last format, got sizes ",
                  sizes);
  const int64_t c = std::max<int64_t>(sizes[1], 1), h = std::max<int64_t>(sizes[2], 1),
                w = std::max<int64_t>(sizes[3], 1);
  return {h * w * c, 1, w * c, c};
}

DimVector preserved_strides(IntArrayRef sizes, IntArrayRef strides) {
  const size_t n = sizes.size();
  DimVector order;
  order.resize(n);
  std::iota(order.begin(), order.end(), 0);
  // Largest stride first; equal strides (broadcast dims) keep their place.
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return strides[a] == 0 || strides[b] == 0 ? a < b : strides[a] > strides[b];
  });
  DimVector out;
  out.resize(n);
  int64_t step = 1;
  for (size_t i = n; i-- > 0;) {
    out[order[i]] = step;
    step *= std::max<int64_t>(sizes[order[i]], 1);
  }
  return out;
}

bool is_channels_last_strides(IntArrayRef sizes, IntArrayRef strides) {
  if (sizes.size() != 4) return false;
  int64_t step = 1;
  for (int d : {1, 3, 2, 0}) {
    if (sizes[d] != 1 && strides[d] != step) return false;
    step *= std::max<int64_t>(sizes[d], 1);
  }
  return true;
}

bool prefers_channels_last(IntArrayRef sizes, IntArrayRef strides) {
  const size_t n = sizes.size();
  if (n < 3 || strides[1] == 0) return false;
  int64_t least = strides[1] * sizes[1];
  for (size_t d = n - 1; d >= 2; --d) {
    if (strides[d] < least || sizes[d] == 0) return false;
    least = strides[d] * sizes[d];
  }
  // [N, 1, 1, 1] with equal strides says nothing.
  return sizes[0] != 0 && sizes[1] != 0 && strides[0] >= least && least != strides[1];
}

std::optional<DimVector> view_strides(IntArrayRef old_sizes, IntArrayRef old_strides,
                                      IntArrayRef sizes) {
  const int64_t n = checked_numel(old_sizes);
  if (n == 0) {
    if (old_sizes == sizes) return DimVector(old_strides);
    return contiguous_strides(sizes);
  }
  DimVector out;
  out.resize(sizes.size());
  // Walk chunks of old dims that are contiguous among themselves and cut new dims out of each.
  int64_t view_d = static_cast<int64_t>(sizes.size()) - 1;
  int64_t chunk_base = old_strides.empty() ? 1 : old_strides.back();
  int64_t old_numel = 1, view_numel = 1;
  for (int64_t d = static_cast<int64_t>(old_sizes.size()) - 1; d >= 0; --d) {
    old_numel *= old_sizes[d];
    const bool chunk_ends =
        d == 0 || (old_sizes[d - 1] != 1 && old_strides[d - 1] != old_numel * chunk_base);
    if (!chunk_ends) continue;
    while (view_d >= 0 && (view_numel < old_numel || sizes[view_d] == 1)) {
      out[view_d] = view_numel * chunk_base;
      view_numel *= sizes[view_d];
      --view_d;
    }
    if (view_numel != old_numel) return std::nullopt;
    if (d > 0) {
      chunk_base = old_strides[d - 1];
      old_numel = view_numel = 1;
    }
  }
  for (; view_d >= 0; --view_d) out[view_d] = view_numel * chunk_base;
  return out;
}

DimVector infer_size(IntArrayRef sizes, int64_t numel) {
  DimVector out(sizes);
  int64_t known = 1, unknown = -1;
  bool overflow = false;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == -1) {
      HEARTH_CHECK_AS(ShapeError, unknown < 0, "[view] only one dimension can be inferred, got ",
                      sizes);
      unknown = static_cast<int64_t>(d);
    } else {
      HEARTH_CHECK_AS(ShapeError, sizes[d] >= 0, "[view] invalid shape dimension ", sizes[d],
                      " in ", sizes);
      overflow |= __builtin_mul_overflow(known, sizes[d], &known);
    }
  }
  if (unknown >= 0 && !overflow) {
    HEARTH_CHECK_AS(ShapeError, known != 0,
                    "[view] cannot reshape tensor of 0 elements into shape ", sizes,
                    " because the unspecified dimension size -1 can be any value and is ambiguous");
    if (numel % known == 0) {
      out[unknown] = numel / known;
      return out;
    }
  } else if (!overflow && known == numel) {
    return out;
  }
  throw ShapeError(cat_str("[view] shape '", sizes, "' is invalid for input of size ", numel));
}

DimVector broadcast_shapes(IntArrayRef a, IntArrayRef b, std::string_view op) {
  const IntArrayRef& longer = a.size() >= b.size() ? a : b;
  const IntArrayRef& shorter = a.size() >= b.size() ? b : a;
  DimVector out(longer);
  const size_t shift = longer.size() - shorter.size();
  for (size_t d = 0; d < shorter.size(); ++d) {
    int64_t& o = out[d + shift];
    if (o == shorter[d] || shorter[d] == 1) continue;
    HEARTH_CHECK_AS(ShapeError, o == 1, "[", op, "] the size of tensor a (",
                    a[d + a.size() - shorter.size()], ") must match the size of tensor b (",
                    b[d + b.size() - shorter.size()], ") at non-singleton dimension ", d + shift,
                    ": sizes ", a, " and ", b, " do not broadcast");
    o = shorter[d];
  }
  return out;
}

int64_t wrap_dim(int64_t dim, int64_t ndim, std::string_view op) {
  const int64_t n = std::max<int64_t>(ndim, 1);
  HEARTH_CHECK_AS(IndexError, dim >= -n && dim < n, "[", op,
                  "] Dimension out of range (expected to be in range of [", -n, ", ", n - 1,
                  "], but got ", dim, ")");
  return dim < 0 ? dim + n : dim;
}

}  // namespace hearth
