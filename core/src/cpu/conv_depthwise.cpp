// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_depthwise.h"

#include <algorithm>
#include <numeric>

#include "base/checked.h"
#include "base/parallel.h"
#include "cpu/conv_depthwise_kernels.h"
#include "cpu/conv_images.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kMaxArea = 256;
constexpr int64_t kGradParts = 16;  // of all rows, whose sums are added up in the end

const DepthwiseKernels& kernels() {
  static const DepthwiseKernels& table = HEARTH_SELECT_ISA(depthwise_kernels);
  return table;
}

struct Range {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
};

/// What the pixels of a result read along one dim, every result_step-th from `first` on: the tap t
/// of pixel i the source at i * step + start + t * tap, by the kernel's weight + t * weight_step.
class Line {
 public:
  int64_t first = 0, result_step = 1, count = 0;
  int64_t step = 1, start = 0, tap = 1, weight = 0, weight_step = 1, taps = 0;

  static Line forward(const ConvArgs& c, int d) {
    Line line;
    line.count = c.output(d);
    line.step = c.stride[d];
    line.start = -c.pad_begin[d];
    line.tap = c.dilation[d];
    line.taps = c.kernel[d];
    line.find_inside(c.input[d]);
    return line;
  }
  /// The inputs that lie `phase` behind a multiple of the stride: the same taps reach them all.
  static Line backward(const ConvArgs& c, int d, int64_t phase) {
    const int64_t stride = c.stride[d], dilation = c.dilation[d], at = phase + c.pad_begin[d];
    const int64_t common = std::gcd(stride, dilation);
    Line line;
    line.first = phase;
    line.result_step = stride;
    line.count = ceil_div(c.input[d] - phase, stride);
    line.tap = -dilation / common;
    line.weight_step = stride / common;
    while (line.weight < c.kernel[d] && (at - line.weight * dilation) % stride != 0) ++line.weight;
    if (line.weight < c.kernel[d]) {
      line.start = (at - line.weight * dilation) / stride;
      line.taps = ceil_div(c.kernel[d] - line.weight, line.weight_step);
    }
    line.find_inside(c.output(d));
    return line;
  }

  int64_t source(int64_t pixel) const { return pixel * step + start; }
  /// The taps of a pixel that lie in the source.
  Range inside(int64_t pixel) const {
    const auto in = [&](int64_t t) {
      const int64_t at = source(pixel) + t * tap;
      return at >= 0 && at < size_;
    };
    Range range{0, taps};
    while (range.size() > 0 && !in(range.begin)) ++range.begin;
    while (range.size() > 0 && !in(range.end - 1)) --range.end;
    return range;
  }
  /// f(pixels, taps) for runs of pixels that read by the same taps: all of them, or one pixel.
  template <typename F>
  void for_each_run(const F& f) const {
    for (int64_t i = 0; i < count;) {
      const bool all = i == whole_.begin && whole_.size() > 0;
      const Range pixels{i, all ? whole_.end : i + 1};
      f(pixels, all ? Range{0, taps} : inside(i));
      i = pixels.end;
    }
  }

 private:
  void find_inside(int64_t size) {
    size_ = size;
    whole_ = {0, count};
    while (whole_.size() > 0 && inside(whole_.begin).size() < taps) ++whole_.begin;
    while (whole_.size() > 0 && inside(whole_.end - 1).size() < taps) --whole_.end;
  }
  int64_t size_ = 0;
  Range whole_{0, 0};
};

/// The kernel as [tap][channel].
class Weights {
 public:
  Weights(const ConvArgs& c, const float* w)
      : data_(static_cast<size_t>(c.area() * c.in_channels)) {
    pack_lines(w, c.in_channels, c.area(), c.area(), 1, c.in_channels, data_.data());
  }
  const float* data() { return data_.data(); }

 private:
  Scratch<float> data_;
};

