// SPDX-License-Identifier: Apache-2.0
// Rows of pixels: 128 bits of a register hold four bytes of a pixel as 32-bit sums of products of
// two neighbours (pmaddwd), so a register works on one to four lines at a time.
#include "hearth/cpu/pixel_rows.h"

#include <stddef.h>
#include <string.h>

#include "cpu/pixel_rows_kernels.h"
#if defined(__SSE4_1__)
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC's own header, at -O3
#endif
#include <immintrin.h>
#endif

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

constexpr int kPlaces = 22, kLowPlaces = 11;
constexpr int32_t kHalf = 1 << (kPlaces - 1);

inline uint8_t clipped(int32_t sum) {
  const int32_t v = sum >> kPlaces;
  return static_cast<uint8_t>(v < 0 ? 0 : v > 255 ? 255 : v);
}

#if defined(__SSE4_1__)

// One register of 128-bit lanes. Shuffles, unpacking and packing stay within lanes.
#if defined(__AVX512BW__)
using Register = __m512i;
constexpr int kLines = 4;
inline Register repeated(__m128i v) { return _mm512_broadcast_i32x4(v); }
inline Register all_of(int32_t v) { return _mm512_set1_epi32(v); }
inline Register shuffled(Register v, Register by) { return _mm512_shuffle_epi8(v, by); }
inline Register multiply_add(Register a, Register b) { return _mm512_madd_epi16(a, b); }
inline Register add(Register a, Register b) { return _mm512_add_epi32(a, b); }
inline Register shift_left(Register v) { return _mm512_slli_epi32(v, kLowPlaces); }
inline Register shift_right(Register v) { return _mm512_srai_epi32(v, kPlaces); }
inline Register pack_words(Register a, Register b) { return _mm512_packus_epi32(a, b); }
inline Register pack_bytes(Register a, Register b) { return _mm512_packus_epi16(a, b); }
inline Register low_bytes(Register a, Register b) { return _mm512_unpacklo_epi8(a, b); }
inline Register high_bytes(Register a, Register b) { return _mm512_unpackhi_epi8(a, b); }
inline Register lanes_at(const uint8_t* const* p, ptrdiff_t at) {
  const auto lane = [&](int i) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p[i] + at));
  };
  const __m256i a = _mm256_inserti128_si256(_mm256_castsi128_si256(lane(0)), lane(1), 1);
  const __m256i b = _mm256_inserti128_si256(_mm256_castsi128_si256(lane(2)), lane(3), 1);
  return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
}
inline void lowest_words(Register v, int32_t* to) {
  to[0] = _mm_cvtsi128_si32(_mm512_castsi512_si128(v));
  to[1] = _mm_cvtsi128_si32(_mm512_extracti32x4_epi32(v, 1));
  to[2] = _mm_cvtsi128_si32(_mm512_extracti32x4_epi32(v, 2));
  to[3] = _mm_cvtsi128_si32(_mm512_extracti32x4_epi32(v, 3));
}
inline void store_scaled(Register v, float scale, float bias, float* to) {
  _mm512_storeu_ps(
      to, _mm512_fmadd_ps(_mm512_cvtepi32_ps(v), _mm512_set1_ps(scale), _mm512_set1_ps(bias)));
}
#elif defined(__AVX2__)
using Register = __m256i;
constexpr int kLines = 2;
inline Register repeated(__m128i v) { return _mm256_broadcastsi128_si256(v); }
inline Register all_of(int32_t v) { return _mm256_set1_epi32(v); }
inline Register shuffled(Register v, Register by) { return _mm256_shuffle_epi8(v, by); }
inline Register multiply_add(Register a, Register b) { return _mm256_madd_epi16(a, b); }
inline Register add(Register a, Register b) { return _mm256_add_epi32(a, b); }
inline Register shift_left(Register v) { return _mm256_slli_epi32(v, kLowPlaces); }
inline Register shift_right(Register v) { return _mm256_srai_epi32(v, kPlaces); }
inline Register pack_words(Register a, Register b) { return _mm256_packus_epi32(a, b); }
inline Register pack_bytes(Register a, Register b) { return _mm256_packus_epi16(a, b); }
inline Register low_bytes(Register a, Register b) { return _mm256_unpacklo_epi8(a, b); }
inline Register high_bytes(Register a, Register b) { return _mm256_unpackhi_epi8(a, b); }
inline Register lanes_at(const uint8_t* const* p, ptrdiff_t at) {
  const auto lane = [&](int i) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p[i] + at));
  };
  return _mm256_inserti128_si256(_mm256_castsi128_si256(lane(0)), lane(1), 1);
}
inline void lowest_words(Register v, int32_t* to) {
  to[0] = _mm_cvtsi128_si32(_mm256_castsi256_si128(v));
  to[1] = _mm_cvtsi128_si32(_mm256_extracti128_si256(v, 1));
}
inline void store_scaled(Register v, float scale, float bias, float* to) {
  _mm256_storeu_ps(
      to, _mm256_fmadd_ps(_mm256_cvtepi32_ps(v), _mm256_set1_ps(scale), _mm256_set1_ps(bias)));
}
#else
using Register = __m128i;
constexpr int kLines = 1;
inline Register repeated(__m128i v) { return v; }
inline Register all_of(int32_t v) { return _mm_set1_epi32(v); }
inline Register shuffled(Register v, Register by) { return _mm_shuffle_epi8(v, by); }
inline Register multiply_add(Register a, Register b) { return _mm_madd_epi16(a, b); }
inline Register add(Register a, Register b) { return _mm_add_epi32(a, b); }
inline Register shift_left(Register v) { return _mm_slli_epi32(v, kLowPlaces); }
inline Register shift_right(Register v) { return _mm_srai_epi32(v, kPlaces); }
inline Register pack_words(Register a, Register b) { return _mm_packus_epi32(a, b); }
inline Register pack_bytes(Register a, Register b) { return _mm_packus_epi16(a, b); }
inline Register low_bytes(Register a, Register b) { return _mm_unpacklo_epi8(a, b); }
inline Register high_bytes(Register a, Register b) { return _mm_unpackhi_epi8(a, b); }
inline Register lanes_at(const uint8_t* const* p, ptrdiff_t at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p[0] + at));
}
inline void lowest_words(Register v, int32_t* to) { to[0] = _mm_cvtsi128_si32(v); }
inline void store_scaled(Register v, float scale, float bias, float* to) {
  _mm_storeu_ps(to,
                _mm_add_ps(_mm_mul_ps(_mm_cvtepi32_ps(v), _mm_set1_ps(scale)), _mm_set1_ps(bias)));
}
#endif

