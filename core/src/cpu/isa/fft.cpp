// SPDX-License-Identifier: Apache-2.0
// What happens to a tile of transforms: loading, passes, storing, and the ways between real numbers
// and half spectra.
#include <utility>

#include "cpu/isa/fft_butterflies.h"
#include "cpu/isa/transpose.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

template <class T, int... I>
inline Point<Vector<T>> parted(Vector<T> a, Vector<T> b, std::integer_sequence<int, I...>) {
  return {__builtin_shufflevector(a, b, (2 * I)...), __builtin_shufflevector(a, b, (2 * I + 1)...)};
}
template <class T, int... I>
inline void store_joined(T* to, Vector<T> re, Vector<T> im, std::integer_sequence<int, I...>) {
  constexpr int n = kLanes<T>;
  store(to, __builtin_shufflevector(re, im, (I / 2 + I % 2 * n)...));
  store(to + n, __builtin_shufflevector(re, im, (n / 2 + I / 2 + I % 2 * n)...));
}
template <class T>
inline constexpr auto kSequence = std::make_integer_sequence<int, kLanes<T>>();

/// Whether there are more rows a multiple of 4 KB apart, or nearly, than the few sets of the
/// first-level cache have room for that they meet in: one pushes out another before its line is
/// used up. Eight rows still fit.
template <class T>
inline bool rows_meet(T* const* row) {
  const auto apart = static_cast<uint64_t>((row[1] - row[0]) * static_cast<int64_t>(sizeof(T)));
  return kLanes<T> > 8 && row[1] != row[0] && (apart + 16) % 4096 <= 32;
}

/// Pieces of such rows on their way to a tile or from it.
template <class T>
struct Stage {
  static constexpr int kScalars = 256 / sizeof(T), kStride = kScalars + 64 / sizeof(T);
  alignas(64) T memory[kLanes<T> * kStride];
  T* lane[kLanes<T>];

  Stage() {
    for (int i = 0; i < kLanes<T>; ++i) lane[i] = memory + i * kStride;
  }
  static void copy(T* to, const T* from) {
#pragma GCC unroll 16
    for (int k = 0; k < kScalars; k += kLanes<T>) store(to + k, load<Vector<T>>(from + k));
  }
};

/// Where in a tile a transform's scalar number q is. kParts: scalars that make a point.
template <int kParts>
struct LineOf {
  FftPlaces at;
  int32_t part[2];  // offsets of the parts of a point
  template <class T>
  LineOf(FftPlaces places, int flip, const T*)
      : at(places), part{flip * kLanes<T>, kLanes<T> - flip * kLanes<T>} {}
  int64_t operator()(int64_t q) const {
    if constexpr (kParts == 1) return at[q] + part[0];
    return at[q >> 1] + part[q & 1];
  }
};
/// Where scalar q of a transform lies.
template <class T>
inline int64_t offset_of(const FftLanes<T>& at, int64_t q) {
  return at.parts == 2 ? (q >> 1) * at.stride + (q & 1) : q * at.stride;
}

template <int kParts, class T>
inline void load_parts(const FftLanes<const T>& from, int64_t points, int flip, T* tile,
                       FftPlaces places) {
  constexpr int n = kLanes<T>;
  const LineOf<kParts> line(places, flip, tile);
  const int64_t count = kParts * points;
  int64_t q = 0;
  if (from.layout == FftLayout::Rows) {
    const auto some = [&](const T* const* lane, int64_t at) __attribute__((always_inline)) {
      Vector<T> v[kBlock<T>];
      load_lines(lane, at, v);
#pragma GCC unroll 4
      for (int i = 0; i < kBlock<T>; ++i) store(tile + line(q + i), v[i]);
      q += kBlock<T>;
    };
    Stage<T> stage;
    while (rows_meet(from.first) && q + stage.kScalars <= count) {
      for (int i = 0; i < n; ++i) stage.copy(stage.lane[i], from.first[i] + q);
      for (int k = 0; k < stage.kScalars; k += kBlock<T>) some(stage.lane, k);
    }
    while (q + kBlock<T> <= count) some(from.first, q);
  } else if (from.layout == FftLayout::Columns) {
    const T* at = from.first[0];
    if (from.parts == 1) {
      for (; q < count; ++q) store(tile + line(q), load<Vector<T>>(at + q * from.stride));
    } else {
      for (; q < count; q += 2, at += from.stride) {
        const Point<Vector<T>> p =
            parted<T>(load<Vector<T>>(at), load<Vector<T>>(at + n), kSequence<T>);
        store(tile + line(q), p.re);
        store(tile + line(q + 1), p.im);
      }
    }
  }
  for (; q < count; ++q) {
    const int64_t at = offset_of(from, q);
    for (int i = 0; i < n; ++i) tile[line(q) + i] = from.first[i][at];
  }
  if constexpr (kParts == 1)
    for (int64_t i = 0; i < points; ++i) store(tile + places[i] + line.part[1], Vector<T>{});
}
template <class T>
void load_tile(const FftLanes<const T>& from, int64_t points, int flip, T* tile, FftPlaces places) {
  const bool whole = from.parts == 2 || from.paired;
  whole ? load_parts<2>(from, points, flip, tile, places)
        : load_parts<1>(from, points, flip, tile, places);
}

