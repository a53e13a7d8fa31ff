// SPDX-License-Identifier: Apache-2.0
// How ggml packs numbers: of each format, at(block, i) is number i of a block.
#pragma once

#include "hearth/ops/blocks.h"

#include "cuda/element.cuh"

namespace hearth::cuda::blocks {

__device__ __forceinline__ float half_at(const uint8_t* p) {
  const auto bits = static_cast<unsigned short>(p[0] | p[1] << 8);
  return __half2float(__ushort_as_half(bits));
}
/// Number i of 32 of four bits, of which the lower halves of 16 bytes come first.
__device__ __forceinline__ int nibble(const uint8_t* p, int i) {
  return i < 16 ? p[i] & 15 : p[i - 16] >> 4;
}
/// 16 where bit i of four bytes is set.
__device__ __forceinline__ int fifth_bit(const uint8_t* p, int i) {
  return (p[i / 8] >> i % 8 & 1) << 4;
}

struct Q8_0 {
  static constexpr int kElements = 32, kBytes = 34;
  static __device__ __forceinline__ float at(const uint8_t* b, int i) {
    return half_at(b) * static_cast<float>(static_cast<int8_t>(b[2 + i]));
  }
};
struct Q4_0 {
  static constexpr int kElements = 32, kBytes = 18;
  static __device__ __forceinline__ float at(const uint8_t* b, int i) {
    return half_at(b) * static_cast<float>(nibble(b + 2, i) - 8);
  }
};
struct Q4_1 {
  static constexpr int kElements = 32, kBytes = 20;
  static __device__ __forceinline__ float at(const uint8_t* b, int i) {
    return fmaf(static_cast<float>(nibble(b + 4, i)), half_at(b), half_at(b + 2));
  }
};
struct Q5_0 {
  static constexpr int kElements = 32, kBytes = 22;
  static __device__ __forceinline__ float at(const uint8_t* b, int i) {
    return half_at(b) * static_cast<float>((nibble(b + 6, i) | fifth_bit(b + 2, i)) - 16);
  }
};
struct Q5_1 {
  static constexpr int kElements = 32, kBytes = 24;
  static __device__ __forceinline__ float at(const uint8_t* b, int i) {
    const int q = nibble(b + 8, i) | fifth_bit(b + 4, i);
    return fmaf(static_cast<float>(q), half_at(b), half_at(b + 2));
  }
};
/// Numbers of four bits are places in a table.
struct IQ4_NL {
  static constexpr int kElements = 32, kBytes = 18;
  static __device__ __forceinline__ float at(const uint8_t* b, int i) {
    constexpr int8_t kTable[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                   1,    13,   25,  38,  53,  69,  89,  113};
    return half_at(b) * static_cast<float>(kTable[nibble(b + 2, i)]);
  }
};

/// 256 numbers in eight groups, each with a scale and a minimum of six bits in twelve bytes.
struct SixBitScales {
  static constexpr int kElements = 256;
  static __device__ __forceinline__ float value(const uint8_t* b, int group, int q) {
    const uint8_t* s = b + 4;
    const int scale = group < 4 ? s[group] & 63 : (s[group + 4] & 15) | (s[group - 4] >> 2 & 0x30);
    const int least = group < 4 ? s[group + 4] & 63 : s[group + 4] >> 4 | (s[group] >> 2 & 0x30);
    return fmaf(static_cast<float>(q), half_at(b) * static_cast<float>(scale),
                -half_at(b + 2) * static_cast<float>(least));
  }
  /// Number i of 256 of four bits, in 128 bytes.
  static __device__ __forceinline__ int four_bits(const uint8_t* p, int i) {
    const int byte = p[i / 64 * 32 + i % 32];
    return i / 32 % 2 ? byte >> 4 : byte & 15;
  }
};
struct Q4_K : SixBitScales {
  static constexpr int kBytes = 144;
  static __device__ __forceinline__ float at(const uint8_t* b, int i) {
    return value(b, i / 32, four_bits(b + 16, i));
  }
};
struct Q5_K : SixBitScales {
  static constexpr int kBytes = 176;
  static __device__ __forceinline__ float at(const uint8_t* b, int i) {
    const int high = b[16 + i % 32] >> i / 32 & 1;
    return value(b, i / 32, four_bits(b + 48, i) | high << 4);
  }
};
/// 256 numbers, each 16 with a scale of eight bits.
struct Q6_K {
  static constexpr int kElements = 256, kBytes = 210;
  static __device__ __forceinline__ float at(const uint8_t* b, int i) {
    const int half = i / 128, group = i / 32 % 4, place = i % 32;
    const int byte = b[half * 64 + group % 2 * 32 + place];
    const int high = b[128 + half * 32 + place] >> 2 * group & 3;
    const int q = (group < 2 ? byte & 15 : byte >> 4) | high << 4;
    const float scale = half_at(b + 208) * static_cast<float>(static_cast<int8_t>(b[192 + i / 16]));
    return scale * static_cast<float>(q - 32);
  }
};

/// Calls f(Format()) with the struct of a format.
template <class F>
void with_format(BlockFormat format, const F& f) {
  switch (format) {
    case BlockFormat::Q8_0:
      return f(Q8_0());
    case BlockFormat::Q4_0:
      return f(Q4_0());
    case BlockFormat::Q4_1:
      return f(Q4_1());
    case BlockFormat::Q5_0:
      return f(Q5_0());
    case BlockFormat::Q5_1:
      return f(Q5_1());
    case BlockFormat::Q4_K:
      return f(Q4_K());
    case BlockFormat::Q5_K:
      return f(Q5_K());
    case BlockFormat::Q6_K:
      return f(Q6_K());
    case BlockFormat::IQ4_NL:
      return f(IQ4_NL());
  }
}

}  // namespace hearth::cuda::blocks
