// SPDX-License-Identifier: Apache-2.0
#include "transforms/color_steps.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>

#include "hearth/base/error.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/vision/transforms/functional/dtype.h"

#include "transforms/color_kernels.h"
#include "transforms/pixels.h"
#include "transforms/spread.h"
#include "transforms/tables.h"

namespace hearth::vision::transforms {
namespace {

constexpr int64_t kChunk = 1024;  // pixels whose three planes stay in the first cache

void check_factor(const ColorStep& step) {
  constexpr const char* kNames[] = {"brightness", "contrast", "saturation", "hue"};
  const char* name = kNames[static_cast<size_t>(step.what)];
  if (step.what == Adjust::Hue) {
    HEARTH_CHECK_AS(ValueError, step.factor >= -0.5 && step.factor <= 0.5, "[adjust_", name,
                    "] expected a factor between -0.5 and 0.5, got ", step.factor);
  } else {
    HEARTH_CHECK_AS(ValueError, step.factor >= 0 && std::isfinite(step.factor), "[adjust_", name,
                    "] expected a factor of at least 0, got ", step.factor);
  }
}

// ---- Bytes.

/// factor * v + (1 - factor) * other, as torchvision blends in float32.
Table blend_table(double factor, float other) {
  const auto own = static_cast<float>(factor), rest = static_cast<float>(1.0 - factor);
  return make_table([&](int v) {
    return std::clamp(std::fma(other, rest, static_cast<float>(v) * own), 0.0f, 255.0f);
  });
}

Table brightness_table(double factor) {
  const auto own = static_cast<float>(factor);
  return make_table([&](int v) { return std::clamp(static_cast<float>(v) * own, 0.0f, 255.0f); });
}

/// What is done to pixels on their way: a table, then saturations and hues, each followed by a
/// table or none.
struct Pass {
  struct Turn {
    ColorStep step;
    std::optional<Table> after;
  };
  std::optional<Table> before;
  std::vector<Turn> turns;

  void add(const Table& table) {
    std::optional<Table>& last = turns.empty() ? before : turns.back().after;
    last = last ? followed_by(*last, table) : table;
  }
};

/// The pixels of one RGB image, n of them.
struct Rgb {
  const uint8_t* data;
  int64_t n;
  bool interleaved;
};

/// A few pixels, red, green and blue apart.
struct Chunk {
  uint8_t colors[3][kChunk];
  int64_t n;

  void read(const Rgb& image, int64_t at) {
    n = std::min(kChunk, image.n - at);
    if (image.interleaved)
      color_kernels().split(image.data + 3 * at, n, colors[0], colors[1], colors[2]);
    else
      for (int64_t c = 0; c < 3; ++c)
        std::memcpy(colors[c], image.data + c * image.n + at, static_cast<size_t>(n));
  }

  void write(const Rgb& like, int64_t at, uint8_t* out) const {
    if (like.interleaved)
      color_kernels().join(colors[0], colors[1], colors[2], n, out + 3 * at);
    else
      for (int64_t c = 0; c < 3; ++c)
        std::memcpy(out + c * like.n + at, colors[c], static_cast<size_t>(n));
  }

  void look_up(const std::optional<Table>& table) {
    if (!table) return;
    for (uint8_t* color : colors) apply_table(*table, color, color, n);
  }

  void change(const Pass& pass) {
    look_up(pass.before);
    for (const Pass::Turn& turn : pass.turns) {
      const auto factor = turn.step.factor;
      if (turn.step.what == Adjust::Saturation)
        color_kernels().saturate(colors[0], colors[1], colors[2], n, factor);
      else
        color_kernels().turn(colors[0], colors[1], colors[2], n, static_cast<float>(factor));
      look_up(turn.after);
    }
  }
};

/// Does the pass and writes its result, unless `out` is null; the sum of the result's luma.
int64_t run_and_sum(const Pass& pass, const Rgb& image, uint8_t* out) {
  std::atomic<int64_t> sum{0};
  spread_pixels(image.n, kChunk, [&](int64_t begin, int64_t end) {
    Chunk chunk;
    int64_t own = 0;
    for (int64_t at = begin; at < end; at += kChunk) {
      chunk.read(image, at);
      chunk.change(pass);
      own += color_kernels().luma_sum(chunk.colors[0], chunk.colors[1], chunk.colors[2], chunk.n);
      if (out) chunk.write(image, at, out);
    }
    sum += own;
  });
  return sum;
}

void run(const Pass& pass, const Rgb& image, uint8_t* out) {
  if (pass.turns.empty()) {
    if (!pass.before && image.data == out) return;
    spread_pixels(3 * image.n, kChunk, [&](int64_t begin, int64_t end) {
      if (pass.before)
        apply_table(*pass.before, image.data + begin, out + begin, end - begin);
      else
        std::memcpy(out + begin, image.data + begin, static_cast<size_t>(end - begin));
    });
    return;
  }
  spread_pixels(image.n, kChunk, [&](int64_t begin, int64_t end) {
    Chunk chunk;
    for (int64_t at = begin; at < end; at += kChunk) {
      chunk.read(image, at);
      chunk.change(pass);
      chunk.write(image, at, out);
    }
  });
}

float mean_of(int64_t sum, int64_t n) { return static_cast<float>(sum) / static_cast<float>(n); }

void adjust_rgb(Rgb image, const std::vector<ColorStep>& steps, uint8_t* out) {
  Pass pass;
  for (const ColorStep& step : steps) {
    if (step.what == Adjust::Brightness) {
      pass.add(brightness_table(step.factor));
    } else if (step.what == Adjust::Contrast) {
      // More work than a table is written down, so that it is done once.
      const bool writes = !pass.turns.empty();
      const float mean = mean_of(run_and_sum(pass, image, writes ? out : nullptr), image.n);
      if (writes) {
        image.data = out;
        pass = {};
      }
      pass.add(blend_table(step.factor, mean));
    } else {
      pass.turns.push_back({step, {}});
    }
  }
  run(pass, image, out);
}

void adjust_gray(const uint8_t* in, int64_t n, const std::vector<ColorStep>& steps, uint8_t* out) {
  Table table = make_table([](int v) { return v; });
  for (const ColorStep& step : steps) {
    if (step.what == Adjust::Brightness) {
      table = followed_by(table, brightness_table(step.factor));
    } else if (step.what == Adjust::Contrast) {
      std::atomic<int64_t> sum{0};
      spread_pixels(n, kChunk, [&](int64_t begin, int64_t end) {
        sum += std::accumulate(in + begin, in + end, int64_t{0},
                               [&](int64_t all, uint8_t v) { return all + table[v]; });
      });
      table = followed_by(table, blend_table(step.factor, mean_of(sum, n)));
    }
  }
  spread_pixels(n, kChunk, [&](int64_t begin, int64_t end) {
    apply_table(table, in + begin, out + begin, end - begin);
  });
}

Tensor adjust_bytes(const Tensor& image, const std::vector<ColorStep>& steps) {
  const Pixels in = pixels_of(image), out = like(in);
  const auto* from = in.data.const_data_ptr<uint8_t>();
  auto* to = out.data.mutable_data_ptr<uint8_t>();
  const int64_t n = in.count(), bytes = in.channels * n;
  spread_images(in.images, n, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (in.channels == 3)
        adjust_rgb({from + i * bytes, n, in.interleaved}, steps, to + i * bytes);
      else
        adjust_gray(from + i * bytes, n, steps, to + i * bytes);
    }
  });
  return back(out, image);
}

