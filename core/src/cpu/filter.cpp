// SPDX-License-Identifier: Apache-2.0
#include "ops/filter.h"

#include <algorithm>
#include <vector>

#include "backends/compute_type.h"
#include "base/parallel.h"
#include "cpu/filter_kernels.h"
#include "cpu/kernels.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

template <class T>
const FilterKernels<T>& kernels() {
  if constexpr (sizeof(T) == 4) {
    static const FilterKernels<float>& selected = HEARTH_SELECT_ISA(filter_kernels_f32);
    return selected;
  } else {
    static const FilterKernels<double>& selected = HEARTH_SELECT_ISA(filter_kernels_f64);
    return selected;
  }
}

/// The coefficients of every line of x; a is contiguous.
template <class T>
std::vector<const T*> coefficients_of(const TensorImpl& x, const Tensor& coefficients,
                                      int64_t lines) {
  const TensorImpl& a = impl(coefficients);
  std::vector<const T*> result(static_cast<size_t>(lines), ptr<T>(coefficients));
  int64_t inner = 1;  // lines between neighbours of this dim
  for (size_t d = 2; d <= a.sizes.size(); ++d) {
    const int64_t size = x.sizes[x.sizes.size() - d];
    if (a.sizes[a.sizes.size() - d] != 1)
      for (int64_t i = 0; i < lines; ++i)
        result[static_cast<size_t>(i)] += i / inner % size * a.strides[a.sizes.size() - d];
    inner *= size;
  }
  return result;
}

template <class T>
void all_pole_as(const Call& call) {
  const bool reverse = call.as<ops::AllPole>().reverse;
  const Tensor x = contiguous_raw(call.in[0]), a = contiguous_raw(call.in[1]);
  const TensorImpl& t = impl(x);
  if (t.numel == 0) return;
  const int64_t n = t.sizes.back(), lines = t.numel / n, order = impl(a).sizes.back();
  const std::vector<const T*> coefficients = coefficients_of<T>(t, a, lines);
  // Whole groups of lines, so that no thread breaks one up.
  const int64_t groups = (lines - 1) / kAllPoleLines + 1;
  const int64_t work = n * kAllPoleLines * (order + 1);
  parallel_for(groups, 1 + 32768 / work, [&](int64_t begin, int64_t end) {
    const int64_t first = begin * kAllPoleLines, last = std::min(lines, end * kAllPoleLines);
    const bool low = order <= kLowOrder;
    Scratch<double> scratch(low ? 0 : static_cast<size_t>(all_pole_scratch(order)));
    kernels<T>().all_pole({ptr<T>(x) + first * n, ptr<T>(call.out[0]) + first * n,
                           coefficients.data() + first, last - first, n, order, reverse,
                           scratch.data()});
  });
}

void all_pole(const Call& call) {
  if (call.compute == kDouble) return all_pole_as<double>(call);
  all_pole_as<float>(call);
}

/// The filters of the first `entries` outputs in registers of `lanes`. The last one ends where the
/// filter does; what the one before it has already, or what comes before the filter, is zero.
template <class T>
void pack_filters(const T* filters, const ops::PolyphasePlaces& places, int64_t entries,
                  int64_t lanes, T* packed) {
  const int64_t taps = 2 * places.half, vectors = (taps - 1) / lanes + 1;
  const int64_t whole = (vectors - 1) * lanes;
  for (int64_t i = 0; i < entries; ++i, packed += vectors * lanes) {
    const T* filter = filters + (places.phase + i) % places.fresh * taps;
    std::copy_n(filter, whole, packed);
    std::fill_n(packed + whole, vectors * lanes - taps, T(0));
    std::copy_n(filter + whole, taps - whole, packed + vectors * lanes - (taps - whole));
  }
}

template <class T>
void polyphase_as(const Call& call) {
  const auto& op = call.as<ops::PolyphaseResample>();
  const Tensor x = contiguous_raw(call.in[0]), h = contiguous_raw(call.in[1]);
  const int64_t n = impl(x).sizes.back(), count = impl(call.out[0]).sizes.back();
  if (impl(call.out[0]).numel == 0) return;
  const int64_t lines = impl(call.out[0]).numel / count;
  const int64_t fresh = impl(h).sizes[0], taps = impl(h).sizes[1];
  const ops::PolyphasePlaces places{op.orig, fresh, op.phase, taps / 2};

  const int64_t lanes = kernels<T>().lanes, vectors = (taps - 1) / lanes + 1;
  const int64_t entries = std::min(fresh, count);
  Scratch<T> packed(static_cast<size_t>(entries * vectors * lanes));
  pack_filters(ptr<T>(h), places, entries, lanes, packed.data());

  // Blocks read some thousand samples, and begin with whole registers of outputs.
  const int64_t wanted = std::clamp<int64_t>(8192 / op.orig * fresh, lanes, 4096);
  const int64_t size = wanted / lanes * lanes, blocks = (count - 1) / size + 1;
  const int64_t before = std::min<int64_t>(0, taps - lanes);  // the last register begins there
  parallel_for(lines * blocks, 1 + 65536 / (size * taps), [&](int64_t begin, int64_t end) {
    std::vector<T> padded;
    for (int64_t b = begin; b < end; ++b) {
      const T* line = ptr<T>(x) + b / blocks * n;
      const int64_t i = b % blocks * size, outputs = std::min(size, count - i);
      const int64_t at = places.first(i), from = at + before;
      const int64_t to = places.first(i + outputs - 1) + taps;
      const T* window = line + at;
      if (from < 0 || to > n) {
        padded.assign(static_cast<size_t>(to - from), T(0));
        const int64_t first = std::clamp<int64_t>(from, 0, n), last = std::clamp<int64_t>(to, 0, n);
        std::copy(line + first, line + last, padded.begin() + (first - from));
        window = padded.data() - before;
      }
      kernels<T>().polyphase({window, packed.data(), entries, i % fresh, vectors, taps, op.orig,
                              fresh, (op.phase + i) * op.orig % fresh,
                              ptr<T>(call.out[0]) + b / blocks * count + i, outputs});
    }
  });
}

void polyphase(const Call& call) {
  if (call.compute == kDouble) return polyphase_as<double>(call);
  polyphase_as<float>(call);
}

}  // namespace

void install_filter() {
  ops::AllPole::row().kernel[0] = [](const Call& call) { run_in_compute_type(call, &all_pole); };
  ops::PolyphaseResample::row().kernel[0] = [](const Call& call) {
    run_in_compute_type(call, &polyphase);
  };
}

}  // namespace hearth::cpu
