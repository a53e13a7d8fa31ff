// SPDX-License-Identifier: Apache-2.0
#include "cpu/low_precision.h"

#include "hearth/base/threads.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kGrain = 1 << 15;

template <typename From, typename To>
void convert(const From* src, To* dst, int64_t n) {
  parallel_for(0, n, kGrain, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) dst[i] = src[i];
  });
}

}  // namespace

void to_float(ScalarType type, const void* src, float* dst, int64_t n) {
  if (type == kHalf) return convert(static_cast<const Half*>(src), dst, n);
  convert(static_cast<const BFloat16*>(src), dst, n);
}

void from_float(ScalarType type, const float* src, void* dst, int64_t n) {
  if (type == kHalf) return convert(src, static_cast<Half*>(dst), n);
  convert(src, static_cast<BFloat16*>(dst), n);
}

}  // namespace hearth::cpu
