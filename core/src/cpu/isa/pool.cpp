// SPDX-License-Identifier: Apache-2.0
// Pooling as loops over lines: of a plane's output row, or of a pixel's channels.
#include "cpu/isa/vector.h"
#include "cpu/pool_kernels.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

template <class T>
constexpr T kLowest = T(-1) < T(0) ? T(T(1) << (8 * sizeof(T) - 1)) : T(0);
template <>
constexpr float kLowest<float> = -__builtin_inff();
template <>
constexpr double kLowest<double> = -__builtin_inf();

template <class T>
inline void fill(T* p, T value, int64_t n) {
  for (int64_t i = 0; i < n; ++i) p[i] = value;
}

/// The larger one; NaN wins. Two selections, which become a max and a blend, where one with both
/// conditions would become branches.
template <class V>
inline V larger(V best, V v) {
  const V m = v > best ? v : best;
  return v != v ? v : m;
}
/// `place` where v is larger than best or NaN, else `at`.
template <class V, class At>
inline At larger_at(V best, V v, At at, At place) {
  const At p = v > best ? place : at;
  return v != v ? place : p;
}

/// Places of elements of T: as wide as a float, else 64 bits.
template <class T>
struct PlaceType {
  using type = int64_t;
};
template <>
struct PlaceType<float> {
  using type = int32_t;
};
template <class T>
using Place = typename PlaceType<T>::type;

/// Neighbours at a time: a register, four, or one.
template <class T>
struct Wide {
  using V = Vector<T>;
  using At = decltype(V{} > V{});
  using Element = T;
  static constexpr int kCount = kLanes<T>;
};
template <class T>
struct Four {
  using V = Quad<T>;
  using At = decltype(V{} > V{});
  using Element = T;
  static constexpr int kCount = 4;
};
template <class T>
struct Single {
  using V = T;
  using At = Place<T>;
  using Element = T;
  static constexpr int kCount = 1;
};
template <class T>
constexpr bool kHasVectors = T(0.5) != T(0);

/// Calls f(lanes, first, done before) on pieces of lanes L that cover n elements, n at least
/// L::kCount. The last piece may overlap the one before.
template <class L, class F>
inline void for_pieces(int64_t n, const F& f) {
  int64_t k = 0;
  for (; k + L::kCount <= n; k += L::kCount) f(L{}, k, k);
  if (k < n) f(L{}, n - L::kCount, k);
}
/// The same with the widest lanes that fit.
template <class T, class F>
inline void for_lanes(int64_t n, const F& f) {
  if constexpr (kHasVectors<T>) {
    if (n >= kLanes<T>) return for_pieces<Wide<T>>(n, f);
    if (n >= 4) return for_pieces<Four<T>>(n, f);
  }
  for_pieces<Single<T>>(n, f);
}
/// The same with at most four lanes.
template <class T, class F>
inline void for_quads(int64_t n, const F& f) {
  if constexpr (kHasVectors<T>) {
    if (n >= 4) return for_pieces<Four<T>>(n, f);
  }
  for_pieces<Single<T>>(n, f);
}

/// Elements 0, 2, 4 ... of x, without reading past the last of them.
template <class L>
inline typename L::V load_even(const typename L::Element* x) {
  if constexpr (L::kCount == 1) {
    return *x;
  } else {
    return __builtin_shufflevector(load<typename L::V>(x), load<typename L::V>(x + 3), 0, 2, 5, 7);
  }
}
template <class L>
inline typename L::V load_strided(const typename L::Element* x, int64_t stride) {
  if constexpr (L::kCount == 4 || L::kCount == 1) {
    if (stride == 2) return load_even<L>(x);
  }
  return load<typename L::V>(x);
}

