// SPDX-License-Identifier: Apache-2.0
// Files of torch.save, in both forms, and of torch.jit.save.
#include "hearth/io/pickle.h"
#include "hearth/io/tensor_file.h"
#include "hearth/tensor/tensor.h"

#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hearth::fuzz::read([&] { hearth::pickle::load(data, size); });
  return hearth::fuzz::read([&] {
    const hearth::TensorFile file(data, size);
    for (const std::string& key : file.keys()) hearth::fuzz::read([&] { file.tensor(key); });
  });
}
