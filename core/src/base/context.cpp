// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/context.h"

#include <atomic>

#include "hearth/base/error.h"

namespace hearth {

namespace {
std::atomic<ConvAlgorithm> g_conv_algorithm{ConvAlgorithm::Auto};
std::atomic<bool> g_deterministic{false};
std::atomic<bool> g_tf32_cudnn{true};
/// An index into kPrecisions; TF32 from "high" on.
std::atomic<size_t> g_matmul_precision{0};
constexpr std::string_view kPrecisions[] = {"highest", "high", "medium"};
}  // namespace

void set_conv_algorithm(ConvAlgorithm algorithm) {
  g_conv_algorithm.store(algorithm, std::memory_order_relaxed);
}
ConvAlgorithm conv_algorithm() { return g_conv_algorithm.load(std::memory_order_relaxed); }

void set_deterministic(bool deterministic) {
  g_deterministic.store(deterministic, std::memory_order_relaxed);
}
bool deterministic() { return g_deterministic.load(std::memory_order_relaxed); }

void set_float32_matmul_precision(std::string_view precision) {
  for (size_t i = 0; i < std::size(kPrecisions); ++i)
    if (kPrecisions[i] == precision) return g_matmul_precision.store(i, std::memory_order_relaxed);
  throw ValueError(
      cat_str("[set_float32_matmul_precision] expected \"highest\", \"high\" or "
              "\"medium\", got \"",
              precision, "\""));
}
std::string_view float32_matmul_precision() {
  return kPrecisions[g_matmul_precision.load(std::memory_order_relaxed)];
}
void set_allow_tf32_cublas(bool allow) { set_float32_matmul_precision(kPrecisions[allow]); }
bool allow_tf32_cublas() { return g_matmul_precision.load(std::memory_order_relaxed) > 0; }
void set_allow_tf32_cudnn(bool allow) { g_tf32_cudnn.store(allow, std::memory_order_relaxed); }
bool allow_tf32_cudnn() { return g_tf32_cudnn.load(std::memory_order_relaxed); }

}  // namespace hearth
