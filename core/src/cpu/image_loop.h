// SPDX-License-Identifier: Apache-2.0
// What kernels over [N, C, H, W] in either layout share.
#pragma once

#include <algorithm>

#include "base/parallel.h"
#include "cpu/low_precision.h"
#include "cpu/scratch.h"
#include "tensor/tensor_impl.h"

namespace hearth::cpu {

/// A tensor's elements as kernels compute with them: float and double in place, half types as a
/// float copy, from load() and until store().
class ComputeElements {
 public:
  explicit ComputeElements(const Tensor& t)
      : t_(impl(t)),
        converted_(t_.dtype == kHalf || t_.dtype == kBFloat16),
        copy_(static_cast<size_t>(converted_ ? t_.numel : 0)) {}
  void load() {
    if (converted_) to_float(t_.dtype, t_.data(), copy_.data(), t_.numel);
  }
  void store() {
    if (converted_) from_float(t_.dtype, copy_.data(), t_.data(), t_.numel);
  }
  char* at(int64_t i) {
    if (converted_) return reinterpret_cast<char*>(copy_.data() + i);
    return t_.data() + i * static_cast<int64_t>(element_size(t_.dtype));
  }

 private:
  const TensorImpl& t_;
  bool converted_;
  Scratch<float> copy_;
};

/// A piece of work on images: a plane, or a block of channels of a channels-last image.
struct ImagePart {
  int64_t channels;  ///< of the block; 0: a plane
  int64_t pixel;     ///< elements between pixels
  int64_t in, out;   ///< first element, in the input's and the output's image
};

/// The most channels of a part.
inline constexpr int64_t kImageBlock = 128;

/// Calls f(part, working memory for `line` doubles) for all parts of images, in parallel.
template <class F>
void for_each_part(int64_t batch, int64_t channels, bool channels_last, int64_t in_plane,
                   int64_t out_plane, int64_t line, const F& f) {
  constexpr int64_t kGrain = 16384;
  const int64_t block = channels_last ? std::min(channels, kImageBlock) : 1;
  const int64_t blocks = block == 0 ? 0 : (channels + block - 1) / block;
  const int64_t work = std::max<int64_t>((in_plane + out_plane) * block, 1);
  parallel_for(batch * blocks, 1 + kGrain / work, [&](int64_t begin, int64_t end) {
    Scratch<double> memory(static_cast<size_t>(line));
    for (int64_t i = begin; i < end; ++i) {
      if (!channels_last) {
        f(ImagePart{0, 1, i * in_plane, i * out_plane}, memory.data());
        continue;
      }
      const int64_t image = i / blocks * channels, first = i % blocks * block;
      f(ImagePart{std::min(block, channels - first), channels, image * in_plane + first,
                  image * out_plane + first},
        memory.data());
    }
  });
}

}  // namespace hearth::cpu