template <int kParts, class T>
inline void store_parts(const FftLanes<T>& to, int64_t points, int flip, const T* tile,
                        FftPlaces places, T re, T im) {
  const LineOf<kParts> line(places, flip, tile);
  const int64_t count = kParts * points;
  const Vector<T> scale[2] = {all<Vector<T>>(re), all<Vector<T>>(im)};
  const auto get = [&](int64_t q) __attribute__((always_inline)) {
    return load<Vector<T>>(tile + line(q)) * scale[kParts == 2 ? q & 1 : 0];
  };
  int64_t q = 0;
  if (to.layout == FftLayout::Rows) {
    const auto some = [&](T* const* lane, int64_t at) __attribute__((always_inline)) {
      Vector<T> v[kBlock<T>];
#pragma GCC unroll 4
      for (int i = 0; i < kBlock<T>; ++i) v[i] = get(q + i);
      store_lines(lane, at, v);
      q += kBlock<T>;
    };
    Stage<T> stage;
    while (rows_meet(to.first) && q + stage.kScalars <= count) {
      const int64_t first = q;
      for (int k = 0; k < stage.kScalars; k += kBlock<T>) some(stage.lane, k);
      for (int64_t i = 0; i < to.count; ++i) stage.copy(to.first[i] + first, stage.lane[i]);
    }
    while (q + kBlock<T> <= count) some(to.first, q);
  } else if (to.layout == FftLayout::Columns) {
    T* at = to.first[0];
    if (to.parts == 1) {
      for (; q < count; ++q) store(at + q * to.stride, get(q));
    } else {
      for (; q < count; q += 2, at += to.stride)
        store_joined<T>(at, get(q), get(q + 1), kSequence<T>);
    }
  }
  for (; q < count; ++q) {
    const int64_t at = offset_of(to, q);
    const Vector<T> v = get(q);
    for (int i = 0; i < to.count; ++i) to.first[i][at] = v[i];
  }
}
template <class T>
void store_tile(const FftLanes<T>& to, int64_t points, int flip, const T* tile, FftPlaces places,
                T re, T im) {
  const bool whole = to.parts == 2 || to.paired;
  whole ? store_parts<2>(to, points, flip, tile, places, re, im)
        : store_parts<1>(to, points, flip, tile, places, re, im);
}

template <class T>
void multiply(const T* x, FftPlaces x_at, const T* factors, int64_t points, int flip, T* y,
              FftPlaces y_at) {
  using V = Vector<T>;
  for (int64_t i = 0; i < points; ++i) {
    const Point<V> p =
        times(load_point<V>(x + x_at[i]), all<V>(factors[2 * i]), all<V>(factors[2 * i + 1]));
    store_point(y + y_at[i], flip ? Point<V>{p.im, p.re} : p);
  }
}

template <class T>
void twist(T* tile, FftPlaces at, const T* bases, const T* lanes, int64_t points) {
  using V = Vector<T>;
  for (int64_t i = 0; i < points; ++i, lanes += kPoint<V, T>) {
    const Point<V> w = times(load_point<V>(lanes), all<V>(bases[2 * i]), all<V>(bases[2 * i + 1]));
    store_point(tile + at[i], times(load_point<V>(tile + at[i]), w.re, w.im));
  }
}

