// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_direct.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/parallel.h"
#include "cpu/conv_direct_kernels.h"
#include "cpu/conv_images.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kRows = ConvDirectKernels::kRows;
constexpr int64_t kBlockRows = 16 * kRows;   // pixels that share a piece of the weight
constexpr int64_t kDepth = 256;              // that piece's rows: 16 KB
constexpr int64_t kPieces = 16;              // of work, at least, where the shape gives as many
constexpr int64_t kGradPixels = 256;         // summed in registers, then added
constexpr int64_t kGradFilters = 8 * kRows;  // of a piece of work
constexpr int64_t kMaxArea = 256;            // addresses are kept for all taps of a block

const ConvDirectKernels& kernels() {
  static const ConvDirectKernels& table = HEARTH_SELECT_ISA(conv_direct_kernels);
  return table;
}

struct Tap {
  int64_t at[kConvDims];  ///< of the source's pixel, from `step` times the pixel's index
  int64_t index;          ///< in the kernel
};

/// Pixels of the result, every result_step-th from `first` on, and the taps that reach them.
/// Pixel i reads the source at i * step + tap.at.
struct Phase {
  int64_t count[kConvDims], first[kConvDims], result_step[kConvDims], step[kConvDims];
  int64_t low[kConvDims] = {}, high[kConvDims] = {};  ///< of tap.at
  int64_t n_taps = 0;
  Scratch<Tap> room;
  Tap* taps = room.data();

  explicit Phase(const ConvArgs& c) : room(static_cast<size_t>(c.area())) {}
  void add(const Tap& tap) {
    for (int d = 0; d < kConvDims; ++d) {
      low[d] = n_taps ? std::min(low[d], tap.at[d]) : tap.at[d];
      high[d] = n_taps ? std::max(high[d], tap.at[d]) : tap.at[d];
    }
    taps[n_taps++] = tap;
  }
  int64_t pixels() const { return count[0] * count[1] * count[2]; }
};

template <class F>
void for_each_place(const int64_t* sizes, const F& f) {
  int64_t at[kConvDims];
  for (at[0] = 0; at[0] < sizes[0]; ++at[0])
    for (at[1] = 0; at[1] < sizes[1]; ++at[1])
      for (at[2] = 0; at[2] < sizes[2]; ++at[2]) f(at);
}

int64_t tap_index(const ConvArgs& c, const int64_t* k) {
  return (k[0] * c.kernel[1] + k[1]) * c.kernel[2] + k[2];
}

/// The phase of a forward convolution: all outputs.
void set_forward(const ConvArgs& c, Phase& phase) {
  for (int d = 0; d < kConvDims; ++d) {
    phase.count[d] = c.output(d);
    phase.first[d] = 0;
    phase.result_step[d] = 1;
    phase.step[d] = c.stride[d];
  }
  for_each_place(c.kernel, [&](const int64_t* k) {
    Tap tap;
    for (int d = 0; d < kConvDims; ++d) tap.at[d] = k[d] * c.dilation[d] - c.pad_begin[d];
    tap.index = tap_index(c, k);
    phase.add(tap);
  });
}

/// The inputs that lie `first` behind a multiple of the stride: the same taps read them all.
void set_backward(const ConvArgs& c, const int64_t* first, Phase& phase) {
  for (int d = 0; d < kConvDims; ++d) {
    phase.count[d] = ceil_div(c.input[d] - first[d], c.stride[d]);
    phase.first[d] = first[d];
    phase.result_step[d] = c.stride[d];
    phase.step[d] = 1;
  }
  for_each_place(c.kernel, [&](const int64_t* k) {
    Tap tap;
    for (int d = 0; d < kConvDims; ++d) {
      const int64_t from = first[d] + c.pad_begin[d] - k[d] * c.dilation[d];
      if (from % c.stride[d] != 0) return;
      tap.at[d] = from / c.stride[d];
    }
    tap.index = tap_index(c, k);
    phase.add(tap);
  });
}

/// Walks pixels of a phase in order, from the `at`-th of the batch on.
class Walk {
 public:
  Walk(const Phase& phase, int64_t at) : phase_(phase) {
    for (int d = kConvDims - 1; d >= 0; --d) {
      i_[d] = at % phase.count[d];
      at /= phase.count[d];
    }
    image_ = at;
  }
  void next() {
    for (int d = kConvDims - 1; d >= 0; --d) {
      if (++i_[d] < phase_.count[d]) return;
      i_[d] = 0;
    }
    ++image_;
  }
  /// Where the taps read: out[tap * stride].
  void addresses(const Images<const float>& source, const float* zeros, const float** out,
                 int64_t stride) const {
    bool inside = true;
    int64_t base[kConvDims];
    for (int d = 0; d < kConvDims; ++d) {
      base[d] = i_[d] * phase_.step[d];
      inside &= base[d] + phase_.low[d] >= 0 && base[d] + phase_.high[d] < source.size[d];
    }
    const auto offset = [&](const int64_t* at) {
      return ((at[0] * source.size[1] + at[1]) * source.size[2] + at[2]) * source.channels;
    };
    const float* image = source.data + image_ * source.pixels() * source.channels;
    const Tap* taps = phase_.taps;
    const int64_t n = phase_.n_taps, from = offset(base);
    for (int64_t t = 0; t < n; ++t) {
      const int64_t* at = taps[t].at;
      bool in = inside;
      if (!in) {
        in = true;
        for (int d = 0; d < kConvDims; ++d)
          in &= base[d] + at[d] >= 0 && base[d] + at[d] < source.size[d];
      }
      out[t * stride] = in ? image + from + offset(at) : zeros;
    }
  }
  float* result(const Images<float>& result) const {
    int64_t pixel = image_;
    for (int d = 0; d < kConvDims; ++d)
      pixel = pixel * result.size[d] + phase_.first[d] + i_[d] * phase_.result_step[d];
    return result.data + pixel * result.channels;
  }

