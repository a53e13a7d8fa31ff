// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include <gtest/gtest.h>

#include "hearth/hearth.h"

#include "backends/registry.h"
#include "cuda/cuda_test.h"

namespace hearth {
namespace {

TEST(Guarded, TheHostCannotTouchItsMemory) {
  const Tensor x = ones({3}).to(kCUDA);
  EXPECT_EQ(x[1].item<float>(), 1);
  EXPECT_DEATH(static_cast<void>(*const_cast<volatile float*>(x.data_ptr<float>())), "");
}

}  // namespace
}  // namespace hearth

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  setenv("HEARTH_CUDA", "0", 1);  // not the real one
  hearth::testing_cuda::runs_every_row() = true;
  hearth::load_backend(HEARTH_GUARDED_BACKEND);
  return RUN_ALL_TESTS();
}