template <class T>
void weigh(T* tile, FftPlaces at, const T* weights, int64_t points, bool paired) {
  using V = Vector<T>;
  for (int64_t i = 0; i < points; ++i) {
    Point<V> p = load_point<V>(tile + at[i]);
    p = {p.re * weights[paired ? 2 * i : i], paired ? p.im * weights[2 * i + 1] : p.im};
    store_point(tile + at[i], p);
  }
}

// The ways between pairs of real numbers and half spectra, in a tile or, where V is T, in a row.

template <class V, class T>
inline T* point_at(T* tile, FftPlaces at, int64_t i) {
  if constexpr (sizeof(V) == sizeof(T)) return tile + 2 * i;
  return tile + at[i];
}

template <class V, class T>
void from_pairs(T* tile, FftPlaces at, const T* roots, int64_t half, T interior) {
  T *begin = point_at<V>(tile, at, 0), *end = point_at<V>(tile, at, half);
  const Point<V> z = load_point<V>(begin);
  store_point(begin, Point<V>{z.re + z.im, V{}});
  store_point(end, Point<V>{z.re - z.im, V{}});
  const T by = interior / 2;
  for (int64_t k = 1; k <= half / 2; ++k) {
    T *low = point_at<V>(tile, at, k), *high = point_at<V>(tile, at, half - k);
    const Point<V> a = load_point<V>(low), b = load_point<V>(high);
    const Point<V> even = {by * (a.re + b.re), by * (a.im - b.im)};
    const Point<V> odd = {by * (a.re - b.re), by * (a.im + b.im)};
    const V c = all<V>(roots[2 * k]), s = all<V>(roots[2 * k + 1]);
    const Point<V> turn = {fma(c, odd.im, -(s * odd.re)), -fma(c, odd.re, s * odd.im)};
    store_point(low, even + turn);
    store_point(high, Point<V>{even.re - turn.re, turn.im - even.im});
  }
}

template <class V, class T>
void to_pairs(T* tile, FftPlaces at, const T* roots, int64_t half, T interior, T sign) {
  T* begin = point_at<V>(tile, at, 0);
  const V first = load<V>(begin), last = load<V>(point_at<V>(tile, at, half));
  store_point(begin, Point<V>{first - last, first + last});
  const T re = interior, im = sign * interior;
  for (int64_t k = 1; k <= half / 2; ++k) {
    T *low = point_at<V>(tile, at, k), *high = point_at<V>(tile, at, half - k);
    const Point<V> a = load_point<V>(low), b = load_point<V>(high);
    const Point<V> even = {re * (a.re + b.re), im * (a.im - b.im)};
    const Point<V> odd = {re * (a.re - b.re), im * (a.im + b.im)};
    const V c = all<V>(roots[2 * k]), s = all<V>(roots[2 * k + 1]);
    const Point<V> turn = {-fma(c, odd.im, s * odd.re), fma(c, odd.re, -(s * odd.im))};
    store_point(low, Point<V>{even.im + turn.im, even.re + turn.re});
    store_point(high, Point<V>{turn.im - even.im, even.re - turn.re});
  }
}

template <class V, class T>
void mirror(T* tile, FftPlaces at, int64_t n, T interior, T sign) {
  store(point_at<V>(tile, at, 0) + kPoint<V, T> / 2, V{});
  for (int64_t k = 1; 2 * k < n; ++k) {
    T* from = point_at<V>(tile, at, k);
    const Point<V> p = load_point<V>(from);
    const Point<V> scaled = {interior * p.re, sign * interior * p.im};
    store_point(from, scaled);
    store_point(point_at<V>(tile, at, n - k), Point<V>{scaled.re, -scaled.im});
  }
}

template <class T, class V = Vector<T>>
constexpr FftKernels<T> kKernels = {kLanes<T>,
                                    &transform<T>,
                                    &load_tile<T>,
                                    &store_tile<T>,
                                    &multiply<T>,
                                    &twist<T>,
                                    &weigh<T>,
                                    {&from_pairs<V, T>, &to_pairs<V, T>, &mirror<V, T>},
                                    {&from_pairs<T, T>, &to_pairs<T, T>, &mirror<T, T>}};

}  // namespace

const FftKernels<float>& fft_float() { return kKernels<float>; }
const FftKernels<double>& fft_double() { return kKernels<double>; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
