// SPDX-License-Identifier: Apache-2.0
// Which pixels of the source a convolution's results read.
#pragma once

#include <algorithm>

#include "base/checked.h"
#include "cpu/conv_images.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

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

inline int64_t tap_index(const ConvArgs& c, const int64_t* k) {
  return (k[0] * c.kernel[1] + k[1]) * c.kernel[2] + k[2];
}

/// The phase of a forward convolution: all outputs.
inline void set_forward(const ConvArgs& c, Phase& phase) {
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
inline void set_backward(const ConvArgs& c, const int64_t* first, Phase& phase) {
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

inline int64_t offset_in(const Images<const float>& images, const int64_t* at) {
  return ((at[0] * images.size[1] + at[1]) * images.size[2] + at[2]) * images.channels;
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
  /// The pixel from which the taps' offsets count, or null where some lie in the padding.
  const float* base(const Images<const float>& source) const {
    int64_t at[kConvDims];
    for (int d = 0; d < kConvDims; ++d) {
      at[d] = i_[d] * phase_.step[d];
      if (at[d] + phase_.low[d] < 0 || at[d] + phase_.high[d] >= source.size[d]) return nullptr;
    }
    return source.data + image_ * source.pixels() * source.channels + offset_in(source, at);
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
    const float* image = source.data + image_ * source.pixels() * source.channels;
    const Tap* taps = phase_.taps;
    const int64_t n = phase_.n_taps, from = offset_in(source, base);
    for (int64_t t = 0; t < n; ++t) {
      const int64_t* at = taps[t].at;
      bool in = inside;
      if (!in) {
        in = true;
        for (int d = 0; d < kConvDims; ++d)
          in &= base[d] + at[d] >= 0 && base[d] + at[d] < source.size[d];
      }
      out[t * stride] = in ? image + from + offset_in(source, at) : zeros;
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

}  // namespace hearth::cpu
