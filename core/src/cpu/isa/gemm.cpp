// SPDX-License-Identifier: Apache-2.0
#include <type_traits>

#include "cpu/gemm_kernels.h"
#include "cpu/isa/vector.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

// 8 x 2 accumulators fill AVX-512's 32 registers well, 4 x 2 those of the older levels.
constexpr int kRows = HEARTH_VECTOR_BYTES == 64 ? 8 : 4;
constexpr int kPanelBytes = 20 * 1024;  // of b, next to a panel of a in a 32 KB cache
template <typename T>
constexpr int kCols = 2 * kLanes<T>;

template <typename T>
inline void transpose4x4(const T* src, int64_t src_stride, T* dst, int64_t dst_stride) {
  using Q = Quad<T>;
  const Q r0 = load<Q>(src), r1 = load<Q>(src + src_stride);
  const Q r2 = load<Q>(src + 2 * src_stride), r3 = load<Q>(src + 3 * src_stride);
  const Q t0 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);
  const Q t1 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
  const Q t2 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
  const Q t3 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  store(dst, __builtin_shufflevector(t0, t1, 0, 1, 4, 5));
  store(dst + dst_stride, __builtin_shufflevector(t0, t1, 2, 3, 6, 7));
  store(dst + 2 * dst_stride, __builtin_shufflevector(t2, t3, 0, 1, 4, 5));
  store(dst + 3 * dst_stride, __builtin_shufflevector(t2, t3, 2, 3, 6, 7));
}

template <typename T>
void pack(const T* src, int64_t lines, int64_t k, int64_t line_stride, int64_t k_stride, int width,
          T* dst) {
  if (k == 0) return;
  for (int64_t first = 0; first < lines; first += width, dst += k * width) {
    const T* from = src + first * line_stride;
    const int count = static_cast<int>(lines - first < width ? lines - first : width);
    int line = 0;
    if (line_stride == 1) {
      if (count == width) {
        for (int64_t p = 0; p < k; p++) {
          std::memcpy(dst + p * width, from + p * k_stride, width * sizeof(T));
        }
        line = count;
      }
    } else if (k_stride == 1) {
      for (; line + 4 <= count; line += 4) {
        const T* rows = from + line * line_stride;
        int64_t p = 0;
        for (; p + 4 <= k; p += 4)
          transpose4x4(rows + p, line_stride, dst + p * width + line, width);
        for (; p < k; p++) {
          for (int i = 0; i < 4; i++) dst[p * width + line + i] = rows[i * line_stride + p];
        }
      }
    }
    for (int64_t p = 0; p < k; p++) {
      for (int i = line; i < count; i++) {
        dst[p * width + i] = from[i * line_stride + p * k_stride];
      }
      for (int i = count; i < width; i++) dst[p * width + i] = T(0);
    }
  }
}

template <typename T>
inline void store_vector(Vector<T> sum, T* c, int valid, const GemmStore<T>& s, const T* bias) {
  constexpr int lanes = kLanes<T>;
  Vector<T> v = sum * s.alpha;
  if (valid >= lanes) {
    if (s.beta != 0) v += load<Vector<T>>(c) * s.beta;
    if (bias) v += load<Vector<T>>(bias);
    store(c, v);
    return;
  }
  T out[lanes];
  store(out, v);
  for (int j = 0; j < valid; j++) {
    T x = out[j];
    if (s.beta != 0) x += c[j] * s.beta;
    if (bias) x += bias[j];
    c[j] = x;
  }
}

/// Where the elements of a panel of a lie: packed ones next to each other, in every step along k.
template <typename T>
struct PackedRows {
  const T* a;
  T operator[](int row) const { return a[row]; }
  void step() { a += kRows; }
};
template <typename T>
struct StridedRows {
  const T* a;
  int64_t row_stride, k_stride;
  T operator[](int row) const { return a[row * row_stride]; }
  void step() { a += k_stride; }
};

