// SPDX-License-Identifier: Apache-2.0
// Images and weights as our own convolutions read them.
#pragma once

#include <algorithm>

#include "base/checked.h"
#include "base/parallel.h"
#include "cpu/conv_algorithm.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

/// Copies `lines` x `k` elements into rows of `width` lines, zeros behind the last of them.
void pack_lines(const float* src, int64_t lines, int64_t k, int64_t line_stride, int64_t k_stride,
                int64_t width, float* dst);

/// Channels-last images.
template <typename T>
struct Images {
  T* data;
  int64_t batch, channels;
  int64_t size[kConvDims];
  int64_t pixels() const { return size[0] * size[1] * size[2]; }
};

template <typename T>
Images<T> input_images(const ConvArgs& c, T* data) {
  return {data, c.batch, c.in_channels, {c.input[0], c.input[1], c.input[2]}};
}
template <typename T>
Images<T> output_images(const ConvArgs& c, T* data) {
  return {data, c.batch, c.out_channels, {c.output(0), c.output(1), c.output(2)}};
}

/// Images in channels-last order: the caller's, or a turned copy.
template <typename T>
class Turned {
 public:
  Turned(const ConvArgs& c, Images<T> images)
      : user_(images.data),
        turned_(c.layout == ConvLayout::Contiguous && images.channels > 1 && images.pixels() > 1),
        copy_(turned_ ? static_cast<size_t>(images.batch * images.channels * images.pixels()) : 0),
        images_(images) {
    if (turned_) images_.data = copy_.data();
  }
  void read() {
    if (!turned_) return;
    const int64_t channels = images_.channels, pixels = images_.pixels(), per_piece = 64;
    const int64_t pieces = ceil_div(pixels, per_piece);
    parallel_for(images_.batch * pieces, 4, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t image = i / pieces * channels * pixels, first = i % pieces * per_piece;
        pack_lines(user_ + image + first, channels, std::min(per_piece, pixels - first), pixels, 1,
                   channels, copy_.data() + image + first * channels);
      }
    });
  }
  void write() {
    if (!turned_) return;
    const int64_t channels = images_.channels, pixels = images_.pixels(), per_piece = 16;
    const int64_t pieces = ceil_div(channels, per_piece);
    parallel_for(images_.batch * pieces, 4, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t image = i / pieces * channels * pixels, first = i % pieces * per_piece;
        pack_lines(copy_.data() + image + first, pixels, std::min(per_piece, channels - first),
                   channels, 1, pixels, user_ + image + first * pixels);
      }
    });
  }
  const Images<T>& images() const { return images_; }

 private:
  T* user_;
  bool turned_;
  Scratch<float> copy_;
  Images<T> images_;
};

/// Where the elements of a weight lie: `from` a channel of the source `to` one of the result.
struct WeightStrides {
  int64_t from, to, tap;
  WeightStrides(const ConvArgs& c, bool forward) {
    const bool last = c.weight_layout == ConvLayout::ChannelsLast;
    const int64_t in = last ? 1 : c.area(), out = c.in_channels * c.area();
    from = forward ? in : out;
    to = forward ? out : in;
    tap = last ? c.in_channels : 1;
  }
};

/// What a pixel in the padding reads.
class Zeros {
 public:
  explicit Zeros(int64_t channels) : data_(static_cast<size_t>(channels)) {
    std::fill_n(data_.data(), channels, 0.0f);
  }
  const float* data() { return data_.data(); }

 private:
  Scratch<float> data_;
};

/// sums [channels], over images and pixels.
void channel_sums(const Images<const float>& images, float* sums);

}  // namespace hearth::cpu
