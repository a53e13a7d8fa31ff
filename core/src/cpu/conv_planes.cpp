// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_planes.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/parallel.h"
#include "cpu/conv_kernels.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

const ConvKernels& kernels() {
  static const ConvKernels& table = HEARTH_SELECT_ISA(conv_kernels);
  return table;
}

/// Where the elements of an image [channels, height, width] lie.
struct ImageStrides {
  int64_t channel, row, pixel;
  ImageStrides(ConvLayout layout, int64_t channels, const int64_t* size)
      : channel(layout == ConvLayout::ChannelsLast ? 1 : size[0] * size[1]),
        row(layout == ConvLayout::ChannelsLast ? size[1] * channels : size[1]),
        pixel(layout == ConvLayout::ChannelsLast ? channels : 1) {}
};

/// Planes of an image with a border of zeros, and room behind for kernels that read on.
class PaddedPlanes {
 public:
  PaddedPlanes(int64_t channels, const int64_t* size, const int64_t* before, int64_t height,
               int64_t row)
      : channels_(channels),
        height_(size[0]),
        width_(size[1]),
        row_(row),
        plane_(height * row),
        first_(before[0] * row + before[1]),
        data_(static_cast<size_t>(elements())) {
    std::fill_n(data_.data(), elements(), 0.0f);
  }
  void read(const float* image, const ImageStrides& from) {
    for (int64_t c = 0; c < channels_; ++c) {
      for (int64_t h = 0; h < height_; ++h) {
        const float* source = image + c * from.channel + h * from.row;
        float* row = data_.data() + c * plane_ + h * row_ + first_;
        if (from.pixel == 1) {
          std::memcpy(row, source, static_cast<size_t>(width_) * sizeof(float));
        } else {
          for (int64_t w = 0; w < width_; ++w) row[w] = source[w * from.pixel];
        }
      }
    }
  }
  const float* data() { return data_.data(); }
  int64_t row() const { return row_; }
  int64_t plane() const { return plane_; }

 private:
  int64_t elements() const { return channels_ * plane_ + 2 * kernels().lanes; }
  int64_t channels_, height_, width_, row_, plane_, first_;
  Scratch<float> data_;
};

/// How tap (kh, kw) of filter [o, i] is found in a weight.
struct WeightStrides {
  int64_t out, in, row, tap;
  explicit WeightStrides(const ConvArgs& c) {
    const int64_t area = c.area();
    const bool last = c.weight_layout == ConvLayout::ChannelsLast;
    out = c.in_channels * area;
    in = last ? 1 : area;
    tap = last ? c.in_channels : 1;
    row = c.kernel[2] * tap;
  }
};

/// f(element of [out, in, kernel], element of the weight as it lies).
template <class F>
void for_each_tap(const ConvArgs& c, const F& f) {
  const WeightStrides s(c);
  int64_t at = 0;
  for (int64_t o = 0; o < c.out_channels; ++o)
    for (int64_t i = 0; i < c.in_channels; ++i)
      for (int64_t kh = 0; kh < c.kernel[1]; ++kh)
        for (int64_t kw = 0; kw < c.kernel[2]; ++kw)
          f(at++, o * s.out + i * s.in + kh * s.row + kw * s.tap);
}

PaddedPlanes padded_input(const ConvArgs& c) {
  return PaddedPlanes(c.in_channels, c.input + 1, c.pad_begin + 1,
                      c.input[1] + c.pad_begin[1] + c.pad_end[1],
                      c.input[2] + c.pad_begin[2] + c.pad_end[2]);
}

PlaneConv plane_conv(const ConvArgs& c, const PaddedPlanes& x) {
  return {.in = c.in_channels,
          .out = c.out_channels,
          .kernel = {c.kernel[1], c.kernel[2]},
          .dilation = {c.dilation[1], c.dilation[2]},
          .output = {c.output(1), c.output(2)},
          .x_row = x.row(),
          .x_plane = x.plane()};
}

size_t weights(const ConvArgs& c) {
  return static_cast<size_t>(c.out_channels * c.in_channels * c.area());
}

}  // namespace

