// SPDX-License-Identifier: Apache-2.0
// Hashes of short strings and of numbers, for tables in memory only.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hearth::text {

/// Differs from process to process, so that no file can be made whose keys all collide.
inline uint64_t hash_seed() {
  static const char here = 0;
  return reinterpret_cast<uintptr_t>(&here) * 0x9e3779b97f4a7c15u;
}

inline uint64_t fold_multiply(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

/// The first `size` < 8 bytes as a number.
inline uint64_t load_part(const char* data, size_t size) {
  uint64_t value = 0;
  std::memcpy(&value, data, size);
  return value;
}

inline uint64_t load_eight(const char* data) {
  uint64_t value;
  std::memcpy(&value, data, sizeof value);
  return value;
}

inline uint64_t hash_bytes(std::string_view text, uint64_t seed) {
  constexpr uint64_t kFirst = 0xa0761d6478bd642fu, kSecond = 0xe7037ed1a0b428dbu;
  const char* at = text.data();
  size_t left = text.size();
  uint64_t hash = seed ^ (left * kFirst);
  for (; left >= 8; at += 8, left -= 8) hash = fold_multiply(hash ^ load_eight(at), kSecond);
  return fold_multiply(hash ^ load_part(at, left), kFirst);
}

inline uint64_t hash_number(uint64_t value, uint64_t seed) {
  return fold_multiply(value ^ seed, 0x9e3779b97f4a7c15u);
}

/// A power of two in which `count` entries fill at most two thirds.
inline size_t table_size(size_t count) { return std::bit_ceil(count + count / 2 + 16); }

}  // namespace hearth::text
