// SPDX-License-Identifier: Apache-2.0
// Max pooling as loops over lines: of a plane's output row, or of a pixel's channels.
#include "cpu/isa/max_line.h"
#include "cpu/isa/pool.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

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

/// The place of the first position of a window, also where it holds none.
inline int64_t first_place(const PoolArgs& p, const PoolWindow& s, const PoolWindow& r,
                           const PoolWindow& c) {
  const auto at = [](int64_t i) { return static_cast<uint64_t>(i); };
  const uint64_t row = at(s.begin) * at(p.height) + at(r.begin);
  return static_cast<int64_t>(row * at(p.width) + at(c.begin));
}
/// Whether the window holds nothing but padding, which is neither larger nor a place.
inline bool is_gap(const PoolArgs& p, const PoolWindow& s, const PoolWindow& r,
                   const PoolWindow& c) {
  return p.gaps && (s.count == 0 || r.count == 0 || c.count == 0);
}

/// The maxima of a row of windows, from one row of the input that begins at `row`.
template <class T>
inline void max_row_of(const PoolArgs& p, const T* x, int64_t row, T* best, Place<T>* at) {
  for (int64_t k = p.first_position; k < p.kernel; ++k) {
    const Span s = span_of(p, k);
    const int64_t from = row + s.first * p.stride + s.shift, n = s.end - s.first;
    if (at) {
      max_place_line(x + from, p.stride, n, from, best + s.first, at + s.first);
    } else {
      max_line(x + from, p.stride, n, best + s.first);
    }
  }
  if (p.kernel) return;
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

/// Maxima of a row of outputs of a plane and, unless null, their places.
template <class T>
inline void max_row(const PoolArgs& p, const T* x, const PoolWindow& s, const PoolWindow& r,
                    T* best, Place<T>* at) {
  fill(best, kLowest<T>, p.out_width);
  for (int64_t i = 0; at && i < p.out_width; ++i)
    at[i] = static_cast<Place<T>>(first_place(p, s, r, p.cols[i]));
  for (int64_t j = 0; j < s.count; ++j)
    for (int64_t i = 0; i < r.count; ++i) max_row_of(p, x, row_at(p, s, j, r, i), best, at);
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
inline bool is_2x2(const PoolArgs& p, const PoolWindow& s, const PoolWindow& r) {
  return p.kernel == 2 && p.stride == 2 && p.padding == 0 && p.col_step == 1 && p.row_step == 1 &&
         s.count == 1 && r.count == 2 && p.out_width * 2 <= p.width;
}

/// Calls f(position) for every position of an output pixel's window.
template <class F>
inline void for_window(const PoolArgs& p, const PoolWindow& s, const PoolWindow& r,
                       const PoolWindow& c, const F& f) {
  for (int64_t k = 0; k < s.count; ++k)
    for (int64_t i = 0; i < r.count; ++i) {
      const int64_t row = row_at(p, s, k, r, i) + c.begin;
      for (int64_t j = 0; j < c.count; ++j) f(row + j * p.col_step);
    }
}

/// The largest elements of a window and their positions.
template <class L>
inline void max_window(const PoolArgs& p, const typename L::Element* x, const PoolWindow& s,
                       const PoolWindow& r, const PoolWindow& c, typename L::V* best,
                       typename L::At* at) {
  using V = typename L::V;
  using At = typename L::At;
  using Int = Place<typename L::Element>;
  V m = V{} + kLowest<typename L::Element>;
  At place = At{} + static_cast<Int>(first_place(p, s, r, c));
  for_window(p, s, r, c, [&](int64_t from) {
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

/// A row of outputs of a plane. `v`: read where the maxima are, instead of them.
template <class T>
void max_plane_row(const PoolArgs& p, const T* x, const T* v, const PoolWindow& s,
                   const PoolWindow& r, T* y, int64_t* places) {
  Place<T>* at = places || v ? static_cast<Place<T>*>(p.places) : nullptr;
  if (!at && is_2x2(p, s, r)) {
    const T* a = x + row_at(p, s, 0, r, 0);
    return max_row_2x2(a, a + p.width, p.out_width, y);
  }
  max_row(p, x, s, r, y, at);
  for (int64_t i = 0; v && i < p.out_width; ++i)
    y[i] = is_gap(p, s, r, p.cols[i]) ? T(0) : v[at[i]];
  for (int64_t i = 0; places && i < p.out_width; ++i)
    places[i] = is_gap(p, s, r, p.cols[i]) ? first_place(p, s, r, p.cols[i]) : at[i];
}

/// One output pixel of a block of channels.
template <class T>
void max_pixel(const PoolArgs& p, const T* x, const T* v, const PoolWindow& s, const PoolWindow& r,
               const PoolWindow& c, T* y, int64_t* places) {
  const bool gap = is_gap(p, s, r, c);
  for_lanes<T>(p.channels, [&](auto l, int64_t k, int64_t) {
    using L = decltype(l);
    typename L::V best;
    typename L::At where;
    max_window<L>(p, x + k, s, r, c, &best, &where);
    store(y + k, best);
    if (!places && !v) return;
    for (int i = 0; i < L::kCount; ++i) {
      const int64_t place = gap ? first_place(p, s, r, c) : place_of<L>(where, i);
      if (v) y[k + i] = gap ? T(0) : v[place * p.pixel + k + i];
      if (places) places[k + i] = place;
    }
  });
}

template <class T>
void max_forward(const PoolArgs& p, const void* input, const void* values, void* output,
                 int64_t* places) {
  const T* x = static_cast<const T*>(input);
  const T* v = static_cast<const T*>(values);
  T* y = static_cast<T*>(output);
  for_each_row(p, [&](const PoolWindow& s, const PoolWindow& r, int64_t row) {
    if (p.channels == 0)
      return max_plane_row(p, x, v, s, r, y + row, places ? places + row : nullptr);
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const int64_t pixel = (row + ow) * p.pixel;
      max_pixel(p, x, v, s, r, p.cols[ow], y + pixel, places ? places + pixel : nullptr);
    }
  });
}

/// Adds the gradients of a row of outputs to a plane.
template <class T>
void max_plane_row_backward(const PoolArgs& p, const T* x, const T* g, const PoolWindow& s,
                            const PoolWindow& r, T* gx) {
  if (p.tiled && is_2x2(p, s, r)) {
    const int64_t first = row_at(p, s, 0, r, 0), second = first + p.width;
    return max_row_2x2_backward(x + first, x + second, g, p.out_width, gx + first, gx + second);
  }
  for (int64_t k = 0; p.tiled && k < s.count; ++k)
    fill(gx + row_at(p, s, k, r, 0), T(0), r.count * p.width);
  Place<T>* at = static_cast<Place<T>*>(p.places);
  max_row(p, x, s, r, static_cast<T*>(p.line), at);
  for (int64_t i = 0; i < p.out_width; ++i)
    if (!is_gap(p, s, r, p.cols[i])) gx[at[i]] += g[i];
}

/// Adds the gradients of one output pixel to a block of channels.
template <class T>
void max_pixel_backward(const PoolArgs& p, const T* x, const T* g, const PoolWindow& s,
                        const PoolWindow& r, const PoolWindow& c, T* gx) {
  for_lanes<T>(p.channels, [&](auto l, int64_t k, int64_t done) {
    using L = decltype(l);
    using V = typename L::V;
    using At = typename L::At;
    V best;
    At where;
    max_window<L>(p, x + k, s, r, c, &best, &where);
    V v = load<V>(g + k);
    if (p.tiled) {
      for_window(p, s, r, c, [&](int64_t place) {
        const auto here = where == static_cast<Place<T>>(place);
        store(gx + place * p.pixel + k, here ? v : V{});
      });
      return;
    }
    if constexpr (L::kCount > 1) {
      // Channels that the piece before has added already.
      for (int i = 0; i < done - k; ++i) v[i] = T(0);
    }
    for_window(p, s, r, c, [&](int64_t place) {
      T* to = gx + place * p.pixel + k;
      const auto here = where == static_cast<Place<T>>(place);
      store(to, load<V>(to) + (here ? v : V{}));
    });
  });
}

template <class T>
void max_backward(const PoolArgs& p, const void* input, const void* grad, void* grad_input) {
  const T* x = static_cast<const T*>(input);
  const T* g = static_cast<const T*>(grad);
  T* gx = static_cast<T*>(grad_input);
  if (!p.tiled) clear(p, gx);
  for_each_row(p, [&](const PoolWindow& s, const PoolWindow& r, int64_t row) {
    if (p.channels == 0) return max_plane_row_backward(p, x, g + row, s, r, gx);
    for (int64_t ow = 0; ow < p.out_width; ++ow)
      max_pixel_backward(p, x, g + (row + ow) * p.pixel, s, r, p.cols[ow], gx);
  });
}

}  // namespace

const MaxPoolTable& max_pool_table() {
  static constexpr MaxPoolTable table = {
      {&max_forward<float>, &max_forward<double>, &max_forward<int8_t>, &max_forward<uint8_t>,
       &max_forward<int16_t>, &max_forward<int32_t>, &max_forward<int64_t>},
      {&max_backward<float>, &max_backward<double>}};
  return table;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
