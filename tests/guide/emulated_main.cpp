// SPDX-License-Identifier: Apache-2.0
// Runs a program of the documentation on the emulated device.
#undef main
#include <cstdlib>

#include "backends/registry.h"

int guide_main();

int main() {
  setenv("HEARTH_CUDA", "0", 1);  // not the real one
  hearth::load_backend(HEARTH_EMULATED_BACKEND);
  return guide_main();
}
