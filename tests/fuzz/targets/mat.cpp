// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/mat.h"

#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return hearth::fuzz::read([&] { hearth::datasets::MatFile(data, size, "fuzz"); });
}
