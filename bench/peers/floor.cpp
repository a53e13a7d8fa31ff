// SPDX-License-Identifier: Apache-2.0
// What this machine can do at most: bytes per second through c = a + b on reused memory that fits
// the caches (1 MB in all) or does not (300 MB), and multiply-adds per second from registers, in
// float and bfloat16. Prints one JSON object. Usage: floor THREADS
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <immintrin.h>
#include <omp.h>

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The best of many runs, in seconds.
template <typename Run>
double best(Run run, double budget) {
  run();
  double least = 1e30;
  const double end = now() + budget;
  do {
    const double start = now();
    run();
    least = std::min(least, now() - start);
  } while (now() < end);
  return least;
}

double bandwidth(size_t elements, bool streaming, int threads) {
  const auto allocate = [&] {
    return static_cast<float*>(std::aligned_alloc(64, elements * sizeof(float)));
  };
  float *a = allocate(), *b = allocate(), *c = allocate();
#pragma omp parallel for num_threads(threads)
  for (size_t i = 0; i < elements; ++i) a[i] = b[i] = c[i] = 1.0f;
  const int repeats = elements < (1u << 20) ? 100 : 1;
  const double seconds = best(
      [&] {
#pragma omp parallel num_threads(threads)
        for (int r = 0; r < repeats; ++r) {
          const size_t part = elements / threads / 16 * 16, first = part * omp_get_thread_num();
          for (size_t i = first; i < first + part; i += 16) {
#ifdef __AVX512F__
            const __m512 sum = _mm512_add_ps(_mm512_load_ps(a + i), _mm512_load_ps(b + i));
            if (streaming) {
              _mm512_stream_ps(c + i, sum);
            } else {
              _mm512_store_ps(c + i, sum);
            }
#else
            for (size_t j = i; j < i + 16; ++j) c[j] = a[j] + b[j];
#endif
          }
        }
      },
      0.5);
  std::free(a);
  std::free(b);
  std::free(c);
  return 3.0 * sizeof(float) * elements * repeats / seconds;
}

constexpr int kSteps = 2000000, kChains = 12;

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

double float_rate(int threads) {
  volatile float sink = 0;
  const double seconds = best(
      [&] {
#pragma omp parallel num_threads(threads)
        {
          typedef float Vector __attribute__((vector_size(4 * kLanes)));
          Vector x[kChains];
          for (int k = 0; k < kChains; ++k) x[k] = Vector{} + static_cast<float>(k);
          const Vector m = Vector{} + 0.999f, d = Vector{} + 0.001f;
          for (int i = 0; i < kSteps; ++i)
            for (int k = 0; k < kChains; ++k) x[k] = x[k] * m + d;
          for (int k = 1; k < kChains; ++k) x[0] += x[k];
          float sum = 0;
          for (int lane = 0; lane < kLanes; ++lane) sum += x[0][lane];
          sink = sum;
        }
      },
      0.3);
  return 2.0 * kLanes * kChains * kSteps * threads / seconds;
}

/// 0 where the processor has no bfloat16 dot product that this program knows.
double bfloat16_rate([[maybe_unused]] int threads) {
#ifdef __AVX512BF16__
  volatile float sink = 0;
  const double seconds = best(
      [&] {
#pragma omp parallel num_threads(threads)
        {
          __m512 x[kChains];
          for (int k = 0; k < kChains; ++k) x[k] = _mm512_set1_ps(static_cast<float>(k));
          const __m512bh m = _mm512_cvtne2ps_pbh(_mm512_set1_ps(0.5f), _mm512_set1_ps(0.25f));
          for (int i = 0; i < kSteps; ++i)
            for (int k = 0; k < kChains; ++k) x[k] = _mm512_dpbf16_ps(x[k], m, m);
          for (int k = 1; k < kChains; ++k) x[0] = _mm512_add_ps(x[0], x[k]);
          sink = _mm512_reduce_add_ps(x[0]);
        }
      },
      0.3);
  return 2.0 * 32 * kChains * kSteps * threads / seconds;
#else
  return 0;
#endif
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : omp_get_max_threads();
  if (threads < 1) {
    std::fprintf(stderr, "usage: floor THREADS\n");
    return 2;
  }
  const size_t large = 25u << 20;
  std::printf(
      "{\"cache_bytes_per_s\": %.4g, \"memory_bytes_per_s\": %.4g, \"f32_flops\": %.4g, "
      "\"bf16_flops\": %.4g}\n",
      bandwidth((1u << 20) / 12 / 64 * 64, false, threads),
      std::max(bandwidth(large, false, threads), bandwidth(large, true, threads)),
      float_rate(threads), bfloat16_rate(threads));
}
