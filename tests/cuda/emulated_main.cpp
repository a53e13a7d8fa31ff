// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include <gtest/gtest.h>

#include "backends/registry.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  setenv("HEARTH_CUDA", "0", 1);  // not the real one
  hearth::load_backend(HEARTH_EMULATED_BACKEND);
  return RUN_ALL_TESTS();
}
