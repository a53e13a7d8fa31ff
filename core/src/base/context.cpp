// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/context.h"

#include <atomic>

namespace hearth {

namespace {
std::atomic<ConvAlgorithm> g_conv_algorithm{ConvAlgorithm::Auto};
std::atomic<bool> g_deterministic{false};
std::atomic<bool> g_tf32_cublas{false}, g_tf32_cudnn{true};
}  // namespace

void set_conv_algorithm(ConvAlgorithm algorithm) {
  g_conv_algorithm.store(algorithm, std::memory_order_relaxed);
}
ConvAlgorithm conv_algorithm() { return g_conv_algorithm.load(std::memory_order_relaxed); }

void set_deterministic(bool deterministic) {
  g_deterministic.store(deterministic, std::memory_order_relaxed);
}
bool deterministic() { return g_deterministic.load(std::memory_order_relaxed); }

void set_allow_tf32_cublas(bool allow) { g_tf32_cublas.store(allow, std::memory_order_relaxed); }
bool allow_tf32_cublas() { return g_tf32_cublas.load(std::memory_order_relaxed); }
void set_allow_tf32_cudnn(bool allow) { g_tf32_cudnn.store(allow, std::memory_order_relaxed); }
bool allow_tf32_cudnn() { return g_tf32_cudnn.load(std::memory_order_relaxed); }

}  // namespace hearth
