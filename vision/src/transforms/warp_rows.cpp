// SPDX-License-Identifier: Apache-2.0
#include "transforms/warp_rows.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/threads.h"

#include "transforms/grid_transform.h"
#include "transforms/pixels.h"
#include "transforms/warp_kernels.h"

namespace hearth::vision::transforms {
namespace {

/// What a thread needs for a row.
struct Row {
  explicit Row(int64_t width)
      : floats(static_cast<size_t>(6 * width)), numbers(static_cast<size_t>(4 * width)) {
    x = floats.data();
    y = x + width;
    for (int k = 0; k < 4; ++k) {
      taps.weight[k] = y + (k + 1) * width;
      taps.at[k] = numbers.data() + k * width;
    }
  }
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  std::vector<float> floats;
  std::vector<int32_t> numbers;
  float *x, *y;
  BilinearTaps taps;
};

/// As other pixels are rounded.
uint8_t element_of(float v, uint8_t) {
  // Rounds halves to even: there are no binary places beside so large a number.
  constexpr float kWhole = 0x1.8p23f;
  return static_cast<uint8_t>(static_cast<int32_t>((v + kWhole) - kWhole));
}
float element_of(float v, float) { return v; }

/// The pixels next to places, of which all `channels` lie side by side.
template <class T>
void copy_pixels(const T* in, const int32_t* pixels, int64_t n, int64_t channels, const T* fill,
                 T* out) {
  if (channels == 1) {
    for (int64_t i = 0; i < n; ++i) out[i] = pixels[i] < 0 ? *fill : in[pixels[i]];
    return;
  }
  for (int64_t i = 0; i < n; ++i, out += channels) {
    const T* from = pixels[i] < 0 ? fill : in + pixels[i] * channels;
    if (channels == 3) {
      const T r = from[0], g = from[1], b = from[2];
      out[0] = r, out[1] = g, out[2] = b;
    } else {
      for (int64_t c = 0; c < channels; ++c) out[c] = from[c];
    }
  }
}

/// What new pixels are made of, for each channel.
std::vector<float> fills_of(const Fill& fill, int64_t channels) {
  std::vector<float> all(static_cast<size_t>(channels));
  for (size_t c = 0; c < all.size() && !fill.empty(); ++c)
    all[c] = static_cast<float>(fill[fill.size() == 1 ? 0 : c]);
  return all;
}

constexpr int64_t grain_of(const Pixels& p) {
  return (1 << 15) / (p.width * p.images * p.channels) + 1;
}

template <class T>
void warp_nearest(const Pixels& in, const Pixels& out, const RowPlaces& places, const Fill& fill) {
  std::vector<T> fills;
  for (const float v : fills_of(fill, in.channels)) fills.push_back(element_of(v, T{}));
  const T* from = in.data.const_data_ptr<T>();
  T* to = out.data.mutable_data_ptr<T>();
  parallel_for(0, out.height, grain_of(out), [&](int64_t begin, int64_t end) {
    Row row(out.width);
    int32_t* const pixels = row.taps.at[0];
    for (int64_t y = begin; y < end; ++y) {
      places(static_cast<int32_t>(y), row.x, row.y);
      warp_kernels().nearest(row.x, row.y, static_cast<int32_t>(out.width),
                             static_cast<int32_t>(in.height), static_cast<int32_t>(in.width),
                             pixels);
      for (int64_t i = 0; i < in.planes(); ++i)
        copy_pixels(from + i * in.plane(), pixels, out.width, in.step(),
                    fills.data() + (in.interleaved ? 0 : i % in.channels),
                    to + i * out.plane() + y * out.line());
    }
  });
}

/// Images as pixels of four numbers: channels by threes with a 1 where what shows through is
/// wanted, else by fours. One pixel of zeros comes after each image.
template <class T>
class Quads {
 public:
  Quads(const Pixels& pixels, bool with_ones)
      : p_(pixels),
        last_(with_ones ? 1.0f : 0.0f),
        each_(with_ones ? 3 : 4),
        groups_((p_.channels + each_ - 1) / each_),
        data_(new float[static_cast<size_t>(p_.images * groups_ * stride())]) {
    parallel_for(0, p_.height, grain_of(p_), [&](int64_t begin, int64_t end) {
      for (int64_t k = 0; k < count(); ++k)
        for (int64_t y = begin; y < end; ++y) pack(k, y);
    });
    for (int64_t k = 0; k < count(); ++k) std::fill_n(&data_[at(k) + p_.count() * 4], 4, 0.0f);
  }
  int64_t count() const { return p_.images * groups_; }
  const float* operator[](int64_t k) const { return &data_[at(k)]; }
  /// The first channel of a group.
  int64_t first(int64_t k) const { return k % groups_ * each_; }

