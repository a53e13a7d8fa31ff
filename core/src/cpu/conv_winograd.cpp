// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_winograd.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/checked.h"
#include "base/parallel.h"
#include "cpu/conv_images.h"
#include "cpu/conv_winograd_kernels.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kIn = WinogradKernels::kIn, kOut = WinogradKernels::kOut;
constexpr int64_t kFrequencies = WinogradKernels::kFrequencies, kArea = 9;
// Strides that are powers of two would meet in few lines of the caches.
constexpr int64_t kLine = 16;
constexpr int64_t kBlockPanels = 4;         // of tiles that are transformed together
constexpr int64_t kWeightChannels = 64;     // of a filter that are transformed together
constexpr int64_t kFewTiles = 256;          // whose transforms are kept while weights pass by
constexpr int64_t kManyWeights = 2 << 20;   // elements of transformed ones, beyond the caches
constexpr int64_t kGradElements = 2 << 20;  // of transforms, from tiles that are summed together

int64_t round_up(int64_t n, int64_t to) { return ceil_div(n, to) * to; }

const WinogradKernels& kernels() {
  static const WinogradKernels& table = HEARTH_SELECT_ISA(winograd_kernels);
  return table;
}

/// The tiles of all results, image by image, and what they read.
struct Tiles {
  Images<const float> source;
  int64_t result[2], pad[2];
  int64_t count[2] = {ceil_div(result[0], kOut), ceil_div(result[1], kOut)};
  const float* zeros;

  int64_t all() const { return source.batch * count[0] * count[1]; }

  /// Where a tile begins in its image's result.
  void place(int64_t tile, int64_t* image, int64_t* at) const {
    at[1] = tile % count[1] * kOut;
    tile /= count[1];
    at[0] = tile % count[0] * kOut;
    *image = tile / count[0];
  }
  /// The pixels that a tile reads; no tile: zeros.
  void read(int64_t tile, const float** pixels) const {
    if (tile >= all()) {
      std::fill_n(pixels, kFrequencies, zeros);
      return;
    }
    int64_t image, at[2];
    place(tile, &image, at);
    square(source, image, {at[0] - pad[0], at[1] - pad[1]}, kIn, zeros, pixels);
  }

  /// The addresses of size x size pixels; `outside` for those that are not there.
  template <typename T>
  static void square(const Images<T>& images, int64_t image, std::pair<int64_t, int64_t> at,
                     int64_t size, T* outside, T** pixels) {
    const int64_t height = images.size[1], width = images.size[2];
    for (int64_t i = 0; i < size; ++i) {
      for (int64_t j = 0; j < size; ++j) {
        const int64_t h = at.first + i, w = at.second + j;
        const bool inside = h >= 0 && h < height && w >= 0 && w < width;
        *pixels++ =
            inside ? images.data + ((image * height + h) * width + w) * images.channels : outside;
      }
    }
  }
};

/// Transforms of tiles: [frequency][tile][channel].
struct Transforms {
  int64_t tiles, padded, row, frequency;
  Scratch<float> room;
  Transforms(int64_t n, int64_t channels)
      : tiles(n),
        padded(round_up(channels, kernels().lanes)),
        row(padded + kLine),
        frequency(tiles * row + kLine),
        room(static_cast<size_t>(kFrequencies * frequency)) {}

  /// Those of the tiles from `first` on, to the places from `to` on.
  void fill(const Tiles& from, int64_t first, int64_t to, int64_t n) {
    const float* pixels[kFrequencies];
    for (int64_t i = 0; i < n; ++i) {
      from.read(first + i, pixels);
      kernels().input(pixels, from.source.channels, padded, room.data() + (to + i) * row,
                      frequency);
    }
  }
};

/// The taps of filters, of which `to` channels are summed over `from` ones.
struct Filters {
  const float* w;
  WeightStrides strides;
  int64_t from, to;
  bool turned;  ///< read from the last tap to the first

  int64_t panels() const { return ceil_div(to, kernels().cols); }
  /// Elements from a frequency of a panel's transform to the next.
  int64_t frequency() const { return from * kernels().cols + kLine; }
  int64_t size() const { return kFrequencies * frequency(); }

  /// Transforms a panel: u [frequency][from][cols].
  void transform(int64_t panel, float* u) const {
    const int64_t cols = kernels().cols, count = std::min(cols, to - panel * cols);
    const int64_t most = std::min(from, kWeightChannels);
    Scratch<float> taps(static_cast<size_t>(kArea * most * cols));
    Scratch<float> lines(static_cast<size_t>(kArea * cols));
    const auto place = [&](int64_t t) {
      return taps.data() + (turned ? kArea - 1 - t : t) * most * cols;
    };
    for (int64_t first = 0; first < from; first += most) {
      const int64_t n = std::min(most, from - first);
      const float* at = w + panel * cols * strides.to + first * strides.from;
      if (strides.tap != 1) {
        for (int64_t t = 0; t < kArea; ++t)
          pack_lines(at + t * strides.tap, count, n, strides.to, strides.from, cols, place(t));
      } else {  // taps are neighbours
        for (int64_t i = 0; i < n; ++i) {
          pack_lines(at + i * strides.from, count, kArea, strides.to, 1, cols, lines.data());
          for (int64_t t = 0; t < kArea; ++t)
            std::memcpy(place(t) + i * cols, lines.data() + t * cols,
                        static_cast<size_t>(cols) * sizeof(float));
        }
      }
      kernels().weight(n, taps.data(), most * cols, u + first * cols, frequency());
    }
  }
};