/// best[i] = max(best[i], x[i * stride]); NaN wins. Doing an element twice changes nothing, so
/// pieces may overlap.
template <class T>
inline void max_line(const T* x, int64_t stride, int64_t n, T* __restrict best) {
  const auto piece = [&](auto l, int64_t k, int64_t) {
    using L = decltype(l);
    const auto v = load_strided<L>(x + k * stride, stride);
    store(best + k, larger(load<typename L::V>(best + k), v));
  };
  if (stride == 1) return for_lanes<T>(n, piece);
  if (stride == 2) return for_quads<T>(n, piece);
  for (int64_t i = 0; i < n; ++i) best[i] = larger(best[i], x[i * stride]);
}

/// The same, with the place of x[i * stride], place + i * stride, kept where it wins.
template <class T>
inline void max_place_line(const T* x, int64_t stride, int64_t n, int64_t place, T* __restrict best,
                           Place<T>* __restrict at) {
  const auto piece = [&](auto l, int64_t k, int64_t) {
    using L = decltype(l);
    using At = typename L::At;
    const auto v = load_strided<L>(x + k * stride, stride);
    const auto b = load<typename L::V>(best + k);
    At here = At{} + static_cast<Place<T>>(place + k * stride);
    if constexpr (L::kCount > 1) {
      for (int i = 1; i < L::kCount; ++i) here[i] += static_cast<Place<T>>(i * stride);
    }
    store(at + k, larger_at(b, v, load<At>(at + k), here));
    store(best + k, larger(b, v));
  };
  if (stride == 1) return for_lanes<T>(n, piece);
  if (stride == 2) return for_quads<T>(n, piece);
  for (int64_t i = 0; i < n; ++i) {
    const T v = x[i * stride];
    at[i] = larger_at(best[i], v, at[i], static_cast<Place<T>>(place + i * stride));
    best[i] = larger(best[i], v);
  }
}

/// Outputs [first, end) of a row whose k-th window position exists.
struct Span {
  int64_t first, end, shift;
};
inline Span span_of(const PoolArgs& p, int64_t k) {
  const int64_t shift = k * p.col_step - p.padding, s = p.stride;
  int64_t first = shift >= 0 ? 0 : (-shift - 1) / s + 1;
  const int64_t room = p.width - shift;
  int64_t end = room <= 0 ? 0 : (room - 1) / s + 1;
  if (first > p.out_width) first = p.out_width;
  if (end > p.out_width) end = p.out_width;
  if (end < first) end = first;
  return {first, end, shift};
}

/// Maxima of output row oh of a plane and, unless null, their places.
template <class T>
inline void max_row(const PoolArgs& p, const T* x, int64_t oh, T* best, Place<T>* at) {
  const PoolWindow& r = p.rows[oh];
  fill(best, kLowest<T>, p.out_width);
  if (at)
    for (int64_t i = 0; i < p.out_width; ++i)
      at[i] = static_cast<Place<T>>(r.begin * p.width + p.cols[i].begin);
  for (int64_t i = 0; i < r.count; ++i) {
    const int64_t row = (r.begin + i * p.row_step) * p.width;
    for (int64_t k = p.first_position; k < p.kernel; ++k) {
      const Span s = span_of(p, k);
      const int64_t from = row + s.first * p.stride + s.shift, n = s.end - s.first;
      if (at) {
        max_place_line(x + from, p.stride, n, from, best + s.first, at + s.first);
      } else {
        max_line(x + from, p.stride, n, best + s.first);
      }
    }
    if (p.kernel) continue;
    for (int64_t o = 0; o < p.out_width; ++o) {
      for (int64_t j = 0; j < p.cols[o].count; ++j) {
        const int64_t place = row + p.cols[o].begin + j * p.col_step;
        const T v = x[place];
        if (!(v > best[o] || v != v)) continue;
        best[o] = v;
        if (at) at[o] = static_cast<Place<T>>(place);
      }
    }
  }
}

