// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa/random.h"

#include "cpu/random_kernels.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

// Words are drawn into a buffer that stays in the first-level cache, then turned into numbers.
constexpr int64_t kCounters = 256;

uint64_t word64(const uint32_t* words, int64_t i) {
  return words[2 * i] | static_cast<uint64_t>(words[2 * i + 1]) << 32;
}

/// Draws for n elements, `per_counter` to a counter, and calls turn(words, out, count) per buffer.
template <int64_t per_counter, class T, class Turn>
void fill(uint64_t seed, uint64_t offset, int64_t first, int64_t n, T* out, const Turn& turn) {
  alignas(64) uint32_t words[4 * kCounters];
  uint64_t counter = offset + static_cast<uint64_t>(first / per_counter);
  for (int64_t done = 0; done < n; done += kCounters * per_counter) {
    const int64_t rest = n - done;
    const int64_t count = rest < kCounters * per_counter ? rest : kCounters * per_counter;
    const int64_t counters = (count + per_counter - 1) / per_counter;
    random_words(seed, counter, counters, words);
    counter += static_cast<uint64_t>(counters);
    turn(words, out + done, count);
  }
}

void bits32(uint64_t seed, uint64_t offset, int64_t first, int64_t n, uint32_t* out) {
  fill<4>(seed, offset, first, n, out, [](const uint32_t* words, uint32_t* y, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = words[i];
  });
}

void bits64(uint64_t seed, uint64_t offset, int64_t first, int64_t n, uint64_t* out) {
  fill<2>(seed, offset, first, n, out, [](const uint32_t* words, uint64_t* y, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = word64(words, i);
  });
}

void uniform_f32(uint64_t seed, uint64_t offset, int64_t first, int64_t n, float* out) {
  fill<4>(seed, offset, first, n, out, [](const uint32_t* words, float* y, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = philox::uniform_float(words[i]);
  });
}

void uniform_f64(uint64_t seed, uint64_t offset, int64_t first, int64_t n, double* out) {
  fill<2>(seed, offset, first, n, out, [](const uint32_t* words, double* y, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = philox::uniform_double(word64(words, i));
  });
}

void normal_f32(uint64_t seed, uint64_t offset, int64_t first, int64_t n, float* out) {
  fill<4>(seed, offset, first, n, out, [](const uint32_t* words, float* y, int64_t count) {
    for (int64_t i = 0; i < count / 2; ++i) {
      const auto [even, odd] = normal_pair(words[2 * i], words[2 * i + 1]);
      y[2 * i] = even;
      y[2 * i + 1] = odd;
    }
    if (count % 2) y[count - 1] = normal_pair(words[count - 1], words[count]).hi;
  });
}

void normal_f64(uint64_t seed, uint64_t offset, int64_t first, int64_t n, double* out) {
  fill<2>(seed, offset, first, n, out, [](const uint32_t* words, double* y, int64_t count) {
    for (int64_t i = 0; i < count / 2; ++i) {
      const auto [even, odd] = normal_pair(word64(words, 2 * i), word64(words, 2 * i + 1));
      y[2 * i] = even;
      y[2 * i + 1] = odd;
    }
    if (count % 2) y[count - 1] = normal_pair(word64(words, count - 1), word64(words, count)).hi;
  });
}

template <class T>
void dropout(uint64_t seed, uint64_t offset, int64_t first, int64_t n, uint32_t last, T scale,
             const T* x, T* y) {
  alignas(64) uint32_t words[4 * kCounters];
  uint64_t counter = offset + static_cast<uint64_t>(first / 4);
  for (int64_t done = 0; done < n; done += 4 * kCounters) {
    const int64_t count = n - done < 4 * kCounters ? n - done : 4 * kCounters;
    // Memory is read while the words are drawn.
    for (int64_t i = 0; i < count; i += 64 / static_cast<int64_t>(sizeof(T)))
      __builtin_prefetch(x + done + i);
    random_words(seed, counter, (count + 3) / 4, words);
    counter += kCounters;
    // A product, so that NaN and infinity do not vanish unseen.
    for (int64_t i = 0; i < count; ++i)
      y[done + i] = x[done + i] * (words[i] <= last ? scale : T(0));
  }
}

}  // namespace

const RandomTable& random_table() {
  static constexpr RandomTable table{bits32,     bits64,     uniform_f32,    uniform_f64,
                                     normal_f32, normal_f64, dropout<float>, dropout<double>};
  return table;
}

}  // namespace hearth::cpu::HEARTH_ISA
