// SPDX-License-Identifier: Apache-2.0
// Arithmetic on sizes and strides.
#include <algorithm>
#include <numeric>

#include "base/checked.h"
#include "tensor/tensor_impl.h"

namespace hearth {

void check_rank(IntArrayRef sizes) {
  HEARTH_CHECK_AS(ShapeError, sizes.size() <= kMaxRank, "[shape] only tensors with up to ",
                  kMaxRank, " dims are supported, got ", sizes.size());
}

int64_t checked_numel(IntArrayRef sizes) {
  Checked n = 1;
  bool empty = false;
  for (int64_t s : sizes) {
    HEARTH_CHECK_AS(ShapeError, s >= 0, "[shape] Trying to create tensor with negative dimension ",
                    s, ": ", sizes);
    empty |= s == 0;
    n *= s;
  }
  // A zero anywhere makes the product zero, whatever the others overflow to.
  if (empty) return 0;
  HEARTH_CHECK_AS(ShapeError, n.fits(), "[shape] numel of ", sizes,
                  " overflows: more elements than int64 counts");
  return n.value_or(0);
}

int64_t checked_nbytes(int64_t numel, ScalarType dtype) {
  const Checked bytes = Checked(numel) * static_cast<int64_t>(element_size(dtype));
  HEARTH_CHECK_AS(ShapeError, bytes.fits(), "[shape] ", numel, " elements of ", dtype,
                  " overflow: more bytes than int64 counts");
  return bytes.value_or(0);
}

int64_t checked_extent(IntArrayRef sizes, IntArrayRef strides, std::string_view op) {
  Checked n = 1;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 0) return 0;
    n += (Checked(sizes[d]) - 1) * strides[d];
  }
  return n.get(op, "a layout of sizes ", sizes, " and strides ", strides);
}

namespace {

/// Strides of a dense tensor; dim_at(i) is the dim that lies i-th closest in memory.
template <class F>
DimVector dense_strides(IntArrayRef sizes, const F& dim_at) {
  DimVector strides;
  strides.resize(sizes.size());
  Checked step = 1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const size_t d = dim_at(i);
    strides[d] = step.get("shape", "a tensor of sizes ", sizes);
    step *= std::max<int64_t>(sizes[d], 1);
  }
  return strides;
}

/// The dim that lies i-th closest in memory in channels-last tensors of n dims.
size_t channels_last_dim(size_t n, size_t i) { return i == 0 ? 1 : i == n - 1 ? 0 : n - i; }

}  // namespace

DimVector contiguous_strides(IntArrayRef sizes) {
  return dense_strides(sizes, [&](size_t i) { return sizes.size() - 1 - i; });
}

DimVector channels_last_strides(IntArrayRef sizes) {
  const size_t n = sizes.size();
  return dense_strides(sizes, [&](size_t i) { return channels_last_dim(n, i); });
}

MemoryFormat channels_last_format(size_t rank) {
  return rank == 4   ? MemoryFormat::ChannelsLast
         : rank == 5 ? MemoryFormat::ChannelsLast3d
                     : MemoryFormat::Contiguous;
}

DimVector format_strides(IntArrayRef sizes, MemoryFormat format) {
  if (format == MemoryFormat::Contiguous || format == MemoryFormat::Preserve) return {};
  const bool cube = format == MemoryFormat::ChannelsLast3d;
  HEARTH_CHECK_AS(ShapeError, channels_last_format(sizes.size()) == format,
                  "[channels_last] required rank ", cube ? 5 : 4, " tensor to use channels_last",
                  cube ? "_3d" : "", " format, got sizes ", sizes);
  return channels_last_strides(sizes);
}

DimVector preserved_strides(IntArrayRef sizes, IntArrayRef strides) {
  DimVector order(sizes.size(), 0);
  std::iota(order.begin(), order.end(), 0);
  // Largest stride first; equal strides (broadcast dims) keep their place.
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return strides[a] == 0 || strides[b] == 0 ? a < b : strides[a] > strides[b];
  });
  return dense_strides(sizes,
                       [&](size_t i) { return static_cast<size_t>(order[order.size() - 1 - i]); });
}

bool is_channels_last_strides(IntArrayRef sizes, IntArrayRef strides) {
  const size_t n = sizes.size();
  if (channels_last_format(n) == MemoryFormat::Contiguous) return false;
  Checked step = 1;
  for (size_t i = 0; i < n; ++i) {
    const size_t d = channels_last_dim(n, i);
    if (sizes[d] != 1 && !step.is(strides[d])) return false;
    step *= std::max<int64_t>(sizes[d], 1);
  }
  return true;
}

bool prefers_channels_last(IntArrayRef sizes, IntArrayRef strides) {
  const size_t n = sizes.size();
  if (n < 3 || strides[1] == 0) return false;
  // Beyond what int64 holds nothing follows.
  const auto end = [&](size_t d) { return (Checked(strides[d]) * sizes[d]).value_or(INT64_MAX); };
  int64_t least = end(1);
  for (size_t d = n - 1; d >= 2; --d) {
    if (strides[d] < least || sizes[d] == 0) return false;
    least = end(d);
  }
  // [N, 1, 1, 1] with equal strides says nothing.
  return sizes[0] != 0 && sizes[1] != 0 && strides[0] >= least && least != strides[1];
}

int64_t stride_of(int64_t elements, int64_t stride) {
  return (Checked(elements) * stride).value_or(stride);
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
    const bool chunk_ends = d == 0 || (old_sizes[d - 1] != 1 &&
                                       !(Checked(old_numel) * chunk_base).is(old_strides[d - 1]));
    if (!chunk_ends) continue;
    while (view_d >= 0 && (view_numel < old_numel || sizes[view_d] == 1)) {
      out[view_d] = stride_of(view_numel, chunk_base);
      view_numel *= sizes[view_d];
      --view_d;
    }
    if (view_numel != old_numel) return std::nullopt;
    if (d > 0) {
      chunk_base = old_strides[d - 1];
      old_numel = view_numel = 1;
    }
  }
  for (; view_d >= 0; --view_d) out[view_d] = stride_of(view_numel, chunk_base);
  return out;
}

DimVector infer_size(IntArrayRef sizes, int64_t numel) {
  DimVector out(sizes);
  Checked product = 1;
  int64_t unknown = -1;
  bool empty = false;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == -1) {
      HEARTH_CHECK_AS(ShapeError, unknown < 0, "[view] only one dimension can be inferred, got ",
                      sizes);
      unknown = static_cast<int64_t>(d);
    } else {
      HEARTH_CHECK_AS(ShapeError, sizes[d] >= 0, "[view] invalid shape dimension ", sizes[d],
                      " in ", sizes);
      product *= sizes[d];
      empty |= sizes[d] == 0;
    }
  }
  // A product that overflows is of no tensor's elements.
  const int64_t known = empty ? 0 : product.value_or(-1);
  if (unknown >= 0 && known >= 0) {
    HEARTH_CHECK_AS(ShapeError, known != 0 || numel != 0,
                    "[view] cannot reshape tensor of 0 elements into shape ", sizes,
                    " because the unspecified dimension size -1 can be any value and is ambiguous");
    if (known != 0 && numel % known == 0) {
      out[unknown] = numel / known;
      return out;
    }
  } else if (known == numel) {
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
