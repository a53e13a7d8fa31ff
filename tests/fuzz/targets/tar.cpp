// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/readers/tar.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const hearth::fuzz::MemoryFile file(data, size);
  return hearth::fuzz::read([&] {
    hearth::data::readers::TarReader reader(file.path());
    while (reader.next()) reader.read(1 << 20);
  });
}
