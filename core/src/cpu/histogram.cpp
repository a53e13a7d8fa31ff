// SPDX-License-Identifier: Apache-2.0
#include "ops/histogram.h"

#include <algorithm>

#include "hearth/base/threads.h"

#include "backends/histogram_bins.h"
#include "cpu/kernels.h"
#include "cpu/scratch.h"
#include "cpu/sort_keys.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

[[noreturn]] void throw_outside(int64_t value, int64_t size) {
  if (value < 0)
    throw ValueError(
        cat_str("[bincount] bincount only supports 1-d non-negative integral inputs, got ", value));
  throw ValueError(cat_str("[bincount] expected numbers from 0 to ", size - 1, ", got ", value));
}

/// How often `place(i)` gives each number below size, for i < n; others are left out.
template <class F>
void count(int64_t n, int64_t size, int64_t* out, const F& place) {
  // A piece is as long as what has to be cleared and added for it, at least.
  const int64_t pieces = std::clamp<int64_t>(n / std::max<int64_t>(size, 1 << 16), 1, 32);
  Scratch<int64_t> memory(static_cast<size_t>(pieces * (size + 1)));
  parallel_chunks(pieces, [&](int64_t p) {
    int64_t* mine = memory.data() + p * (size + 1);
    std::fill_n(mine, size + 1, 0);
    for (int64_t i = n * p / pieces, end = n * (p + 1) / pieces; i < end; ++i)
      ++mine[std::min(static_cast<uint64_t>(place(i)), static_cast<uint64_t>(size))];
  });
  std::fill_n(out, size + 1, 0);
  for (int64_t p = 0; p < pieces; ++p)
    for (int64_t i = 0; i <= size; ++i) out[i] += memory[static_cast<size_t>(p * (size + 1) + i)];
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
  if (!call.in.get(1).defined()) {
    Scratch<int64_t> counts(static_cast<size_t>(size + 1));
    count(n, size, counts.data(), [at](int64_t i) { return static_cast<int64_t>(at[i]); });
    if (counts[static_cast<size_t>(size)] > 0)
      throw_outside(
          static_cast<int64_t>(*std::find_if(
              at, at + n, [size](T v) { return v < T(0) || static_cast<int64_t>(v) >= size; })),
          size);
    std::copy_n(counts.data(), size, ptr<int64_t>(out));
    return;
  }
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

template <class T>
void histc_of(const Call& call) {
  const auto& op = call.as<ops::Histc>();
  const Tensor dense = contiguous_raw(call.in[0]);
  const T* x = ptr<T>(dense);
  using Number = decltype(number_of(T{}));
  const auto round = [](Number v) { return number_of(static_cast<T>(v)); };
  const HistogramBins<Number> bins(op.low, op.high, op.bins, round);
  Scratch<int64_t> counts(static_cast<size_t>(op.bins + 1));
  count(impl(dense).numel, op.bins, counts.data(),
        [&](int64_t i) { return bins.of(number_of(x[i]), round); });
  T* out = ptr<T>(call.out[0]);
  for (int64_t b = 0; b < op.bins; ++b)
    out[b] = static_cast<T>(static_cast<Number>(counts[static_cast<size_t>(b)]));
}

void histc(const Call& call) {
  switch (impl(call.in[0]).dtype) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return histc_of<T>(call);
    HEARTH_CASE(Half, Half)
    HEARTH_CASE(BFloat16, BFloat16)
    HEARTH_CASE(float, Float)
    HEARTH_CASE(double, Double)
#undef HEARTH_CASE
    default:
      break;
  }
}

}  // namespace

void install_histogram() {
  ops::Bincount::row().kernel[0] = &bincount;
  ops::Histc::row().kernel[0] = &histc;
}

}  // namespace hearth::cpu
