// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/idx.h"

#include "hearth/tensor/tensor.h"

#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return hearth::fuzz::read([&] { hearth::datasets::read_idx(data, size, "fuzz"); });
}