/// The results of `n` tiles from `first` on, whose transforms begin at `at`, by a panel of filters.
void multiply_panel(const Tiles& tiles, Transforms& v, int64_t at, int64_t first, int64_t n,
                    const Filters& filters, int64_t panel, const float* u, const float* bias,
                    const Images<float>& result, float* m) {
  const int64_t rows = kernels().rows, cols = kernels().cols;
  const int64_t padded = round_up(n, rows), frequency = padded * cols + kLine;
  for (int64_t f = 0; f < kFrequencies; ++f) {
    const float* from = v.room.data() + f * v.frequency + at * v.row;
    for (int64_t i = 0; i < padded; i += rows)
      kernels().multiply(filters.from, from + i * v.row, v.row, 1, u + f * filters.frequency(),
                         m + f * frequency + i * cols, false);
  }
  const int64_t channel = panel * cols, count = std::min(cols, filters.to - channel);
  float* pixels[kOut * kOut];
  for (int64_t i = 0; i < n; ++i) {
    int64_t image, place[2];
    tiles.place(first + i, &image, place);
    Tiles::square<float>(result, image, {place[0], place[1]}, kOut, nullptr, pixels);
    kernels().output(m + i * cols, frequency, bias, pixels, channel, count);
  }
}

/// result = source correlated with the filters, plus bias unless null.
void correlate(const Tiles& tiles, const Filters& filters, const float* bias,
               const Images<float>& result) {
  const int64_t all = tiles.all(), channels = tiles.source.channels, panels = filters.panels();
  const int64_t block = kBlockPanels * kernels().rows, blocks = ceil_div(all, block);
  const auto products = static_cast<size_t>(kFrequencies * (block * kernels().cols + kLine));
  if (all <= kFewTiles && (blocks < 8 || panels * filters.size() > kManyWeights)) {
    // Each thread transforms filters of its own, right before they are used.
    Transforms v(blocks * block, channels);
    parallel_for(blocks, 1, [&](int64_t begin, int64_t end) {
      v.fill(tiles, begin * block, begin * block, (end - begin) * block);
    });
    parallel_for(panels, 1, [&](int64_t begin, int64_t end) {
      Scratch<float> u(static_cast<size_t>(filters.size())), m(products);
      for (int64_t panel = begin; panel < end; ++panel) {
        filters.transform(panel, u.data());
        for (int64_t first = 0; first < all; first += block)
          multiply_panel(tiles, v, first, first, std::min(block, all - first), filters, panel,
                         u.data(), bias, result, m.data());
      }
    });
    return;
  }
  Scratch<float> u(static_cast<size_t>(panels * filters.size()));
  parallel_for(panels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t panel = begin; panel < end; ++panel)
      filters.transform(panel, u.data() + panel * filters.size());
  });
  parallel_for(blocks, 1, [&](int64_t begin, int64_t end) {
    Transforms v(block, channels);
    Scratch<float> m(products);
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i * block, n = std::min(block, all - first);
      v.fill(tiles, first, 0, round_up(n, kernels().rows));
      for (int64_t panel = 0; panel < panels; ++panel)
        multiply_panel(tiles, v, 0, first, n, filters, panel, u.data() + panel * filters.size(),
                       bias, result, m.data());
    }
  });
}

/// The tiles of x that make the tiles of y.
Tiles forward_tiles(const ConvArgs& c, const Images<const float>& x, const float* zeros) {
  return {.source = x,
          .result = {c.output(1), c.output(2)},
          .pad = {c.pad_begin[1], c.pad_begin[2]},
          .zeros = zeros};
}

}  // namespace

bool winograd_accepts(const ConvArgs& c) {
  const auto flat = [&](int d) {
    return c.stride[d] == 1 && c.dilation[d] == 1 && c.pad_begin[d] >= 0 && c.pad_begin[d] <= 2 &&
           c.kernel[d] == 3 && c.output(d) <= INT32_MAX;
  };
  return c.dtype == kFloat && c.groups == 1 && c.input[0] == 1 && c.kernel[0] == 1 &&
         c.output(0) == 1 && c.pad_begin[0] == 0 && flat(1) && flat(2) && c.pixels() <= INT32_MAX &&
         c.positions() <= INT32_MAX;
}