/// The pixels of two lines, of all images.
void run_lines(const ConvArgs& c, const Line& rows, const Line& cols,
               const Images<const float>& source, const float* weights, const float* bias,
               const Images<float>& result) {
  const int64_t channels = source.channels, width = source.size[2];
  const int64_t work = cols.count * channels * (rows.taps * cols.taps + 1);
  parallel_for(source.batch * rows.count, 1 + 65536 / (work + 1), [&](int64_t begin, int64_t end) {
    const float *from[kMaxArea], *by[kMaxArea];
    for (int64_t i = begin; i < end; ++i) {
      const int64_t image = i / rows.count, row = i % rows.count;
      const Range used = rows.inside(row);
      const int64_t to = image * result.size[1] + rows.first + row * rows.result_step;
      cols.for_each_run([&](Range pixels, Range taps) {
        // Where there is no tap, its place may be any number.
        const int64_t n_rows = taps.size() > 0 ? used.size() : 0;
        for (int64_t t = used.begin; t < used.begin + n_rows; ++t) {
          const int64_t line = image * source.size[1] + rows.source(row) + t * rows.tap;
          const int64_t col = cols.source(pixels.begin) + taps.begin * cols.tap;
          const int64_t weight = (rows.weight + t * rows.weight_step) * c.kernel[2] + cols.weight +
                                 taps.begin * cols.weight_step;
          from[t - used.begin] = source.data + (line * width + col) * channels;
          by[t - used.begin] = weights + weight * channels;
        }
        const int64_t first = cols.first + pixels.begin * cols.result_step;
        kernels().forward({.channels = channels,
                           .rows = n_rows,
                           .taps = taps.size(),
                           .sources = from,
                           .source_tap = cols.tap * channels,
                           .source_pixel = cols.step * channels,
                           .weights = by,
                           .weight_tap = cols.weight_step * channels,
                           .bias = bias,
                           .result = result.data + (to * result.size[2] + first) * channels,
                           .result_pixel = cols.result_step * channels,
                           .pixels = pixels.size()});
      });
    }
  });
}

}  // namespace

bool depthwise_accepts(const ConvArgs& c) {
  return c.dtype == kFloat && c.groups == c.in_channels && c.groups == c.out_channels &&
         c.input[0] == 1 && c.kernel[0] == 1 && c.output(0) == 1 && c.pad_begin[0] == 0 &&
         c.area() <= kMaxArea && c.pixels() <= INT32_MAX && c.positions() <= INT32_MAX;
}

void depthwise_forward(const ConvArgs& c, const float* x, const float* w, const float* bias,
                       float* y) {
  Turned<const float> source(c, input_images(c, x));
  Turned<float> result(c, output_images(c, y));
  Weights weights(c, w);
  source.read();
  run_lines(c, Line::forward(c, 1), Line::forward(c, 2), source.images(), weights.data(), bias,
            result.images());
  result.write();
}

void depthwise_backward_data(const ConvArgs& c, const float* gy, const float* w, float* gx) {
  Turned<const float> source(c, output_images(c, gy));
  Turned<float> result(c, input_images(c, gx));
  Weights weights(c, w);
  source.read();
  for (int64_t h = 0; h < std::min(c.stride[1], c.input[1]); ++h)
    for (int64_t v = 0; v < std::min(c.stride[2], c.input[2]); ++v)
      run_lines(c, Line::backward(c, 1, h), Line::backward(c, 2, v), source.images(),
                weights.data(), nullptr, result.images());
  result.write();
}

void depthwise_backward_weights(const ConvArgs& c, const float* x, const float* gy, float* gw,
                                float* gb) {
  Turned<const float> inputs(c, input_images(c, x));
  Turned<const float> outputs(c, output_images(c, gy));
  inputs.read();
  outputs.read();
  const Images<const float>&source = inputs.images(), &grads = outputs.images();
  const Line rows = Line::forward(c, 1), cols = Line::forward(c, 2);
  const int64_t channels = c.in_channels, area = c.area(), all = c.batch * rows.count;
  const int64_t parts = std::min(kGradParts, all), size = area * channels;
  Scratch<float> sums(static_cast<size_t>(parts * size));
  parallel_for(parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      float* part_sums = sums.data() + part * size;
      std::fill_n(part_sums, size, 0.0f);
      for (int64_t i = all * part / parts; i < all * (part + 1) / parts; ++i) {
        const int64_t image = i / rows.count, row = i % rows.count;
        const Range used = rows.inside(row);
        for (int64_t t = used.begin; t < used.end; ++t) {
          const int64_t line = image * source.size[1] + rows.source(row) + t * rows.tap;
          cols.for_each_run([&](Range pixels, Range taps) {
            if (taps.size() <= 0) return;
            const int64_t col = cols.source(pixels.begin) + taps.begin * cols.tap;
            kernels().weight_grad(
                channels, taps.size(), source.data + (line * source.size[2] + col) * channels,
                cols.tap * channels, cols.step * channels,
                grads.data + (i * cols.count + pixels.begin) * channels, channels, pixels.size(),
                part_sums + (t * cols.taps + taps.begin) * channels);
          });
        }
      }
    }
  });
  parallel_for(channels, 1 + 16384 / area, [&](int64_t begin, int64_t end) {
    for (int64_t channel = begin; channel < end; ++channel)
      for (int64_t tap = 0; tap < area; ++tap) {
        float sum = 0;
        for (int64_t part = 0; part < parts; ++part)
          sum += sums[static_cast<size_t>(part * size + tap * channels + channel)];
        gw[channel * area + tap] = sum;
      }
  });
  if (gb) channel_sums(grads, gb);
}

}  // namespace hearth::cpu