  /// Writes a row of four numbers each to the channels that they are of.
  void unpack(const float* row, int64_t k, int64_t y, const Pixels& out) const {
    T* to = out.data.template mutable_data_ptr<T>();
    for (int64_t c = 0; c < channels(k); ++c) {
      T* target = to + place(out, k, c, y);
      const int64_t step = out.step();
      for (int64_t x = 0; x < out.width; ++x) target[x * step] = element_of(row[4 * x + c], T{});
    }
  }

 private:
  int64_t stride() const { return (p_.count() + 1) * 4; }
  size_t at(int64_t k) const { return static_cast<size_t>(k * stride()); }
  int64_t channels(int64_t k) const { return std::min(each_, p_.channels - first(k)); }
  /// Where a row of a group's channel c begins.
  int64_t place(const Pixels& in, int64_t k, int64_t c, int64_t y) const {
    const int64_t image = k / groups_, channel = first(k) + c;
    return in.interleaved ? image * in.plane() + y * in.line() + channel
                          : (image * in.channels + channel) * in.plane() + y * in.line();
  }
  void pack(int64_t k, int64_t y) {
    const T* from = p_.data.template const_data_ptr<T>();
    const T nothing{}, last = static_cast<T>(last_);
    const T* lane[4];
    int64_t step[4] = {};
    for (int64_t c = 0; c < 4; ++c) {
      lane[c] = c < 3 ? &nothing : &last;
      if (c >= channels(k)) continue;
      lane[c] = from + place(p_, k, c, y);
      step[c] = p_.step();
    }
    float* to = &data_[at(k) + y * p_.width * 4];
    for (int64_t x = 0; x < p_.width; ++x, to += 4)
      for (int64_t c = 0; c < 4; ++c) to[c] = static_cast<float>(lane[c][x * step[c]]);
  }

  const Pixels& p_;
  float last_;
  int64_t each_, groups_;
  std::unique_ptr<float[]> data_;
};

template <class T>
void warp_bilinear(const Pixels& in, const Pixels& out, const RowPlaces& places, const Fill& fill) {
  const Quads<T> quads(in, !fill.empty());
  std::vector<float> fills = fills_of(fill, in.channels);
  fills.resize(fills.size() + 3);
  const auto n = static_cast<int32_t>(out.width);
  parallel_for(0, out.height, grain_of(out), [&](int64_t begin, int64_t end) {
    Row row(out.width);
    std::vector<float> line(static_cast<size_t>(out.width * 4));
    for (int64_t y = begin; y < end; ++y) {
      places(static_cast<int32_t>(y), row.x, row.y);
      warp_kernels().bilinear(row.x, row.y, n, static_cast<int32_t>(in.height),
                              static_cast<int32_t>(in.width), row.taps);
      for (int64_t k = 0; k < quads.count(); ++k) {
        warp_kernels().blend(row.taps, n, quads[k],
                             fill.empty() ? nullptr : fills.data() + quads.first(k), line.data());
        quads.unpack(line.data(), k, y, out);
      }
    }
  });
}

template <class T>
void warp(const Pixels& in, const Pixels& out, const RowPlaces& places, InterpolationMode mode,
          const Fill& fill) {
  if (mode == InterpolationMode::Nearest) return warp_nearest<T>(in, out, places, fill);
  warp_bilinear<T>(in, out, places, fill);
}

}  // namespace

bool warps_by_rows(const Tensor& image, Size to) {
  const auto fits = [](int64_t h, int64_t w) {
    return h <= 1 << 24 && w <= 1 << 24 && h * w <= std::numeric_limits<int32_t>::max();
  };
  const ScalarType dtype = image.scalar_type();
  return image.is_cpu() && (dtype == kByte || dtype == kFloat) &&
         !(image.requires_grad() && GradMode::is_enabled()) &&
         fits(image.size(-2), image.size(-1)) && fits(to.height, to.width);
}

Tensor warp_rows(const Tensor& image, Size to, const RowPlaces& places, InterpolationMode mode,
                 const Fill& fill, const char* who) {
  check_warp(image, mode, fill, who);
  const Pixels in = pixels_of(image), out = like(in, to.height, to.width);
  if (in.data.numel() == 0) {
    out.data.zero_();
  } else if (in.data.scalar_type() == kByte) {
    warp<uint8_t>(in, out, places, mode, fill);
  } else {
    warp<float>(in, out, places, mode, fill);
  }
  return out.data;
}

}  // namespace hearth::vision::transforms
