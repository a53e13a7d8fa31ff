// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "hearth/base/threads.h"

namespace hearth::vision::transforms {

constexpr int64_t kPixelGrain = 1 << 14;  // pixels that are worth a thread

/// f(begin, end) of images of n pixels each: small ones side by side, large ones in turn, so that f
/// can spread the pixels of each.
template <class F>
void spread_images(int64_t images, int64_t n, const F& f) {
  if (n >= 16 * kPixelGrain)
    f(0, images);
  else if (n > 0)
    parallel_for(0, images, kPixelGrain / n + 1, f);
}

/// f(begin, end) of the pixels of one image, in pieces that begin at multiples of `step`.
template <class F>
void spread_pixels(int64_t n, int64_t step, const F& f) {
  parallel_for(0, (n + step - 1) / step, kPixelGrain / step,
               [&](int64_t begin, int64_t end) { f(begin * step, std::min(end * step, n)); });
}

}  // namespace hearth::vision::transforms
