// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cpu/conv_algorithm.h"
#include "cpu/dnnl/plan.h"
#include "cpu/gemm.h"

// What differs between major versions of oneDNN, here 2.x: how primitives are described.
namespace hearth::cpu::onednn {

/// The format of activations that a convolution runs in; others are converted on the way.
enum class ConvFormat : int8_t { Contiguous, ChannelsLast, Blocked };

struct ConvPlanArgs {
  const ConvArgs& conv;
  ConvFormat format;
  bool bias;
};

// Each takes its arguments by untyped pointer, as find_plan hands them on, and returns null where
// oneDNN only has a reference kernel.
std::unique_ptr<Plan> make_matmul(const void* matmul_args);      ///< operands: a, b, [bias], c
std::unique_ptr<Plan> make_forward(const void* conv_plan_args);  ///< x, w, [bias], y
std::unique_ptr<Plan> make_backward_data(const void* conv_plan_args);     ///< gy, w, gx
std::unique_ptr<Plan> make_backward_weights(const void* conv_plan_args);  ///< x, gy, gw, [gb]

}  // namespace hearth::cpu::onednn