 private:
  const Phase& phase_;
  int64_t image_, i_[kConvDims];
};

/// The phase's taps as the kernels read them: [panel of the result's channels][tap][depth][cols].
void pack_weight(const Phase& phase, const float* w, const WeightStrides& s, int64_t area,
                 int64_t depth, int64_t channels, float* packed) {
  const int64_t cols = kernels().cols, n = phase.n_taps;
  const Tap* taps = phase.taps;
  parallel_for(ceil_div(channels, cols), 1, [&](int64_t begin, int64_t end) {
    Scratch<float> lines(static_cast<size_t>(area * cols));
    for (int64_t panel = begin; panel < end; ++panel) {
      const float* from = w + panel * cols * s.to;
      const int64_t count = std::min(cols, channels - panel * cols);
      float* to = packed + panel * n * depth * cols;
      if (s.tap != 1) {
        for (int64_t t = 0; t < n; ++t)
          pack_lines(from + taps[t].index * s.tap, count, depth, s.to, s.from, cols,
                     to + t * depth * cols);
        continue;
      }
      for (int64_t i = 0; i < depth; ++i) {  // taps are neighbours
        pack_lines(from + i * s.from, count, area, s.to, 1, cols, lines.data());
        for (int64_t t = 0; t < n; ++t)
          std::memcpy(to + (t * depth + i) * cols, lines.data() + taps[t].index * cols,
                      static_cast<size_t>(cols) * sizeof(float));
      }
    }
  });
}

/// The pixels of `phase`, all channels.
void run_phase(const Phase& phase, const Images<const float>& source, const float* zeros,
               const float* packed, const float* bias, const Images<float>& result) {
  const int64_t depth = source.channels, taps = phase.n_taps, cols = kernels().cols;
  const int64_t pixels = source.batch * phase.pixels();
  const int64_t panels = ceil_div(result.channels, cols), blocks = ceil_div(pixels, kBlockRows);
  const int64_t per_piece = ceil_div(panels, std::min(panels, ceil_div(kPieces, blocks)));
  const int64_t pieces = ceil_div(panels, per_piece);
  const int64_t depth_step = ceil_div(depth, ceil_div(depth, kDepth));
  const int64_t tap_step = std::max<int64_t>(1, kDepth / depth_step);

  parallel_chunks(blocks * pieces, [&](int64_t chunk) {
    const int64_t first = chunk / pieces * kBlockRows, n = std::min(kBlockRows, pixels - first);
    const int64_t tiles = ceil_div(n, kRows);
    Scratch<const float*> rows(static_cast<size_t>(tiles * taps * kRows));
    std::fill_n(rows.data(), tiles * taps * kRows, zeros);
    float* results[kBlockRows];
    Walk walk(phase, first);
    for (int64_t i = 0; i < n; ++i, walk.next()) {
      if (taps > 0)
        walk.addresses(source, zeros, rows.data() + i / kRows * taps * kRows + i % kRows, kRows);
      results[i] = walk.result(result);
    }
    const int64_t panel_end = std::min(panels, (chunk % pieces + 1) * per_piece);
    for (int64_t panel = chunk % pieces * per_piece; panel < panel_end; ++panel) {
      ConvTile t;
      t.result_first = panel * cols;
      t.cols = static_cast<int>(std::min(cols, result.channels - t.result_first));
      t.weights_tap = depth * cols;
      const float* weights = packed + panel * taps * depth * cols;
      for (int64_t tap = 0; tap == 0 || tap < taps; tap += tap_step) {
        t.taps = std::min(tap_step, taps - tap);
        for (t.first = 0; t.first < depth; t.first += depth_step) {
          t.depth = std::min(depth_step, depth - t.first);
          t.weights = weights + (tap * depth + t.first) * cols;
          t.accumulate = tap > 0 || t.first > 0;
          t.bias = bias && !t.accumulate ? bias + t.result_first : nullptr;
          for (int64_t i = 0; i < n; i += kRows) {
            t.rows = rows.data() + i * taps + tap * kRows;
            t.results = results + i;
            t.count = static_cast<int>(std::min(kRows, n - i));
            kernels().tile(t);
          }
        }
      }
    }
  });
}

