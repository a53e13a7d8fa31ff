// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "hearth/ops/creation.h"

#include "io/codec.h"

namespace hearth::vision::io {
namespace {

template <class T>
void convert(const T* in, int64_t from, T* out, int64_t to, int64_t pixels, int most) {
  const int64_t colors_in = from < 3 ? 1 : 3, colors_out = to < 3 ? 1 : 3;
  for (int64_t i = 0; i < pixels; ++i, in += from, out += to) {
    if (colors_out >= colors_in) {
      for (int64_t c = 0; c < colors_out; ++c) out[c] = in[colors_in == 3 ? c : 0];
    } else {
      const int64_t luma = int64_t{19595} * in[0] + int64_t{38470} * in[1] + int64_t{7471} * in[2];
      out[0] = static_cast<T>((luma + 32768) >> 16);
    }
    if (to > colors_out) out[to - 1] = from > colors_in ? in[from - 1] : static_cast<T>(most);
  }
}

}  // namespace

Tensor with_channels(const Tensor& picture, int64_t channels) {
  const int64_t height = picture.size(0), width = picture.size(1), from = picture.size(2);
  if (from == channels) return picture;
  Tensor out = empty({height, width, channels}, picture.scalar_type());
  if (picture.scalar_type() == kByte) {
    convert(picture.const_data_ptr<uint8_t>(), from, out.data_ptr<uint8_t>(), channels,
            height * width, 255);
  } else {
    convert(picture.const_data_ptr<uint16_t>(), from, out.data_ptr<uint16_t>(), channels,
            height * width, 65535);
  }
  return out;
}

Tensor to_bytes(const Tensor& samples, int64_t most) {
  Tensor out = empty(samples.sizes(), kByte);
  const auto* in = samples.const_data_ptr<uint16_t>();
  auto* to = out.data_ptr<uint8_t>();
  // In Pillow's order, so that halves round as there.
  for (int64_t i = 0; i < samples.numel(); ++i)
    to[i] = static_cast<uint8_t>(std::nearbyint(in[i] / static_cast<double>(most) * 255));
  return out;
}

}  // namespace hearth::vision::io