inline Register zero() { return all_of(0); }
template <class T>
inline int32_t pair_at(const T* p) {
  int32_t v;
  memcpy(&v, p, sizeof v);
  return v;
}
inline Register rounded(Register high, Register low) {
  return shift_right(add(add(shift_left(high), low), all_of(kHalf)));
}

/// Bytes of channels c .. c + 3 of two neighbours from byte `at` on, as pairs of 16-bit numbers.
template <int kChannels>
inline Register pairs_of_pixels(int at) {
  alignas(16) int8_t by[16];
  for (int c = 0; c < 4; ++c) {
    const bool some = c < kChannels;
    by[4 * c] = static_cast<int8_t>(some ? at + c : -1);
    by[4 * c + 1] = -1;
    by[4 * c + 2] = static_cast<int8_t>(some ? at + kChannels + c : -1);
    by[4 * c + 3] = -1;
  }
  return repeated(_mm_load_si128(reinterpret_cast<const __m128i*>(by)));
}

/// kLines lines at a time, so that they share weights.
template <int kChannels>
void resample_group(const PixelTaps& taps, const uint8_t* const* lines, uint8_t* const* results) {
  const Register pair0 = pairs_of_pixels<kChannels>(0);
  const Register pair1 = pairs_of_pixels<kChannels>(2 * kChannels);
  const int64_t count = taps.count;
  for (int64_t r = 0; r < taps.results; ++r) {
    const int16_t *high = taps.high + r * count, *low = taps.low + r * count;
    ptrdiff_t at = static_cast<ptrdiff_t>(taps.first[r]) * kChannels;
    Register sum_high = zero(), sum_low = zero();
    int64_t t = 0;
    for (; t + 4 <= count; t += 4, at += 4 * kChannels) {
      const Register pixels = lanes_at(lines, at);
      const Register a = shuffled(pixels, pair0), b = shuffled(pixels, pair1);
      sum_high = add(sum_high, multiply_add(a, all_of(pair_at(high + t))));
      sum_low = add(sum_low, multiply_add(a, all_of(pair_at(low + t))));
      sum_high = add(sum_high, multiply_add(b, all_of(pair_at(high + t + 2))));
      sum_low = add(sum_low, multiply_add(b, all_of(pair_at(low + t + 2))));
    }
    if (t < count) {
      const Register a = shuffled(lanes_at(lines, at), pair0);
      sum_high = add(sum_high, multiply_add(a, all_of(pair_at(high + t))));
      sum_low = add(sum_low, multiply_add(a, all_of(pair_at(low + t))));
    }
    const Register words = rounded(sum_high, sum_low);
    int32_t pixel[kLines];
    lowest_words(pack_bytes(pack_words(words, words), zero()), pixel);
    for (int i = 0; i < kLines; ++i) memcpy(results[i] + r * kChannels, &pixel[i], 4);
  }
}

