// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_unfold.h"

#include <algorithm>
#include <cstring>

#include "hearth/base/threads.h"

#include "base/checked.h"
#include "cpu/gemm_own.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

/// The sizes of one image and group. "Columns" is the unfolded image: a [taps, positions] matrix
/// for contiguous images, its transpose for channels-last ones. A row of w holds the taps in the
/// same order.
struct Geometry {
  const ConvArgs& c;
  bool last;
  int64_t in, out;           // channels of a group
  int64_t area;              // of the kernel
  int64_t taps, positions;   // of the columns
  int64_t pixels;            // of an input image
  int64_t x_image, y_image;  // elements

  explicit Geometry(const ConvArgs& args)
      : c(args),
        last(args.layout == ConvLayout::ChannelsLast),
        in(args.in_channels / args.groups),
        out(args.out_channels / args.groups),
        area(args.area()),
        taps(in * area),
        positions(args.positions()),
        pixels(args.pixels()),
        x_image(args.in_channels * pixels),
        y_image(args.out_channels * positions) {}

  int64_t x_offset(int64_t image, int64_t group) const {
    return image * x_image + group * in * (last ? 1 : pixels);
  }
  int64_t y_offset(int64_t image, int64_t group) const {
    return image * y_image + group * out * (last ? 1 : positions);
  }
  /// Whether the columns are the image itself.
  bool pointwise() const {
    bool itself = area == 1;
    for (int d = 0; d < kConvDims; d++)
      itself &= c.stride[d] == 1 && c.pad_begin[d] == 0 && c.pad_end[d] == 0;
    return itself;
  }
  MatrixStride y_matrix() const {  // [out, positions]
    return last ? MatrixStride{1, c.out_channels} : MatrixStride{positions, 1};
  }
  MatrixStride columns_matrix(bool image_itself) const {  // [taps, positions]
    if (last) return {1, image_itself ? c.in_channels : taps};
    return {positions, 1};
  }
};

/// Where a tap of one dim reads for an output: inside the input if 0 <= result < input[d].
int64_t tap_at(const ConvArgs& c, int d, int64_t out, int64_t tap) {
  return out * c.stride[d] + tap * c.dilation[d] - c.pad_begin[d];
}
bool inside(const ConvArgs& c, int d, int64_t at) { return at >= 0 && at < c.input[d]; }

/// Calls f(element of the image, element of the columns, run length, step in the image) for every
/// run of neighbours inside the image, and pad(element of the columns, run length) for those in the
/// padding. Of a channels-last image: the channels of a pixel are a run.
template <class F, class P>
void for_each_pixel_run(const Geometry& g, const F& f, const P& pad) {
  const ConvArgs& c = g.c;
  int64_t at = 0;
  for (int64_t od = 0; od < c.output(0); od++)
    for (int64_t oh = 0; oh < c.output(1); oh++)
      for (int64_t ow = 0; ow < c.output(2); ow++)
        for (int64_t kd = 0; kd < c.kernel[0]; kd++) {
          const int64_t id = tap_at(c, 0, od, kd);
          for (int64_t kh = 0; kh < c.kernel[1]; kh++) {
            const int64_t ih = tap_at(c, 1, oh, kh);
            const bool row = inside(c, 0, id) && inside(c, 1, ih);
            for (int64_t kw = 0; kw < c.kernel[2]; kw++, at += g.in) {
              const int64_t iw = tap_at(c, 2, ow, kw);
              if (row && inside(c, 2, iw)) {
                f(((id * c.input[1] + ih) * c.input[2] + iw) * c.in_channels, at, g.in, 1);
              } else {
                pad(at, g.in);
              }
            }
          }
        }
}

/// Of a contiguous image: a row of outputs reads a run.
template <class F, class P>
void for_each_row_run(const Geometry& g, const F& f, const P& pad) {
  const ConvArgs& c = g.c;
  const int64_t width = c.output(2), s = c.stride[2];
  int64_t at = 0;
  for (int64_t channel = 0; channel < g.in; channel++)
    for (int64_t kd = 0; kd < c.kernel[0]; kd++)
      for (int64_t kh = 0; kh < c.kernel[1]; kh++)
        for (int64_t kw = 0; kw < c.kernel[2]; kw++) {
          // Output columns whose input lies in the image: [first, end).
          const int64_t shift = tap_at(c, 2, 0, kw);
          const int64_t first = std::clamp<int64_t>(shift >= 0 ? 0 : ceil_div(-shift, s), 0, width);
          const int64_t room = c.input[2] - shift;
          const int64_t end = std::clamp<int64_t>(room <= 0 ? 0 : (room - 1) / s + 1, first, width);
          for (int64_t od = 0; od < c.output(0); od++) {
            const int64_t id = tap_at(c, 0, od, kd);
            for (int64_t oh = 0; oh < c.output(1); oh++, at += width) {
              const int64_t ih = tap_at(c, 1, oh, kh);
              if (!inside(c, 0, id) || !inside(c, 1, ih)) {
                pad(at, width);
                continue;
              }
              pad(at, first);
              if (end > first) {
                const int64_t row = (channel * c.input[0] + id) * c.input[1] + ih;
                f(row * c.input[2] + first * s + shift, at + first, end - first, s);
              }
              pad(at + end, width - end);
            }
          }
        }
}