size_t packed_elements(const Phase& phase, int64_t depth, int64_t channels) {
  const int64_t cols = kernels().cols;
  return static_cast<size_t>(ceil_div(channels, cols) * phase.n_taps * depth * cols);
}

}  // namespace

bool direct_accepts(const ConvArgs& c) {
  return c.dtype == kFloat && c.groups == 1 && c.area() <= kMaxArea && c.pixels() <= INT32_MAX &&
         c.positions() <= INT32_MAX;
}

void direct_forward(const ConvArgs& c, const float* x, const float* w, const float* bias,
                    float* y) {
  Turned<const float> source(c, input_images(c, x));
  Turned<float> result(c, output_images(c, y));
  Zeros zeros(c.in_channels);
  Phase phase(c);
  set_forward(c, phase);
  Scratch<float> packed(packed_elements(phase, c.in_channels, c.out_channels));
  pack_weight(phase, w, WeightStrides(c, true), c.area(), c.in_channels, c.out_channels,
              packed.data());
  source.read();
  run_phase(phase, source.images(), zeros.data(), packed.data(), bias, result.images());
  result.write();
}

void direct_backward_data(const ConvArgs& c, const float* gy, const float* w, float* gx) {
  Turned<const float> source(c, output_images(c, gy));
  Turned<float> result(c, input_images(c, gx));
  Zeros zeros(c.out_channels);
  source.read();
  int64_t phases[kConvDims];
  for (int d = 0; d < kConvDims; ++d) phases[d] = std::min(c.stride[d], c.input[d]);
  for_each_place(phases, [&](const int64_t* first) {
    Phase phase(c);
    set_backward(c, first, phase);
    Scratch<float> packed(packed_elements(phase, c.out_channels, c.in_channels));
    pack_weight(phase, w, WeightStrides(c, false), c.area(), c.out_channels, c.in_channels,
                packed.data());
    run_phase(phase, source.images(), zeros.data(), packed.data(), nullptr, result.images());
  });
  result.write();
}

void direct_backward_weights(const ConvArgs& c, const float* x, const float* gy, float* gw,
                             float* gb) {
  Turned<const float> inputs(c, input_images(c, x));
  Turned<const float> outputs(c, output_images(c, gy));
  inputs.read();
  outputs.read();
  Zeros zeros(c.in_channels);
  Phase phase(c);
  set_forward(c, phase);
  const float* grads = outputs.images().data;
  const int64_t cols = kernels().cols, area = c.area(), filters = c.out_channels;
  const int64_t panels = ceil_div(c.in_channels, cols), parts = ceil_div(filters, kGradFilters);
  const int64_t pixels = c.batch * phase.pixels();
  const WeightStrides s(c, true);
  // Items are parts of the filters of a panel of channels of a tap: each sums all pixels in order.
  parallel_for(area * panels * parts, 1, [&](int64_t begin, int64_t end) {
    const int64_t item_size = kGradFilters * cols;
    Scratch<float> sums(static_cast<size_t>((end - begin) * item_size));
    Scratch<float> panel(static_cast<size_t>(kGradPixels * cols));
    Scratch<const float*> rows(static_cast<size_t>(area * kGradPixels));
    std::fill_n(sums.data(), (end - begin) * item_size, 0.0f);
    const auto filters_of = [&](int64_t item) {
      return std::min(kGradFilters, filters - item % parts * kGradFilters);
    };
    for (int64_t first = 0; first < pixels; first += kGradPixels) {
      const int64_t n = std::min(kGradPixels, pixels - first);
      Walk walk(phase, first);
      for (int64_t i = 0; i < n; ++i, walk.next())
        walk.addresses(inputs.images(), zeros.data(), rows.data() + i, kGradPixels);
      for (int64_t item = begin; item < end; ++item) {
        const int64_t at = item / parts, channel = at % panels * cols;
        if (item == begin || item % parts == 0)
          kernels().gather(n, rows.data() + at / panels * kGradPixels, channel,
                           static_cast<int>(std::min(cols, c.in_channels - channel)), panel.data());
        kernels().weight_grad(n, filters_of(item),
                              grads + first * filters + item % parts * kGradFilters, filters,
                              panel.data(), sums.data() + (item - begin) * item_size);
      }
    }
    for (int64_t item = begin; item < end; ++item) {
      const int64_t at = item / parts, channel = at % panels * cols;
      const int64_t count = std::min(cols, c.in_channels - channel);
      const float* sum = sums.data() + (item - begin) * item_size;
      float* to = gw + item % parts * kGradFilters * s.to + channel * s.from +
                  phase.taps[at / panels].index * s.tap;
      for (int64_t f = 0; f < filters_of(item); ++f)
        for (int64_t i = 0; i < count; ++i) to[f * s.to + i * s.from] = sum[f * cols + i];
    }
  });
  if (gb) channel_sums(outputs.images(), gb);
}

}  // namespace hearth::cpu