/// One row of 2 x 2 windows side by side, in rows a and b of the input.
template <class T>
inline void max_row_2x2(const T* a, const T* b, int64_t n, T* __restrict best) {
  for_quads<T>(n, [&](auto l, int64_t k, int64_t) {
    using L = decltype(l);
    const auto top = larger(load_even<L>(a + 2 * k), load_even<L>(a + 2 * k + 1));
    const auto bottom = larger(load_even<L>(b + 2 * k), load_even<L>(b + 2 * k + 1));
    store(best + k, larger(top, bottom));
  });
}
/// Writes x[0] y[0] x[1] y[1] ...
template <class V, class T>
inline void store_interleaved(T* to, V x, V y) {
  if constexpr (sizeof(V) == sizeof(T)) {
    to[0] = x;
    to[1] = y;
  } else {
    store(to, __builtin_shufflevector(x, y, 0, 4, 1, 5));
    store(to + 4, __builtin_shufflevector(x, y, 2, 6, 3, 7));
  }
}
/// Its gradient, written to rows ga and gb.
template <class T>
inline void max_row_2x2_backward(const T* a, const T* b, const T* g, int64_t n, T* __restrict ga,
                                 T* __restrict gb) {
  for_quads<T>(n, [&](auto l, int64_t k, int64_t) {
    using L = decltype(l);
    using V = typename L::V;
    const V w = load_even<L>(a + 2 * k), x = load_even<L>(a + 2 * k + 1);
    const V y = load_even<L>(b + 2 * k), z = load_even<L>(b + 2 * k + 1);
    const V v = load<V>(g + k), none{};
    // Where the second one wins, its part is v.
    const V bottom = larger_at(larger(w, x), larger(y, z), none, v);
    const V top = larger_at(larger(w, x), larger(y, z), v, none);
    store_interleaved(ga + 2 * k, larger_at(w, x, top, none), larger_at(w, x, none, top));
    store_interleaved(gb + 2 * k, larger_at(y, z, bottom, none), larger_at(y, z, none, bottom));
  });
}
inline bool is_2x2(const PoolArgs& p, const PoolWindow& r) {
  return p.kernel == 2 && p.stride == 2 && p.padding == 0 && p.col_step == 1 && p.row_step == 1 &&
         r.count == 2 && p.out_width * 2 <= p.width;
}

/// Calls f(position) for every position of an output pixel's window.
template <class F>
inline void for_window(const PoolArgs& p, const PoolWindow& r, const PoolWindow& c, const F& f) {
  for (int64_t i = 0; i < r.count; ++i) {
    const int64_t row = (r.begin + i * p.row_step) * p.width + c.begin;
    for (int64_t j = 0; j < c.count; ++j) f(row + j * p.col_step);
  }
}

/// The largest elements of a window and their positions.
template <class L>
inline void max_window(const PoolArgs& p, const typename L::Element* x, const PoolWindow& r,
                       const PoolWindow& c, typename L::V* best, typename L::At* at) {
  using V = typename L::V;
  using At = typename L::At;
  using Int = Place<typename L::Element>;
  V m = V{} + kLowest<typename L::Element>;
  At place = At{} + static_cast<Int>(r.begin * p.width + c.begin);
  for_window(p, r, c, [&](int64_t from) {
    const V v = load<V>(x + from * p.pixel);
    place = larger_at(m, v, place, static_cast<At>(At{} + static_cast<Int>(from)));
    m = larger(m, v);
  });
  *best = m;
  *at = place;
}

template <class L>
inline int64_t place_of(const typename L::At& at, int lane) {
  if constexpr (L::kCount == 1) {
    return at;
  } else {
    return at[lane];
  }
}