bool planes_accept(const ConvArgs& c) {
  bool plain = c.dtype == kFloat && c.groups == 1 && c.dims < 3;
  Checked padded = 1;
  for (int d = 1; d < kConvDims; ++d) {
    plain &= c.stride[d] == 1 && c.pad_begin[d] >= 0 && c.pad_end[d] >= 0;
    padded *= Checked(c.input[d]) + c.pad_begin[d] + c.pad_end[d];
  }
  // The border is kept in memory, so it must not be most of what there is.
  constexpr int64_t kSmall = 1 << 14;
  return plain && padded.value_or(INT64_MAX) <= std::max(4 * c.pixels(), kSmall);
}

void planes_forward(const ConvArgs& c, const float* x, const float* w, const float* bias,
                    float* y) {
  Scratch<float> ordered(weights(c));
  for_each_tap(c, [&](int64_t to, int64_t from) { ordered[static_cast<size_t>(to)] = w[from]; });
  const int64_t output[] = {c.output(1), c.output(2)};
  const int64_t pixels = output[0] * output[1];
  const ImageStrides xs(c.layout, c.in_channels, c.input + 1), ys(c.layout, c.out_channels, output);
  const bool in_place = ys.pixel == 1;
  parallel_for(0, c.batch, 1, [&](int64_t begin, int64_t end) {
    PaddedPlanes planes = padded_input(c);
    const PlaneConv image = plane_conv(c, planes);
    Scratch<float> result(static_cast<size_t>(in_place ? 0 : c.out_channels * pixels));
    for (int64_t n = begin; n < end; ++n) {
      planes.read(x + n * c.in_channels * c.input[1] * c.input[2], xs);
      float* to = y + n * c.out_channels * pixels;
      kernels().forward(image, planes.data(), ordered.data(), bias, in_place ? to : result.data());
      if (in_place) continue;
      for (int64_t o = 0; o < c.out_channels; ++o)
        for (int64_t p = 0; p < pixels; ++p)
          to[p * ys.pixel + o] = result[static_cast<size_t>(o * pixels + p)];
    }
  });
}

void planes_backward_weights(const ConvArgs& c, const float* x, const float* gy, float* gw,
                             float* gb) {
  constexpr int64_t kPieces = 8;
  const int64_t lanes = kernels().lanes, pieces = std::clamp<int64_t>(c.batch, 1, kPieces);
  const int64_t output[] = {c.output(1), c.output(2)};
  const int64_t y_row = (output[1] + lanes - 1) / lanes * lanes;
  const ImageStrides xs(c.layout, c.in_channels, c.input + 1), ys(c.layout, c.out_channels, output);
  // Each piece of the batch sums for itself; the sums are added in order.
  const size_t taps = weights(c), out = static_cast<size_t>(c.out_channels);
  const size_t sums_of_piece = (taps + out) * static_cast<size_t>(lanes);
  Scratch<float> sums(sums_of_piece * static_cast<size_t>(pieces));
  parallel_chunks(pieces, [&](int64_t piece) {
    PaddedPlanes planes = padded_input(c);
    const int64_t none[] = {0, 0};
    PaddedPlanes grads(c.out_channels, output, none, output[0], y_row);
    const PlaneConv image = plane_conv(c, planes);
    float* own = sums.data() + static_cast<size_t>(piece) * sums_of_piece;
    std::fill_n(own, sums_of_piece, 0.0f);
    for (int64_t n = c.batch * piece / pieces; n < c.batch * (piece + 1) / pieces; ++n) {
      planes.read(x + n * c.in_channels * c.input[1] * c.input[2], xs);
      grads.read(gy + n * c.out_channels * output[0] * output[1], ys);
      kernels().weight_grad(image, planes.data(), grads.data(), y_row, own,
                            gb ? own + taps * static_cast<size_t>(lanes) : nullptr);
    }
  });
  const auto total = [&](int64_t at) {
    float sum = 0;
    for (int64_t piece = 0; piece < pieces; ++piece)
      for (int64_t lane = 0; lane < lanes; ++lane)
        sum += sums[static_cast<size_t>(piece) * sums_of_piece +
                    static_cast<size_t>(at * lanes + lane)];
    return sum;
  };
  for_each_tap(c, [&](int64_t from, int64_t to) { gw[to] = total(from); });
  for (int64_t o = 0; gb && o < c.out_channels; ++o) gb[o] = total(static_cast<int64_t>(taps) + o);
}

}  // namespace hearth::cpu