template <class F, class P>
void for_each_run(const Geometry& g, const F& f, const P& pad) {
  if (g.last) return for_each_pixel_run(g, f, pad);
  for_each_row_run(g, f, pad);
}

template <typename T>
void unfold(const Geometry& g, const T* image, T* columns) {
  for_each_run(
      g,
      [=](int64_t from, int64_t to, int64_t n, int64_t step) {
        if (n <= 0) return;  // nothing but padding: the image may be empty, and null
        if (step == 1) {
          std::memcpy(columns + to, image + from, static_cast<size_t>(n) * sizeof(T));
        } else {
          for (int64_t i = 0; i < n; i++) columns[to + i] = image[from + i * step];
        }
      },
      [=](int64_t to, int64_t n) { std::fill_n(columns + to, n, T(0)); });
}

/// The adjoint: adds the columns into the image.
template <typename T>
void fold(const Geometry& g, const T* columns, T* image) {
  for_each_run(
      g,
      [=](int64_t to, int64_t from, int64_t n, int64_t step) {
        for (int64_t i = 0; i < n; i++) image[to + i * step] += columns[from + i];
      },
      [](int64_t, int64_t) {});
}

/// Copies a weight between its two layouts.
template <typename T>
void permute_weight(const ConvArgs& c, bool to_last, const T* from, T* to) {
  const int64_t in = c.in_channels / c.groups, area = c.area();
  for (int64_t o = 0; o < c.out_channels; o++, from += in * area, to += in * area) {
    for (int64_t i = 0; i < in; i++) {
      for (int64_t k = 0; k < area; k++) {
        if (to_last) {
          to[k * in + i] = from[i * area + k];
        } else {
          to[i * area + k] = from[k * in + i];
        }
      }
    }
  }
}

/// The weight in the order of the columns' taps.
template <typename T>
class OrderedWeight {
 public:
  OrderedWeight(const ConvArgs& c, const T* w)
      : copied_(c.weight_layout != c.layout && c.area() > 1),
        copy_(copied_ ? elements(c) : 0),
        data_(w) {
    if (!copied_) return;
    permute_weight(c, c.layout == ConvLayout::ChannelsLast, w, copy_.data());
    data_ = copy_.data();
  }
  const T* data() const { return data_; }
  static size_t elements(const ConvArgs& c) {
    return static_cast<size_t>(c.out_channels * (c.in_channels / c.groups) * c.area());
  }

 private:
  bool copied_;
  Scratch<T> copy_;
  const T* data_;
};

template <typename T>
void multiply(int64_t m, int64_t n, int64_t k, const T* a, MatrixStride as, const T* b,
              MatrixStride bs, T* c, int64_t c_stride, bool accumulate, const T* bias = nullptr) {
  MatmulArgs g;
  g.dtype = dtype_of<T>;
  g.m = m, g.n = n, g.k = k;
  g.a = a, g.b = b, g.c = c, g.bias = bias;
  g.a_stride = as, g.b_stride = bs, g.c_stride = c_stride;
  g.beta = accumulate ? 1 : 0;
  matmul(g);
}

MatrixStride transposed(MatrixStride s) { return {s.col, s.row}; }

/// f(image, group, scratch columns) for all of them; on several threads when there are several.
template <typename T, class F>
void for_each_image(const Geometry& g, const F& f) {
  const int64_t columns = g.pointwise() ? 0 : g.taps * g.positions;
  parallel_for(0, g.c.batch * g.c.groups, 1, [&](int64_t begin, int64_t end) {
    Scratch<T> scratch(static_cast<size_t>(columns));
    for (int64_t i = begin; i < end; i++) f(i / g.c.groups, i % g.c.groups, scratch.data());
  });
}

}  // namespace

