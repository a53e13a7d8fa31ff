// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/cifar.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth::datasets;
  const hearth::fuzz::MemoryFile file(data, size);
  hearth::fuzz::read([&] { read_cifar(file.path(), 1); });
  hearth::fuzz::read([&] { read_cifar(file.path(), 2); });
  hearth::fuzz::read([&] { read_cifar_pickle(file.path(), "fine_labels"); });
  return hearth::fuzz::read([&] { read_cifar_pickle(file.path()); });
}
