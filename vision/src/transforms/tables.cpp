// SPDX-License-Identifier: Apache-2.0
#include "transforms/tables.h"

#include <vector>

#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"

#include "transforms/color_kernels.h"
#include "transforms/spread.h"

namespace hearth::vision::transforms {
namespace {

constexpr int64_t kGrain = 1 << 18;  // bytes that are worth a thread

/// A copy of which f(in, n, out) makes each run of bytes, in the image's order of memory.
template <class F>
Tensor each_byte(const Tensor& image, const F& f) {
  Tensor in = image.cpu();
  if (!in.is_non_overlapping_and_dense()) in = in.contiguous();
  Tensor out = empty_strided(in.sizes(), in.strides(), in.options());
  const auto* from = in.const_data_ptr<uint8_t>();
  auto* to = out.data_ptr<uint8_t>();
  parallel_for(0, in.numel(), kGrain,
               [&](int64_t begin, int64_t end) { f(from + begin, end - begin, to + begin); });
  return out.to(image.device());
}

/// Interleaved pixels from `begin` to `end`, in planes of n.
void take_apart(const uint8_t* pixels, int64_t begin, int64_t end, int64_t n, int64_t channels,
                uint8_t* planes) {
  if (channels == 3) {
    uint8_t* to = planes + begin;
    color_kernels().split(pixels + 3 * begin, end - begin, to, to + n, to + 2 * n);
    return;
  }
  for (int64_t i = begin; i < end; ++i)
    for (int64_t c = 0; c < channels; ++c) planes[c * n + i] = pixels[i * channels + c];
}

/// A table for each channel of interleaved pixels.
void apply_in_turn(const std::vector<Table>& tables, const uint8_t* in, uint8_t* out, int64_t n) {
  if (tables.size() == 3) {
    const Table &r = tables[0], &g = tables[1], &b = tables[2];
    for (const uint8_t* end = in + 3 * n; in < end; in += 3, out += 3) {
      const uint8_t red = r[in[0]], green = g[in[1]], blue = b[in[2]];
      out[0] = red, out[1] = green, out[2] = blue;
    }
    return;
  }
  for (int64_t i = 0; i < n; ++i)
    for (const Table& table : tables) *out++ = table[*in++];
}

}  // namespace

Table followed_by(const Table& first, const Table& then) {
  Table both;
  for (size_t v = 0; v < both.size(); ++v) both[v] = then[first[v]];
  return both;
}

void apply_table(const Table& table, const uint8_t* in, uint8_t* out, int64_t n) {
  int64_t i = 0;
  // Loads before stores, which might be to the same place.
  for (; i + 4 <= n; i += 4) {
    const uint8_t a = table[in[i]], b = table[in[i + 1]];
    const uint8_t c = table[in[i + 2]], d = table[in[i + 3]];
    out[i] = a, out[i + 1] = b, out[i + 2] = c, out[i + 3] = d;
  }
  for (; i < n; ++i) out[i] = table[in[i]];
}

Tensor apply_table(const Table& table, const Tensor& image) {
  return each_byte(
      image, [&](const uint8_t* in, int64_t n, uint8_t* out) { apply_table(table, in, out, n); });
}

Tensor mask_bytes(const Tensor& image, uint8_t keep, uint8_t flip) {
  return each_byte(image, [&](const uint8_t* in, int64_t n, uint8_t* out) {
    color_kernels().mask(in, n, keep, flip, out);
  });
}

Tensor apply_tables(const Tensor& image, Table (*table_of)(const uint8_t* channel, int64_t n)) {
  const Pixels in = pixels_of(image), out = like(in);
  const auto* from = in.data.const_data_ptr<uint8_t>();
  auto* to = out.data.mutable_data_ptr<uint8_t>();
  const int64_t n = in.count(), channels = in.channels, bytes = n * channels;
  if (bytes == 0) return back(out, image);
  spread_images(in.images, n, [&](int64_t first, int64_t last) {
    std::vector<uint8_t> apart(static_cast<size_t>(in.interleaved ? bytes : 0));
    std::vector<Table> tables(static_cast<size_t>(channels));
    for (int64_t i = first; i < last; ++i) {
      const uint8_t* source = from + i * bytes;
      uint8_t* result = to + i * bytes;
      const uint8_t* planes = source;
      if (in.interleaved) {
        spread_pixels(n, 1, [&](int64_t begin, int64_t end) {
          take_apart(source, begin, end, n, channels, apart.data());
        });
        planes = apart.data();
      }
      parallel_for(0, channels, kPixelGrain / n + 1, [&](int64_t begin, int64_t end) {
        for (int64_t c = begin; c < end; ++c)
          tables[static_cast<size_t>(c)] = table_of(planes + c * n, n);
      });
      spread_pixels(n, 1, [&](int64_t begin, int64_t end) {
        if (in.interleaved)
          apply_in_turn(tables, source + begin * channels, result + begin * channels, end - begin);
        else
          for (int64_t c = 0; c < channels; ++c)
            apply_table(tables[static_cast<size_t>(c)], source + c * n + begin,
                        result + c * n + begin, end - begin);
      });
    }
  });
  return back(out, image);
}

}  // namespace hearth::vision::transforms