template <typename T>
void unfold_forward(const ConvArgs& c, const T* x, const T* w, const T* bias, T* y) {
  const Geometry g(c);
  const OrderedWeight<T> weight(c, w);
  const bool itself = g.pointwise();
  for_each_image<T>(g, [&](int64_t image, int64_t group, T* scratch) {
    const T* from = x + g.x_offset(image, group);
    const T* wg = weight.data() + group * g.out * g.taps;
    T* to = y + g.y_offset(image, group);
    if (!itself) unfold(g, from, scratch);
    const T* columns = itself ? from : scratch;
    const MatrixStride cs = g.columns_matrix(itself);
    if (g.last) {
      multiply<T>(g.positions, g.out, g.taps, columns, transposed(cs), wg, {1, g.taps}, to,
                  c.out_channels, false, bias ? bias + group * g.out : nullptr);
      return;
    }
    if (bias) {
      for (int64_t o = 0; o < g.out; o++) {
        std::fill_n(to + o * g.positions, g.positions, bias[group * g.out + o]);
      }
    }
    multiply<T>(g.out, g.positions, g.taps, wg, {g.taps, 1}, columns, cs, to, g.positions,
                bias != nullptr);
  });
}

template <typename T>
void unfold_backward_data(const ConvArgs& c, const T* gy, const T* w, T* gx) {
  const Geometry g(c);
  const OrderedWeight<T> weight(c, w);
  const bool itself = g.pointwise();
  if (!itself) std::fill_n(gx, c.batch * g.x_image, T(0));
  for_each_image<T>(g, [&](int64_t image, int64_t group, T* scratch) {
    const T* from = gy + g.y_offset(image, group);
    const T* wg = weight.data() + group * g.out * g.taps;
    T* to = gx + g.x_offset(image, group);
    T* columns = itself ? to : scratch;
    const MatrixStride cs = g.columns_matrix(itself);
    if (g.last) {
      multiply<T>(g.positions, g.taps, g.out, from, transposed(g.y_matrix()), wg, {g.taps, 1},
                  columns, cs.col, false);
    } else {
      multiply<T>(g.taps, g.positions, g.out, wg, {1, g.taps}, from, g.y_matrix(), columns, cs.row,
                  false);
    }
    if (!itself) fold(g, scratch, to);
  });
}

template <typename T>
void unfold_backward_weights(const ConvArgs& c, const T* x, const T* gy, T* gw, T* gb) {
  const Geometry g(c);
  const bool itself = g.pointwise();
  const size_t elements = OrderedWeight<T>::elements(c);
  const bool permuted = c.weight_layout != c.layout && g.area > 1;
  // Each piece of the batch sums for itself; the sums are added in order.
  constexpr int64_t kPieces = 8;
  const int64_t pieces = std::clamp<int64_t>(c.batch, 1, kPieces);
  Scratch<T> sums(elements * static_cast<size_t>(pieces));
  parallel_chunks(pieces, [&](int64_t piece) {
    const int64_t begin = c.batch * piece / pieces, end = c.batch * (piece + 1) / pieces;
    Scratch<T> scratch(static_cast<size_t>(itself ? 0 : g.taps * g.positions));
    T* sum = sums.data() + static_cast<size_t>(piece) * elements;
    if (begin == end) std::fill_n(sum, elements, T(0));
    for (int64_t image = begin; image < end; image++) {
      for (int64_t group = 0; group < c.groups; group++) {
        const T* from = x + g.x_offset(image, group);
        if (!itself) unfold(g, from, scratch.data());
        multiply<T>(g.out, g.taps, g.positions, gy + g.y_offset(image, group), g.y_matrix(),
                    itself ? from : scratch.data(), transposed(g.columns_matrix(itself)),
                    sum + group * g.out * g.taps, g.taps, image != begin);
      }
    }
  });
  T* total = permuted ? sums.data() : gw;
  if (!permuted) std::copy_n(sums.data(), elements, gw);
  for (int64_t piece = 1; piece < pieces; piece++) {
    const T* sum = sums.data() + static_cast<size_t>(piece) * elements;
    for (size_t i = 0; i < elements; i++) total[i] += sum[i];
  }
  if (permuted) {
    permute_weight(c, c.weight_layout == ConvLayout::ChannelsLast, total, gw);
  }
  if (!gb) return;
  parallel_for(0, c.out_channels, 1, [&](int64_t begin, int64_t end) {
    const MatrixStride s = g.y_matrix();
    for (int64_t o = begin; o < end; o++) {
      double sum = 0;
      for (int64_t image = 0; image < c.batch; image++) {
        const T* row = gy + image * g.y_image + o * s.row;
        for (int64_t p = 0; p < g.positions; p++) sum += static_cast<double>(row[p * s.col]);
      }
      gb[o] = static_cast<T>(sum);
    }
  });
}

#define HEARTH_INSTANTIATE(T)                                                         \
  template void unfold_forward<T>(const ConvArgs&, const T*, const T*, const T*, T*); \
  template void unfold_backward_data<T>(const ConvArgs&, const T*, const T*, T*);     \
  template void unfold_backward_weights<T>(const ConvArgs&, const T*, const T*, T*, T*);
HEARTH_INSTANTIATE(float)
HEARTH_INSTANTIATE(double)
HEARTH_INSTANTIATE(int64_t)
#undef HEARTH_INSTANTIATE

}  // namespace hearth::cpu
