// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <gtest/gtest.h>

#include "hearth/hearth.h"

namespace hearth::testing_cuda {

/// Whether the device under test runs the CPU's kernels, so that it lacks none. A program's main
/// says so.
bool& runs_every_row();

/// Tests that need a device; skipped, with the reason, where there is none.
class Cuda : public testing::Test {
 protected:
  void SetUp() override;
};

/// Whether the backend has streams, as all have but those that only play a device's memory.
bool cuda_has_streams();

/// The tensors on the device, or back on the CPU; undefined ones stay so.
std::vector<Tensor> to(Device device, const std::vector<Tensor>& tensors);

/// Expects a CUDA tensor to have the CPU tensor's sizes, dtype and, within the tolerance, relative
/// and absolute, its values. NaN equals NaN.
void expect_same(const Tensor& got, const Tensor& want, double tolerance = 0);

/// How far results in a dtype may lie apart when sums take another order.
double tolerance_of(ScalarType type);

}  // namespace hearth::testing_cuda
