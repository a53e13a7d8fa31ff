// SPDX-License-Identifier: Apache-2.0
#include "cpu/frame_kernels.h"
#include "cpu/isa/fft_butterflies.h"
#include "cpu/isa/transpose.h"
#include "cpu/isa/vmath_log.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

template <class T>
void load_frames(const T* const* frames, int64_t width, T* lines) {
  constexpr int n = kLanes<T>;
  int64_t i = 0;
  for (; i + kBlock<T> <= width; i += kBlock<T>) {
    Vector<T> v[kBlock<T>];
    load_lines(frames, i, v);
    for (int b = 0; b < kBlock<T>; ++b) store(lines + (i + b) * n, v[b]);
  }
  for (; i < width; ++i)
    for (int l = 0; l < n; ++l) lines[i * n + l] = frames[l][i];
}

template <class T>
void store_rows(const T* lines, int64_t width, T* const* rows, int64_t count) {
  constexpr int n = kLanes<T>;
  int64_t i = 0;
  if (count == n) {
    for (; i + kBlock<T> <= width; i += kBlock<T>) {
      Vector<T> v[kBlock<T>];
      for (int b = 0; b < kBlock<T>; ++b) v[b] = load<Vector<T>>(lines + (i + b) * n);
      store_lines(rows, i, v);
    }
  }
  for (; i < width; ++i)
    for (int64_t l = 0; l < count; ++l) rows[l][i] = lines[i * n + l];
}

template <class T>
void shape_frames(const FrameShape<T>& s, const T* lines, T* tile, FftPlaces at, T* energy) {
  using V = Vector<T>;
  constexpr int n = kLanes<T>;
  V mean{};
  if (s.remove_dc) {
    V other{};
    int64_t i = 0;
    for (; i + 2 <= s.width; i += 2) {
      mean += load<V>(lines + i * n);
      other += load<V>(lines + (i + 1) * n);
    }
    if (i < s.width) mean += load<V>(lines + i * n);
    mean = (mean + other) / all<V>(static_cast<T>(s.width));
  }
  const V c = all<V>(s.preemphasis);
  V before = load<V>(lines) - mean, raw{}, windowed{};
  const int64_t points = s.paired ? s.n_fft / 2 : s.n_fft;
  for (int64_t i = 0; i < s.n_fft; ++i) {
    V y{};
    if (i < s.width) {
      const V x = load<V>(lines + i * n) - mean;
      y = (x - c * before) * s.window[i];
      raw = fma(x, x, raw);
      windowed = fma(y, y, windowed);
      before = x;
    }
    store(tile + (s.paired ? at[i >> 1] + (i & 1) * n : at[i]), y);
  }
  for (int64_t i = 0; !s.paired && i < points; ++i) store(tile + at[i] + n, V{});
  store(energy, s.windowed_energy ? windowed : raw);
}

template <class T>
void spectrum(const T* tile, FftPlaces at, int64_t points, T shift, bool root, T* lines) {
  using V = Vector<T>;
  constexpr int n = kLanes<T>;
  const V more = all<V>(shift);
  for (int64_t k = 0; k < points; ++k) {
    const Point<V> p = load_point<V>(tile + at[k]);
    store(lines + k * n, fma(p.re, p.re, p.im * p.im) + more);
  }
  if (!root) return;
  for (int64_t i = 0; i < points * n; ++i) lines[i] = vmath::sqrt(lines[i]);
}

template <class T>
void bands(const FrameBank<T>& bank, const T* lines, T* out) {
  using V = Vector<T>;
  constexpr int n = kLanes<T>;
  for (int64_t b = 0; b < bank.bands; ++b) {
    const T *at = lines + bank.first[b] * n, *weights = bank.weights[b];
    V sum{};
    for (int32_t k = 0; k < bank.count[b]; ++k)
      sum = fma(load<V>(at + k * n), all<V>(weights[k]), sum);
    store(out + b * n, sum);
  }
}

template <class T>
void logs(T* x, int64_t n, T factor, T shift, T floor) {
  for (int64_t i = 0; i < n; ++i) {
    const T v = x[i] + shift;
    x[i] = factor * vmath::log(v < floor ? floor : v);
  }
}

template <class T>
constexpr FrameKernels<T> kTable = {kLanes<T>, &load_frames<T>, &shape_frames<T>, &spectrum<T>,
                                    &bands<T>, &logs<T>,        &store_rows<T>};

}  // namespace

const FrameKernels<float>& frames_float() { return kTable<float>; }
const FrameKernels<double>& frames_double() { return kTable<double>; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