// ---- Floating point, up to `white`; above 1 these are whole numbers, with luma to match.

Tensor luma_up_to(const Tensor& image, double white) {
  return white > 1 ? whole_luma(image).floor_() : float_luma(image);
}

Tensor blend(const Tensor& image, const Tensor& other, double factor, double white) {
  const Tensor own = image * factor;
  return (white > 1 ? plus(own, other, 1.0 - factor) : own.add(other, 1.0 - factor))
      .clamp_(0, white);
}

Tensor turn_hue(const Tensor& image, double factor) {
  const Pixels out = pixels_of(image.to(kFloat).contiguous().clone());
  auto* to = out.data.mutable_data_ptr<float>();
  const int64_t n = out.count();
  if (n == 0) return image;
  spread_images(out.images, n, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i)
      spread_pixels(n, kChunk, [&](int64_t begin, int64_t end) {
        float* at = to + i * 3 * n + begin;
        color_kernels().turn_float(at, at + n, at + 2 * n, end - begin, static_cast<float>(factor));
      });
  });
  return out.data.to(image.device(), image.scalar_type());
}

Tensor adjust_float(const Tensor& image, const ColorStep& step, double white) {
  const bool colored = image.size(-3) == 3;
  switch (step.what) {
    case Adjust::Brightness:
      return (image * step.factor).clamp_(0, white);
    case Adjust::Contrast:
      return blend(image, (colored ? luma_up_to(image, white) : image).mean({-3, -2, -1}, true),
                   step.factor, white);
    case Adjust::Saturation:
      return colored ? blend(image, luma_up_to(image, white), step.factor, white) : image;
    default:
      return colored ? turn_hue(image, step.factor) : image;
  }
}

Tensor adjust_whole(const Tensor& image, const ColorStep& step) {
  using functional::to_dtype;
  const ScalarType dtype = image.scalar_type();
  if (image.size(-3) == 1 && (step.what == Adjust::Saturation || step.what == Adjust::Hue))
    return image;
  if (step.what == Adjust::Hue)  // which is one of colors in [0, 1]
    return to_dtype(adjust_float(to_dtype(image, kFloat, true), step, 1), dtype, true);
  return cut_off(adjust_float(image.to(kFloat), step, white_of(dtype)), dtype);
}

}  // namespace

Tensor float_luma(const Tensor& image) {
  Tensor luma = image.narrow(-3, 0, 1) * 0.2989;
  luma.add_(image.narrow(-3, 1, 1), 0.587).add_(image.narrow(-3, 2, 1), 0.114);
  return luma;
}

Tensor plus(const Tensor& a, const Tensor& b, double factor) {
  const double in_float = static_cast<float>(factor);
  return a.to(kDouble).add_(b.to(kDouble), in_float).to(kFloat);
}

Tensor whole_luma(const Tensor& image) {
  const Tensor red = image.narrow(-3, 0, 1) * 0.2989;
  return plus(plus(red, image.narrow(-3, 1, 1), 0.587), image.narrow(-3, 2, 1), 0.114);
}

Tensor adjust_colors(const Tensor& image, const std::vector<ColorStep>& steps) {
  for (const ColorStep& step : steps) check_factor(step);
  if (is_bytes(image)) return adjust_bytes(image, steps);
  Tensor out = image;
  for (const ColorStep& step : steps)
    out = is_whole(image) ? adjust_whole(out, step) : adjust_float(out, step, 1);
  return out;
}

}  // namespace hearth::vision::transforms
