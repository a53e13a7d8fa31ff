// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_direct.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/parallel.h"
#include "cpu/conv_direct_kernels.h"
#include "cpu/conv_images.h"
#include "cpu/conv_phase.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kBlockRows = 96;    // pixels that share a piece of the weight
constexpr int64_t kDepth = 256;       // elements of a pixel that are gathered at a time
constexpr int64_t kLine = 16;         // between rows, or powers of two would collide
constexpr int64_t kPieces = 16;       // of work, at least, where the shape gives as many
constexpr int64_t kGradPixels = 256;  // summed in registers, then added
constexpr int64_t kGradFilters = 48;  // of a piece of work
constexpr int64_t kMaxArea = 256;     // addresses are kept for all taps of a block

const ConvDirectKernels& kernels() {
  static const ConvDirectKernels& table = HEARTH_SELECT_ISA(conv_direct_kernels);
  return table;
}

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
      if (s.tap != 1 || area == 1) {
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

/// Gathers what results read: an element for each tap and channel.
class Gather {
 public:
  Gather(const Phase& phase, const Images<const float>& source, const float* zeros)
      : phase_(phase),
        source_(source),
        zeros_(zeros),
        room_(static_cast<size_t>(std::max<int64_t>(1, phase.n_taps))) {
    const int64_t channels = source.channels;
    for (int64_t t = 0; t < phase.n_taps; ++t) {
      const int64_t offset = offset_in(source, phase.taps[t].at);
      ConvRun* last = runs_ + n_runs_ - 1;
      if (n_runs_ > 0 && last->offset + last->size == offset) {
        last->size += channels;
      } else {
        runs_[n_runs_++] = {t * channels, channels, offset};
      }
    }
  }
  /// What a tile's pixels read from the `first` element on, if it lies there in rows of equal
  /// distance that don't collide in the caches; else null.
  const float* where_it_lies(const float* const* bases, int64_t count, int64_t first,
                             int64_t* row) const {
    constexpr int64_t kPage = 1024;
    if (n_runs_ != 1 || count < kernels().rows || !bases[0] || !bases[1]) return nullptr;
    *row = bases[1] - bases[0];
    if (*row % kPage == 0) return nullptr;
    for (int64_t i = 2; i < count; ++i)
      if (!bases[i] || bases[i] - bases[i - 1] != *row) return nullptr;
    return bases[0] + runs_[0].offset + first;
  }
  /// `n` elements from the `first`-th on that the phase's `pixel`-th result reads, whose base is
  /// known.
  void read(const float* base, int64_t pixel, int64_t first, int64_t n, float* to) const {
    if (base) return kernels().copy(base, runs_, n_runs_, first, n, to);
    // At the border, each tap is looked at.
    const int64_t channels = source_.channels, end = first + n;
    Scratch<const float*> taps(static_cast<size_t>(phase_.n_taps));
    Walk(phase_, pixel).addresses(source_, zeros_, taps.data(), 1);
    for (int64_t t = first / channels; t * channels < end; ++t) {
      const int64_t from = std::max(first, t * channels),
                    to_end = std::min(end, (t + 1) * channels);
      std::copy_n(taps.data()[t] + (from - t * channels), to_end - from, to + (from - first));
    }
  }

 private:
  const Phase& phase_;
  const Images<const float>& source_;
  const float* zeros_;
  Scratch<ConvRun> room_;
  ConvRun* runs_ = room_.data();
  int64_t n_runs_ = 0;
};

/// The pixels of `phase`, all channels.
void run_phase(const Phase& phase, const Images<const float>& source, const float* zeros,
               const float* packed, const float* bias, const Images<float>& result) {
  const int64_t depth = phase.n_taps * source.channels;
  const int64_t in_tile = kernels().rows, cols = kernels().cols;
  const int64_t pixels = source.batch * phase.pixels();
  const int64_t panels = ceil_div(result.channels, cols), blocks = ceil_div(pixels, kBlockRows);
  const int64_t per_piece = ceil_div(panels, std::min(panels, ceil_div(kPieces, blocks)));
  const int64_t pieces = ceil_div(panels, per_piece);
  const int64_t step = depth == 0 ? 1 : ceil_div(depth, ceil_div(depth, kDepth));
  const int64_t row = step + kLine;

  Gather gather(phase, source, zeros);
  parallel_chunks(blocks * pieces, [&](int64_t chunk) {
    const int64_t first = chunk / pieces * kBlockRows, n = std::min(kBlockRows, pixels - first);
    const float* bases[kBlockRows];
    Scratch<float> rows(static_cast<size_t>(in_tile * row));
    float* results[kBlockRows];
    Walk walk(phase, first);
    for (int64_t i = 0; i < n; ++i, walk.next()) {
      bases[i] = walk.base(source);
      results[i] = walk.result(result);
    }
    const int64_t panel_end = std::min(panels, (chunk % pieces + 1) * per_piece);
    ConvTile t;
    for (int64_t at = 0; at == 0 || at < depth; at += step) {
      t.depth = std::min(step, depth - at);
      t.accumulate = at > 0;
      for (int64_t i = 0; i < n; i += in_tile) {
        t.results = results + i;
        t.count = static_cast<int>(std::min(in_tile, n - i));
        t.source = gather.where_it_lies(bases + i, t.count, at, &t.row);
        if (!t.source) {
          for (int64_t r = 0; r < in_tile; ++r) {
            const int64_t pixel = i + std::min<int64_t>(r, t.count - 1);  // some, for those behind
            gather.read(bases[pixel], first + pixel, at, t.depth, rows.data() + r * row);
          }
          t.source = rows.data();
          t.row = row;
        }
        for (int64_t panel = chunk % pieces * per_piece; panel < panel_end; ++panel) {
          t.result_first = panel * cols;
          t.cols = static_cast<int>(std::min(cols, result.channels - t.result_first));
          t.weights = packed + (panel * depth + at) * cols;
          t.bias = bias && at == 0 ? bias + t.result_first : nullptr;
          kernels().tile(t);
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