template <class T>
void max_forward(const PoolArgs& p, const void* input, const void* values, void* output,
                 int64_t* places) {
  const T* x = static_cast<const T*>(input);
  const T* v = static_cast<const T*>(values);
  T* y = static_cast<T*>(output);
  Place<T>* at = places || v ? static_cast<Place<T>*>(p.places) : nullptr;
  for (int64_t oh = 0; oh < p.out_height; ++oh) {
    const PoolWindow& r = p.rows[oh];
    if (p.channels == 0) {
      const int64_t row = oh * p.out_width;
      if (!at && is_2x2(p, r)) {
        const T* a = x + r.begin * p.width;
        max_row_2x2(a, a + p.width, p.out_width, y + row);
        continue;
      }
      max_row(p, x, oh, y + row, at);
      for (int64_t i = 0; v && i < p.out_width; ++i) y[row + i] = v[at[i]];
      for (int64_t i = 0; places && i < p.out_width; ++i) places[row + i] = at[i];
      continue;
    }
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const int64_t pixel = (oh * p.out_width + ow) * p.pixel;
      for_lanes<T>(p.channels, [&](auto l, int64_t k, int64_t) {
        using L = decltype(l);
        typename L::V best;
        typename L::At where;
        max_window<L>(p, x + k, r, p.cols[ow], &best, &where);
        store(y + pixel + k, best);
        if (!at) return;
        for (int i = 0; i < L::kCount; ++i) {
          const int64_t place = place_of<L>(where, i);
          if (v) y[pixel + k + i] = v[place * p.pixel + k + i];
          if (places) places[pixel + k + i] = place;
        }
      });
    }
  }
}

template <class T>
inline void clear(const PoolArgs& p, T* gx) {
  const int64_t pixels = p.height * p.width;
  if (p.channels == 0) return fill(gx, T(0), pixels);
  for (int64_t i = 0; i < pixels; ++i) fill(gx + i * p.pixel, T(0), p.channels);
}

template <class T>
void max_backward(const PoolArgs& p, const void* input, const void* grad, void* grad_input) {
  const T* x = static_cast<const T*>(input);
  const T* g = static_cast<const T*>(grad);
  T* gx = static_cast<T*>(grad_input);
  if (!p.tiled) clear(p, gx);
  for (int64_t oh = 0; oh < p.out_height; ++oh) {
    const PoolWindow& r = p.rows[oh];
    if (p.channels == 0) {
      const T* row = g + oh * p.out_width;
      if (p.tiled && is_2x2(p, r)) {
        const int64_t first = r.begin * p.width, second = first + p.width;
        max_row_2x2_backward(x + first, x + second, row, p.out_width, gx + first, gx + second);
        continue;
      }
      if (p.tiled) fill(gx + r.begin * p.width, T(0), r.count * p.width);
      Place<T>* at = static_cast<Place<T>*>(p.places);
      max_row(p, x, oh, static_cast<T*>(p.line), at);
      // A window of nothing but padding has no maximum that a gradient could go to.
      for (int64_t i = 0; r.count > 0 && i < p.out_width; ++i)
        if (p.cols[i].count > 0) gx[at[i]] += row[i];
      continue;
    }
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const PoolWindow& c = p.cols[ow];
      const T* from = g + (oh * p.out_width + ow) * p.pixel;
      for_lanes<T>(p.channels, [&](auto l, int64_t k, int64_t done) {
        using L = decltype(l);
        using V = typename L::V;
        using At = typename L::At;
        V best;
        At where;
        max_window<L>(p, x + k, r, c, &best, &where);
        V v = load<V>(from + k);
        if (p.tiled) {
          for_window(p, r, c, [&](int64_t place) {
            const auto here = where == static_cast<Place<T>>(place);
            store(gx + place * p.pixel + k, here ? v : V{});
          });
          return;
        }
        if constexpr (L::kCount > 1) {
          // Channels that the piece before has added already.
          for (int i = 0; i < done - k; ++i) v[i] = T(0);
        }
        for_window(p, r, c, [&](int64_t place) {
          T* to = gx + place * p.pixel + k;
          const auto here = where == static_cast<Place<T>>(place);
          store(to, load<V>(to) + (here ? v : V{}));
        });
      });
    }
  }
}

template <class T>
inline void add_line(const T* x, T* __restrict sum, int64_t n) {
  for (int64_t i = 0; i < n; ++i) sum[i] += x[i];
}