template <int kChannels>
void resample_pixels(const PixelTaps& taps, const uint8_t* const* lines, uint8_t* const* results,
                     int64_t n) {
  for (int64_t i = 0; i < n; i += kLines) {
    // The last ones of a group that isn't full are done again.
    const uint8_t* from[kLines];
    uint8_t* to[kLines];
    for (int k = 0; k < kLines; ++k) {
      const int64_t line = i + k < n ? i + k : n - 1;
      from[k] = lines[line];
      to[k] = results[line];
    }
    resample_group<kChannels>(taps, from, to);
  }
}

/// A register's worth of bytes from `at` on.
inline Register line_sum(int64_t count, const int16_t* high, const int16_t* low,
                         const uint8_t* const* lines, int64_t at) {
  const auto load = [at](const uint8_t* line) {
    Register v;
    memcpy(&v, line + at, sizeof v);
    return v;
  };
  Register sums_high[4], sums_low[4];
  for (int i = 0; i < 4; ++i) sums_high[i] = sums_low[i] = zero();
  for (int64_t t = 0; t < count; t += 2) {
    const Register a = load(lines[t]), b = load(lines[t + 1]);
    const Register halves[2] = {low_bytes(a, b), high_bytes(a, b)};
    const Register wide_high = all_of(pair_at(high + t)), wide_low = all_of(pair_at(low + t));
    for (int i = 0; i < 4; ++i) {
      const Register half = halves[i / 2];
      const Register pairs = i % 2 ? high_bytes(half, zero()) : low_bytes(half, zero());
      sums_high[i] = add(sums_high[i], multiply_add(pairs, wide_high));
      sums_low[i] = add(sums_low[i], multiply_add(pairs, wide_low));
    }
  }
  for (int i = 0; i < 4; ++i) sums_high[i] = rounded(sums_high[i], sums_low[i]);
  return pack_bytes(pack_words(sums_high[0], sums_high[1]), pack_words(sums_high[2], sums_high[3]));
}

void resample_lines(int64_t count, const int16_t* high, const int16_t* low,
                    const uint8_t* const* lines, uint8_t* result, int64_t n) {
  constexpr int64_t kBytes = sizeof(Register);
  if (n >= kBytes) {
    // The last register begins earlier, where it would not be full.
    for (int64_t i = 0; i < n; i += kBytes) {
      const int64_t at = i + kBytes <= n ? i : n - kBytes;
      const Register v = line_sum(count, high, low, lines, at);
      memcpy(result + at, &v, kBytes);
    }
    return;
  }
  for (int64_t i = 0; i < n; ++i) {
    int32_t sum = kHalf;
    for (int64_t t = 0; t < count; ++t) sum += (high[t] * (1 << kLowPlaces) + low[t]) * lines[t][i];
    result[i] = clipped(sum);
  }
}

void to_planes(const uint8_t* pixels, const float* scale, const float* bias, float* const* planes,
               int64_t n) {
  constexpr int kPixels = 4 * kLines;
  Register channel[3];
  for (int c = 0; c < 3; ++c) {
    alignas(16) int8_t by[16];
    for (int i = 0; i < 16; ++i) by[i] = static_cast<int8_t>(i % 4 ? -1 : 3 * (i / 4) + c);
    channel[c] = repeated(_mm_load_si128(reinterpret_cast<const __m128i*>(by)));
  }
  const uint8_t* lanes[kLines];
  for (int i = 0; i < kLines; ++i) lanes[i] = pixels + 12 * i;
  int64_t i = 0;
  for (; i + kPixels <= n; i += kPixels) {
    const Register v = lanes_at(lanes, static_cast<ptrdiff_t>(3 * i));
    for (int c = 0; c < 3; ++c)
      store_scaled(shuffled(v, channel[c]), scale[c], bias[c], planes[c] + i);
  }
  for (; i < n; ++i)
    for (int c = 0; c < 3; ++c)
      planes[c][i] = static_cast<float>(pixels[3 * i + c]) * scale[c] + bias[c];
}

#else  // no bytes can be shuffled

