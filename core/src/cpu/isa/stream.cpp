// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "cpu/stream_kernels.h"
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace hearth::cpu::HEARTH_ISA {
namespace {

#if defined(__SSE2__)

#if defined(__AVX512F__)
constexpr int64_t kBytes = 64;
void put(char* to, const char* from) {
  _mm512_stream_si512(reinterpret_cast<__m512i*>(to), _mm512_loadu_si512(from));
}
#else
constexpr int64_t kBytes = 16;
void put(char* to, const char* from) {
  _mm_stream_si128(reinterpret_cast<__m128i*>(to),
                   _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
#endif

void copy(void* to, const void* from, int64_t bytes) {
  char* out = static_cast<char*>(to);
  const char* in = static_cast<const char*>(from);
  const auto past = static_cast<int64_t>(reinterpret_cast<uintptr_t>(out) % kBytes);
  const int64_t head = past == 0 ? 0 : kBytes - past < bytes ? kBytes - past : bytes;
  std::memcpy(out, in, static_cast<size_t>(head));
  int64_t i = head;
  for (; i + kBytes <= bytes; i += kBytes) put(out + i, in + i);
  std::memcpy(out + i, in + i, static_cast<size_t>(bytes - i));
}

void finish() { _mm_sfence(); }

#else

void copy(void* to, const void* from, int64_t bytes) {
  std::memcpy(to, from, static_cast<size_t>(bytes));
}
void finish() {}

#endif

}  // namespace

const StreamTable& stream_table() {
  static constexpr StreamTable table{copy, finish};
  return table;
}

}  // namespace hearth::cpu::HEARTH_ISA
