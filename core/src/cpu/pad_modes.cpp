// SPDX-License-Identifier: Apache-2.0
// Padding with the input's own elements: a row of the result is a block of a row of the input, and
// edges of single elements.
#include <algorithm>
#include <cstring>
#include <vector>

#include "cpu/image_loop.h"
#include "cpu/kernels.h"
#include "cpu/tile.h"
#include "ops/pad_axis.h"
#include "tensor/image_layout.h"

namespace hearth::cpu {

namespace {

/// The result's elements that are no block's: where they are, and where they come from.
struct Edge {
  int64_t to, from;
};
std::vector<Edge> edges(const PadAxis& axis) {
  std::vector<Edge> list;
  for (int64_t i = 0; i < axis.begin; ++i) list.push_back({i, axis.source(i)});
  for (int64_t i = axis.end; i < axis.size; ++i) list.push_back({i, axis.source(i)});
  return list;
}

template <size_t kBytes>
void copy_units(const std::vector<Edge>& list, const char* from, char* to, size_t bytes) {
  if constexpr (kBytes != 0) bytes = kBytes;
  for (const Edge& e : list)
    std::memcpy(to + static_cast<size_t>(e.to) * bytes, from + static_cast<size_t>(e.from) * bytes,
                bytes);
}
void copy_edges(const std::vector<Edge>& list, const char* from, char* to, size_t bytes) {
  switch (bytes) {
    case 1:
      return copy_units<1>(list, from, to, bytes);
    case 2:
      return copy_units<2>(list, from, to, bytes);
    case 4:
      return copy_units<4>(list, from, to, bytes);
    case 8:
      return copy_units<8>(list, from, to, bytes);
    case 16:
      return copy_units<16>(list, from, to, bytes);
    default:
      return copy_units<0>(list, from, to, bytes);
  }
}

void forward(const Call& call) {
  const auto& op = call.as<ops::PadFromSelf>();
  const Tensor& out = call.out[0];
  if (impl(out).numel == 0) return;
  const bool last = pads_channels_last(call.in[0], op.pad);
  const Tensor x = image_raw(call.in[0], last);
  const PadRows r(op.mode, op.pad, impl(x).sizes, last);
  const std::vector<Edge> list = edges(r.width);
  const size_t bytes = static_cast<size_t>(r.unit) * element_size(impl(x).dtype);
  const size_t in_row = static_cast<size_t>(r.in_width) * bytes;
  const size_t out_row = static_cast<size_t>(r.width.size) * bytes;
  const char* from = impl(x).data();
  char* to = impl(out).data();
  const int64_t plane = r.depth.size * r.height.size;
  parallel_for(r.images * plane, 1 + static_cast<int64_t>(65536 / out_row),
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i) {
                   const int64_t d = r.depth.source(i % plane / r.height.size);
                   const int64_t h = r.height.source(i % r.height.size);
                   const int64_t row = (i / plane * r.in_depth + d) * r.in_height + h;
                   const char* source = from + static_cast<size_t>(row) * in_row;
                   char* result = to + static_cast<size_t>(i) * out_row;
                   std::memcpy(result + static_cast<size_t>(r.width.begin) * bytes,
                               source + static_cast<size_t>(r.width.first) * bytes,
                               static_cast<size_t>(r.width.end - r.width.begin) * bytes);
                   copy_edges(list, source, result, bytes);
                 }
               });
}

/// For each element of the input's dim, the result's that are copies of it.
class Copies {
 public:
  Copies(const PadAxis& axis, int64_t n) : begins_(static_cast<size_t>(n) + 1) {
    for (int64_t i = 0; i < axis.size; ++i) ++begins_[static_cast<size_t>(axis.source(i)) + 1];
    for (size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
    std::vector<size_t> at(begins_.begin(), begins_.end() - 1);
    places_.resize(static_cast<size_t>(axis.size));
    for (int64_t i = 0; i < axis.size; ++i) places_[at[static_cast<size_t>(axis.source(i))]++] = i;
  }
  ArrayRef<int64_t> of(int64_t i) const {
    const size_t begin = begins_[static_cast<size_t>(i)];
    return {places_.data() + begin, begins_[static_cast<size_t>(i) + 1] - begin};
  }

 private:
  std::vector<size_t> begins_;
  std::vector<int64_t> places_;
};

/// Sums the gradient's rows into those of the input, each by one thread.
template <class T>
void backward_as(const PadRows& r, const char* gradient, char* result) {
  const std::vector<Edge> list = edges(r.width);
  const Copies depths(r.depth, r.in_depth), heights(r.height, r.in_height);
  const int64_t in_row = r.in_width * r.unit, out_row = r.width.size * r.unit;
  const int64_t block = (r.width.end - r.width.begin) * r.unit;
  const bool whole = block == in_row;
  const T* from = reinterpret_cast<const T*>(gradient);
  T* to = reinterpret_cast<T*>(result);
  parallel_for(r.images * r.in_depth * r.in_height, 1 + 16384 / std::max<int64_t>(in_row, 1),
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i) {
                   const int64_t h = i % r.in_height, plane = i / r.in_height;
                   const int64_t d = plane % r.in_depth, image = plane / r.in_depth;
                   T* sum = to + i * in_row;
                   bool empty = true;
                   for (const int64_t od : depths.of(d)) {
                     for (const int64_t oh : heights.of(h)) {
                       const T* g =
                           from + ((image * r.depth.size + od) * r.height.size + oh) * out_row;
                       const T* middle = g + r.width.begin * r.unit;
                       T* under = sum + r.width.first * r.unit;
                       if (empty && whole) {
                         std::copy_n(middle, block, under);
                       } else {
                         if (empty) std::fill_n(sum, in_row, T(0));
                         for (int64_t k = 0; k < block; ++k) under[k] += middle[k];
                       }
                       empty = false;
                       for (const Edge& e : list)
                         for (int64_t k = 0; k < r.unit; ++k)
                           sum[e.from * r.unit + k] += g[e.to * r.unit + k];
                     }
                   }
                   if (empty) std::fill_n(sum, in_row, T(0));
                 }
               });
}

void backward(const Call& call) {
  const auto& op = call.as<ops::PadFromSelfBackward>();
  const Tensor& out = call.out[0];
  if (impl(out).numel == 0) return;
  const bool last = pads_channels_last(call.in[0], op.pad);
  const Tensor g = image_raw(call.in[0], last);
  if (impl(g).numel == 0) return fill_tiled(out, 0);
  ComputeElements from(g), to(out);
  from.load();
  PadRows r(op.mode, op.pad, op.input_size, last);
  const ScalarType type = impl(g).dtype;
  const bool complex = is_complex(type);
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(type) || complex,
                  "[pad_from_self_backward] no kernel for ", type);
  if (!complex) {
    type == kDouble ? backward_as<double>(r, from.at(0), to.at(0))
                    : backward_as<float>(r, from.at(0), to.at(0));
  } else {
    r.unit *= 2;
    type == kComplexDouble ? backward_as<double>(r, from.at(0), to.at(0))
                           : backward_as<float>(r, from.at(0), to.at(0));
  }
  to.store();
}

}  // namespace

void install_pad_modes() {
  ops::PadFromSelf::row().kernel[0] = &forward;
  ops::PadFromSelfBackward::row().kernel[0] = &backward;
}

}  // namespace hearth::cpu
