// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include <gtest/gtest.h>

#include "backends/registry.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  setenv("HEARTH_CUDA", "0", 1);  // not the real one
  // The emulator watches the bounds of what was asked for, not of what is cut from it.
  setenv("HEARTH_CUDA_CACHE", "0", 0);
  hearth::load_backend(HEARTH_EMULATED_BACKEND);
  return RUN_ALL_TESTS();
}