/// A mean of integers is cut off towards zero. (The smallest integer has no negative.)
inline int64_t quotient(int64_t sum, double size) {
  const int64_t by = static_cast<int64_t>(size);
  return by == -1 ? static_cast<int64_t>(0 - static_cast<uint64_t>(sum)) : sum / by;
}
template <class T>
inline T quotient(T sum, double size) {
  return sum / static_cast<T>(size);
}

template <class T>
void avg_forward(const PoolArgs& p, const void* input, void* output) {
  const T* x = static_cast<const T*>(input);
  T* y = static_cast<T*>(output);
  for (int64_t oh = 0; oh < p.out_height; ++oh) {
    const PoolWindow& r = p.rows[oh];
    if (p.channels == 0) {
      // First down the columns, then along the row.
      T* sums = static_cast<T*>(p.line);
      fill(sums, T(0), p.width);
      for (int64_t i = 0; i < r.count; ++i) add_line(x + (r.begin + i) * p.width, sums, p.width);
      for (int64_t ow = 0; ow < p.out_width; ++ow) {
        const PoolWindow& c = p.cols[ow];
        T sum = T(0);
        for (int64_t j = 0; j < c.count; ++j) sum += sums[c.begin + j];
        y[oh * p.out_width + ow] = quotient(sum, r.size * c.size);
      }
      continue;
    }
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const PoolWindow& c = p.cols[ow];
      T* to = y + (oh * p.out_width + ow) * p.pixel;
      fill(to, T(0), p.channels);
      for (int64_t i = 0; i < r.count; ++i)
        for (int64_t j = 0; j < c.count; ++j)
          add_line(x + ((r.begin + i) * p.width + c.begin + j) * p.pixel, to, p.channels);
      for (int64_t k = 0; k < p.channels; ++k) to[k] = quotient(to[k], r.size * c.size);
    }
  }
}

template <class T>
void avg_backward(const PoolArgs& p, const void* grad, void* grad_input) {
  const T* g = static_cast<const T*>(grad);
  T* gx = static_cast<T*>(grad_input);
  T* line = static_cast<T*>(p.line);
  clear(p, gx);
  for (int64_t oh = 0; oh < p.out_height; ++oh) {
    const PoolWindow& r = p.rows[oh];
    if (p.channels == 0) {
      fill(line, T(0), p.width);
      for (int64_t ow = 0; ow < p.out_width; ++ow) {
        const PoolWindow& c = p.cols[ow];
        const T v = g[oh * p.out_width + ow] / static_cast<T>(r.size * c.size);
        for (int64_t j = 0; j < c.count; ++j) line[c.begin + j] += v;
      }
      for (int64_t i = 0; i < r.count; ++i) add_line(line, gx + (r.begin + i) * p.width, p.width);
      continue;
    }
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const PoolWindow& c = p.cols[ow];
      const T* from = g + (oh * p.out_width + ow) * p.pixel;
      const T size = static_cast<T>(r.size * c.size);
      for (int64_t k = 0; k < p.channels; ++k) line[k] = from[k] / size;
      for (int64_t i = 0; i < r.count; ++i)
        for (int64_t j = 0; j < c.count; ++j)
          add_line(line, gx + ((r.begin + i) * p.width + c.begin + j) * p.pixel, p.channels);
    }
  }
}

}  // namespace

const PoolTable& pool_table() {
  static constexpr PoolTable table = {
      {&max_forward<float>, &max_forward<double>, &max_forward<int8_t>, &max_forward<uint8_t>,
       &max_forward<int16_t>, &max_forward<int32_t>, &max_forward<int64_t>},
      {&max_backward<float>, &max_backward<double>},
      {&avg_forward<float>, &avg_forward<double>, nullptr, nullptr, nullptr, nullptr,
       &avg_forward<int64_t>},
      {&avg_backward<float>, &avg_backward<double>}};
  return table;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
