// SPDX-License-Identifier: Apache-2.0
#include "ops/histogram.h"

#include <algorithm>

#include "hearth/base/threads.h"

#include "cpu/kernels.h"
#include "cpu/scratch.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

[[noreturn]] void throw_outside(int64_t value, int64_t size) {
  throw IndexError(cat_str("[bincount] ", value, " is outside of [0, ", size, ")"));
}

/// Counts in pieces whose counts are added.
template <class T>
void count(const T* x, int64_t n, int64_t size, int64_t* out) {
  // A piece is as long as what has to be cleared and added for it, at least.
  const int64_t pieces = std::clamp<int64_t>(n / std::max<int64_t>(size, 1 << 16), 1, 32);
  Scratch<int64_t> memory(static_cast<size_t>(pieces * size));
  parallel_chunks(pieces, [&](int64_t p) {
    int64_t* mine = memory.data() + p * size;
    std::fill_n(mine, size, 0);
    for (int64_t i = n * p / pieces; i < n * (p + 1) / pieces; ++i) {
      const auto at = static_cast<int64_t>(x[i]);
      if (at < 0 || at >= size) throw_outside(at, size);
      ++mine[at];
    }
  });
  std::fill_n(out, size, 0);
  for (int64_t p = 0; p < pieces; ++p)
    for (int64_t i = 0; i < size; ++i) out[i] += memory[static_cast<size_t>(p * size + i)];
}

/// Sums weights in the order of their places.
template <class T, class W>
void weigh(const T* x, const W* weight, int64_t n, int64_t size, W* out) {
  std::fill_n(out, size, W(0));
  for (int64_t i = 0; i < n; ++i) {
    const auto at = static_cast<int64_t>(x[i]);
    if (at < 0 || at >= size) throw_outside(at, size);
    out[at] += weight[i];
  }
}

template <class T>
void bincount_of(const Call& call) {
  const Tensor x = contiguous_raw(call.in[0]);
  const T* at = ptr<T>(x);
  const int64_t n = impl(x).numel, size = call.as<ops::Bincount>().size;
  const Tensor& out = call.out[0];
  if (!call.in.get(1).defined()) return count(at, n, size, ptr<int64_t>(out));
  const Tensor weight = contiguous_raw(call.in[1]);
  if (impl(weight).dtype == kFloat) return weigh(at, ptr<float>(weight), n, size, ptr<float>(out));
  weigh(at, ptr<double>(weight), n, size, ptr<double>(out));
}

void bincount(const Call& call) {
  switch (impl(call.in[0]).dtype) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return bincount_of<T>(call);
    HEARTH_CASE(uint8_t, Byte)
    HEARTH_CASE(int8_t, Char)
    HEARTH_CASE(int16_t, Short)
    HEARTH_CASE(int32_t, Int)
    HEARTH_CASE(int64_t, Long)
#undef HEARTH_CASE
    default:
      break;
  }
}

}  // namespace

void install_histogram() { ops::Bincount::row().kernel[0] = &bincount; }

}  // namespace hearth::cpu