void winograd_forward(const ConvArgs& c, const float* x, const float* w, const float* bias,
                      float* y) {
  Turned<const float> source(c, input_images(c, x));
  Turned<float> result(c, output_images(c, y));
  Zeros zeros(c.in_channels);
  source.read();
  correlate(forward_tiles(c, source.images(), zeros.data()),
            {w, WeightStrides(c, true), c.in_channels, c.out_channels, false}, bias,
            result.images());
  result.write();
}

void winograd_backward_data(const ConvArgs& c, const float* gy, const float* w, float* gx) {
  Turned<const float> source(c, output_images(c, gy));
  Turned<float> result(c, input_images(c, gx));
  Zeros zeros(c.out_channels);
  source.read();
  const Tiles tiles{.source = source.images(),
                    .result = {c.input[1], c.input[2]},
                    .pad = {2 - c.pad_begin[1], 2 - c.pad_begin[2]},
                    .zeros = zeros.data()};
  correlate(tiles, {w, WeightStrides(c, false), c.out_channels, c.in_channels, true}, nullptr,
            result.images());
  result.write();
}

void winograd_backward_weights(const ConvArgs& c, const float* x, const float* gy, float* gw,
                               float* gb) {
  Turned<const float> inputs(c, input_images(c, x));
  Turned<const float> outputs(c, output_images(c, gy));
  Zeros zeros(std::max(c.in_channels, c.out_channels));
  inputs.read();
  outputs.read();
  const Images<const float>& grads = outputs.images();
  const Tiles tiles = forward_tiles(c, inputs.images(), zeros.data());
  const int64_t all = tiles.all(), rows = kernels().rows, cols = kernels().cols;
  const int64_t channels = c.in_channels, padded = round_up(channels, rows);
  const int64_t panels = ceil_div(c.out_channels, cols);
  // As many tiles at a time as their transforms stay in the caches.
  const int64_t fit = kGradElements / (kFrequencies * (channels + panels * cols));
  const int64_t block = std::min(all, std::max<int64_t>(kLine, fit));

  Transforms v(block, channels);
  const int64_t y_panel = block * cols, y_frequency = panels * y_panel + kLine;
  Scratch<float> y(static_cast<size_t>(kFrequencies * y_frequency));
  const int64_t u_frequency = padded * cols + kLine, u_panel = kFrequencies * u_frequency;
  Scratch<float> u(static_cast<size_t>(panels * u_panel));

  for (int64_t first = 0; first < all; first += block) {
    const int64_t n = std::min(block, all - first);
    parallel_for(n, 4, [&](int64_t begin, int64_t end) {
      v.fill(tiles, first + begin, begin, end - begin);
      const float* pixels[kOut * kOut];
      for (int64_t i = begin; i < end; ++i) {
        int64_t image, at[2];
        tiles.place(first + i, &image, at);
        Tiles::square<const float>(grads, image, {at[0], at[1]}, kOut, zeros.data(), pixels);
        for (int64_t panel = 0; panel < panels; ++panel)
          kernels().gradient(pixels, panel * cols, std::min(cols, c.out_channels - panel * cols),
                             y.data() + panel * y_panel + i * cols, y_frequency);
      }
    });
    parallel_for(panels * kFrequencies, 1, [&](int64_t begin, int64_t end) {
      for (int64_t item = begin; item < end; ++item) {
        const int64_t panel = item / kFrequencies, f = item % kFrequencies;
        float* sums = u.data() + panel * u_panel + f * u_frequency;
        for (int64_t channel = 0; channel < padded; channel += rows)
          kernels().multiply(n, v.room.data() + f * v.frequency + channel, 1, v.row,
                             y.data() + f * y_frequency + panel * y_panel, sums + channel * cols,
                             first > 0);
      }
    });
  }

  const WeightStrides strides(c, true);
  parallel_for(panels, 1, [&](int64_t begin, int64_t end) {
    const int64_t most = std::min(channels, kWeightChannels);
    Scratch<float> taps(static_cast<size_t>(kArea * most * cols));
    for (int64_t panel = begin; panel < end; ++panel) {
      const int64_t count = std::min(cols, c.out_channels - panel * cols);
      for (int64_t first = 0; first < channels; first += most) {
        const int64_t n = std::min(most, channels - first);
        kernels().weight_grad(n, u.data() + panel * u_panel + first * cols, u_frequency,
                              taps.data(), most * cols);
        for (int64_t k = 0; k < count; ++k)
          for (int64_t t = 0; t < kArea; ++t)
            for (int64_t i = 0; i < n; ++i)
              gw[(panel * cols + k) * strides.to + (first + i) * strides.from + t * strides.tap] =
                  taps[static_cast<size_t>((t * most + i) * cols + k)];
      }
    }
  });
  if (gb) channel_sums(grads, gb);
}

}  // namespace hearth::cpu