template <int kChannels>
void resample_pixels(const PixelTaps& taps, const uint8_t* const* lines, uint8_t* const* results,
                     int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t r = 0; r < taps.results; ++r) {
      const uint8_t* pixel = lines[i] + static_cast<ptrdiff_t>(taps.first[r]) * kChannels;
      int32_t sums[kChannels];
      for (int c = 0; c < kChannels; ++c) sums[c] = kHalf;
      for (int64_t t = 0; t < taps.count; ++t) {
        const int64_t k = r * taps.count + t;
        const int32_t weight = taps.high[k] * (1 << kLowPlaces) + taps.low[k];
        for (int c = 0; c < kChannels; ++c) sums[c] += weight * pixel[t * kChannels + c];
      }
      for (int c = 0; c < kChannels; ++c) results[i][r * kChannels + c] = clipped(sums[c]);
    }
  }
}

void resample_lines(int64_t count, const int16_t* high, const int16_t* low,
                    const uint8_t* const* lines, uint8_t* result, int64_t n) {
  constexpr int64_t kPiece = 256;
  int32_t sums[kPiece];
  for (int64_t at = 0; at < n; at += kPiece) {
    const int64_t size = n - at < kPiece ? n - at : kPiece;
    for (int64_t i = 0; i < size; ++i) sums[i] = kHalf;
    for (int64_t t = 0; t < count; ++t) {
      const int32_t weight = high[t] * (1 << kLowPlaces) + low[t];
      for (int64_t i = 0; i < size; ++i) sums[i] += weight * lines[t][at + i];
    }
    for (int64_t i = 0; i < size; ++i) result[at + i] = clipped(sums[i]);
  }
}

void to_planes(const uint8_t* pixels, const float* scale, const float* bias, float* const* planes,
               int64_t n) {
  for (int c = 0; c < 3; ++c)
    for (int64_t i = 0; i < n; ++i)
      planes[c][i] = static_cast<float>(pixels[3 * i + c]) * scale[c] + bias[c];
}

#endif

template <int kPlanes>
void interleave_planes(const uint8_t* const* lines, uint8_t* __restrict pixels, int64_t n) {
  const uint8_t* line[kPlanes];
  for (int c = 0; c < kPlanes; ++c) line[c] = lines[c];
  for (int64_t i = 0; i < n; ++i)
    for (int c = 0; c < kPlanes; ++c) pixels[kPlanes * i + c] = line[c][i];
}
template <int kPlanes>
void deinterleave_planes(const uint8_t* __restrict pixels, uint8_t* const* lines, int64_t n) {
  for (int c = 0; c < kPlanes; ++c) {
    uint8_t* __restrict line = lines[c];
    for (int64_t i = 0; i < n; ++i) line[i] = pixels[kPlanes * i + c];
  }
}

void interleave(const uint8_t* const* lines, int64_t planes, uint8_t* pixels, int64_t n) {
  if (planes == 4) return interleave_planes<4>(lines, pixels, n);
  if (planes == 3) return interleave_planes<3>(lines, pixels, n);
  if (planes == 2) return interleave_planes<2>(lines, pixels, n);
  interleave_planes<1>(lines, pixels, n);
}
void deinterleave(const uint8_t* pixels, int64_t planes, uint8_t* const* lines, int64_t n) {
  if (planes == 4) return deinterleave_planes<4>(pixels, lines, n);
  if (planes == 3) return deinterleave_planes<3>(pixels, lines, n);
  if (planes == 2) return deinterleave_planes<2>(pixels, lines, n);
  deinterleave_planes<1>(pixels, lines, n);
}

void normalize(const uint8_t* bytes, const float* scale, const float* bias, int64_t period,
               float* result, int64_t n) {
  int64_t i = 0;
  for (; i + period <= n; i += period)
    for (int64_t k = 0; k < period; ++k)
      result[i + k] = static_cast<float>(bytes[i + k]) * scale[k] + bias[k];
  for (int64_t k = 0; i + k < n; ++k)
    result[i + k] = static_cast<float>(bytes[i + k]) * scale[k] + bias[k];
}

void to_half(const float* x, Half* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = Half(x[i]);
}
void to_bfloat16(const float* x, BFloat16* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = BFloat16(x[i]);
}

}  // namespace

const PixelRowsTable& pixel_rows_table() {
  static constexpr PixelRowsTable table{{&resample_pixels<3>, &resample_pixels<4>},
                                        &resample_lines,
                                        &interleave,
                                        &deinterleave,
                                        &to_planes,
                                        &normalize,
                                        &to_half,
                                        &to_bfloat16};
  return table;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