// A tile of kTileRows x (kVectors registers) of c; b's rows are b_stride apart. Named accumulators:
// GCC 12 keeps an array of them in memory.
template <typename T, int kTileRows, int kVectors, typename Rows>
inline void tile(int64_t k, Rows a, const T* __restrict b, int64_t b_stride, int cols,
                 const GemmStore<T>& s) {
  using V = Vector<T>;
  constexpr int lanes = kLanes<T>;
  V c00{}, c01{}, c10{}, c11{}, c20{}, c21{}, c30{}, c31{};
  V c40{}, c41{}, c50{}, c51{}, c60{}, c61{}, c70{}, c71{};
#define HEARTH_FOR_ROWS(_) _(0) _(1) _(2) _(3) _(4) _(5) _(6) _(7)
#define HEARTH_MULTIPLY(i)                                     \
  if constexpr (kTileRows > i) {                               \
    const V x = a[i] - V{};                                    \
    c##i##0 = fma(x, b0, c##i##0);                             \
    if constexpr (kVectors > 1) c##i##1 = fma(x, b1, c##i##1); \
  }
#define HEARTH_STORE(i)                                                                        \
  if constexpr (kTileRows > i) {                                                               \
    T* c = s.c + i * s.stride;                                                                 \
    store_vector<T>(c##i##0, c, cols, s, s.bias);                                              \
    if constexpr (kVectors > 1) {                                                              \
      store_vector<T>(c##i##1, c + lanes, cols - lanes, s, s.bias ? s.bias + lanes : nullptr); \
    }                                                                                          \
  }
  for (int64_t p = 0; p < k; p++, a.step(), b += b_stride) {
    const V b0 = load<V>(b);
    [[maybe_unused]] const V b1 = load<V>(b + lanes);
    HEARTH_FOR_ROWS(HEARTH_MULTIPLY)
  }
  HEARTH_FOR_ROWS(HEARTH_STORE)
#undef HEARTH_STORE
#undef HEARTH_MULTIPLY
#undef HEARTH_FOR_ROWS
}

template <typename T, int kTileRows, typename Rows>
inline void tile_of_rows(int64_t k, Rows a, const T* b, int64_t b_stride, int cols,
                         const GemmStore<T>& s) {
  if (cols > kLanes<T>) {
    tile<T, kTileRows, 2>(k, a, b, b_stride, cols, s);
  } else {
    tile<T, kTileRows, 1>(k, a, b, b_stride, cols, s);
  }
}

/// c from column j on, `cols` of them; panel(i) gives a's elements from row i on.
template <typename T, typename Panel>
inline void columns(int64_t m, int64_t k, const Panel& panel, const T* b, int64_t b_stride,
                    int64_t j, int cols, const GemmStore<T>& s) {
  GemmStore<T> at = s;
  at.bias = s.bias ? s.bias + j : nullptr;
  int64_t i = 0;
  const auto rows = [&](auto count) {
    at.c = s.c + i * s.stride + j;
    tile_of_rows<T, count()>(k, panel(i), b, b_stride, cols, at);
    i += count();
  };
  while (m - i >= kRows) rows(std::integral_constant<int, kRows>());
  if (m - i >= 4) rows(std::integral_constant<int, 4>());
  if (m - i >= 2) rows(std::integral_constant<int, 2>());
  if (m - i >= 1) rows(std::integral_constant<int, 1>());
}

template <typename T>
void block(int64_t m, int64_t n, int64_t k, const T* a, const T* b, GemmStore<T> s) {
  const auto panel = [&](int64_t i) {
    return PackedRows<T>{a + i / kRows * kRows * k + i % kRows};
  };
  for (int64_t j = 0; j < n; j += kCols<T>, b += k * kCols<T>) {
    const int cols = static_cast<int>(n - j < kCols<T> ? n - j : kCols<T>);
    columns(m, k, panel, b, kCols<T>, j, cols, s);
  }
}

template <typename T>
void small(int64_t m, int64_t n, int64_t k, const T* a, int64_t a_row, int64_t a_col, const T* b,
           int64_t b_row, int64_t b_col, T* scratch, GemmStore<T> s) {
  const auto panel = [&](int64_t i) { return StridedRows<T>{a + i * a_row, a_row, a_col}; };
  for (int64_t j = 0; j < n; j += kCols<T>) {
    const int cols = static_cast<int>(n - j < kCols<T> ? n - j : kCols<T>);
    // Whole rows of registers are read where they lie.
    if (b_col == 1 && cols % kLanes<T> == 0) {
      columns(m, k, panel, b + j, b_row, j, cols, s);
    } else {
      pack(b + j * b_col, cols, k, b_col, b_row, kCols<T>, scratch);
      columns(m, k, panel, scratch, kCols<T>, j, cols, s);
    }
  }
}

template <typename T>
inline T sum_lanes(Vector<T> v) {
  T lane[kLanes<T>];
  store(lane, v);
  for (int half = kLanes<T> / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) lane[i] += lane[i + half];
  }
  return lane[0];
}

template <typename S, typename T>
inline T dot(int64_t k, const S* a, const T* x) {
  using V = Vector<T>;
  constexpr int lanes = kLanes<T>;
  V s0{}, s1{}, s2{}, s3{};
  int64_t p = 0;
  for (; p + 4 * lanes <= k; p += 4 * lanes) {
    s0 = fma(load_as<T>(a + p), load<V>(x + p), s0);
    s1 = fma(load_as<T>(a + p + lanes), load<V>(x + p + lanes), s1);
    s2 = fma(load_as<T>(a + p + 2 * lanes), load<V>(x + p + 2 * lanes), s2);
    s3 = fma(load_as<T>(a + p + 3 * lanes), load<V>(x + p + 3 * lanes), s3);
  }
  for (; p + lanes <= k; p += lanes) s0 = fma(load_as<T>(a + p), load<V>(x + p), s0);
  T sum = sum_lanes<T>((s0 + s1) + (s2 + s3));
  for (; p < k; p++) sum += scalar_as(a[p]) * x[p];
  return sum;
}

/// The elements of even and of odd index among two registers' worth.
inline void split_pairs(const float* x, Vector<float>& even, Vector<float>& odd) {
  using V = Vector<float>;
  const V a = load<V>(x), b = load<V>(x + kLanes<float>);
#if HEARTH_VECTOR_BYTES == 64
  even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
#elif HEARTH_VECTOR_BYTES == 32
  even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
  odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
#else
  even = __builtin_shufflevector(a, b, 0, 2, 4, 6);
  odd = __builtin_shufflevector(a, b, 1, 3, 5, 7);
#endif
}

/// kCount rows at a time, which share what is read of x.
template <int kCount, typename S, typename T>
inline void some_rows(int64_t k, const S* a, int64_t a_stride, const T* x, T* out) {
  using V = Vector<T>;
  constexpr int lanes = kLanes<T>;
  V sums[kCount] = {};
  int64_t p = 0;
  if constexpr (sizeof(S) == 2) {
    for (; p + 2 * lanes <= k; p += 2 * lanes) {
      V even, odd;
      split_pairs(x + p, even, odd);
      for (int r = 0; r < kCount; r++) {
        const S* row = a + r * a_stride + p;
        sums[r] = fma(load_odd(row), odd, fma(load_even(row), even, sums[r]));
      }
    }
  }
  for (; p + lanes <= k; p += lanes) {
    const V v = load<V>(x + p);
    for (int r = 0; r < kCount; r++) sums[r] = fma(load_as<T>(a + r * a_stride + p), v, sums[r]);
  }
  for (int r = 0; r < kCount; r++) {
    T sum = sum_lanes<T>(sums[r]);
    for (int64_t rest = p; rest < k; rest++) sum += scalar_as(a[r * a_stride + rest]) * x[rest];
    out[r] = sum;
  }
}

template <typename S, typename T>
void rows_times_vector(int64_t m, int64_t k, const S* a, int64_t a_stride, const T* x, T* out) {
  // From a KB on one after another: prefetchers follow a single stream through memory, and lose
  // themselves in several that lie in one page.
  constexpr int64_t kLong = 1024 / sizeof(S);
  int64_t i = 0;
  if (sizeof(S) == sizeof(T) && k >= kLong) {
    for (; i < m; i++) out[i] = dot(k, a + i * a_stride, x);
    return;
  }
  for (; i + 8 <= m; i += 8) some_rows<8>(k, a + i * a_stride, a_stride, x, out + i);
  for (; i + 4 <= m; i += 4) some_rows<4>(k, a + i * a_stride, a_stride, x, out + i);
  for (; i < m; i++) out[i] = dot(k, a + i * a_stride, x);
}

/// out[j] += x[0] * row 0 [j] + ... over kLines rows of b.
template <int kLines, typename S, typename T>
inline void add_lines(int64_t n, const T* x, const S* b, int64_t b_stride, T* out) {
  using V = Vector<T>;
  constexpr int lanes = kLanes<T>;
  int64_t j = 0;
  for (; j + lanes <= n; j += lanes) {
    V sum = load<V>(out + j);
    for (int i = 0; i < kLines; i++) sum = fma(x[i] - V{}, load_as<T>(b + i * b_stride + j), sum);
    store(out + j, sum);
  }
  for (; j < n; j++) {
    for (int i = 0; i < kLines; i++) out[j] += x[i] * scalar_as(b[i * b_stride + j]);
  }
}

// Several long rows at a time: memory is read in streams, out stays in the first-level cache.
template <typename S, typename T>
void vector_times_cols(int64_t n, int64_t k, const T* x, const S* b, int64_t b_stride, T* out) {
  for (int64_t j = 0; j < n; j++) out[j] = T(0);
  int64_t p = 0;
  for (; p + 8 <= k; p += 8) add_lines<8>(n, x + p, b + p * b_stride, b_stride, out);
  for (; p + 4 <= k; p += 4) add_lines<4>(n, x + p, b + p * b_stride, b_stride, out);
  for (; p < k; p++) add_lines<1>(n, x + p, b + p * b_stride, b_stride, out);
}

template <typename T>
constexpr GemmKernels<T> kTable = {
    kRows,   kCols<T>, kPanelBytes / static_cast<int>(kCols<T> * sizeof(T)),
    pack<T>, block<T>, small<T>,
};
template <typename S, typename T>
constexpr GemvKernels<S, T> kVectorTable = {rows_times_vector<S, T>, vector_times_cols<S, T>};

}  // namespace

const GemmKernels<float>& gemm_kernels_f32() { return kTable<float>; }
const GemmKernels<double>& gemm_kernels_f64() { return kTable<double>; }
const FloatGemv& gemv_kernels_f32() { return kVectorTable<float, float>; }
const DoubleGemv& gemv_kernels_f64() { return kVectorTable<double, double>; }
const BFloat16Gemv& gemv_kernels_bf16() { return kVectorTable<uint16_t, float>; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
