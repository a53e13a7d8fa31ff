// SPDX-License-Identifier: Apache-2.0
// Tests of sizes around and beyond what one block, one warp or one launch takes.
#pragma once

#include <functional>

#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {

using autograd::variable_list;
using Function = std::function<Tensor(const variable_list&)>;

/// Compares f, and its gradients by float inputs, on the device with the CPU.
void expect_like_cpu(const std::string& what, const Function& f, const variable_list& in,
                     double tolerance = 1e-9);

/// Expects f to give the same bits each time under set_deterministic, close to the CPU's results.
void expect_deterministic(const std::string& what, const Function& f, const variable_list& in,
                          double tolerance);

class CudaSizes : public Cuda {
 protected:
  void SetUp() override;
  void TearDown() override;
  static Tensor random(IntArrayRef sizes, ScalarType type = kDouble) {
    return randn(sizes, TensorOptions(type));
  }
  static Tensor integers(int64_t most, IntArrayRef sizes) {
    return randint(0, most, sizes, TensorOptions(kLong));
  }
};

}  // namespace hearth::testing_cuda
