// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/readers/jsonl.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth::data::readers;
  const hearth::fuzz::MemoryFile file(data, size);
  return hearth::fuzz::read([&] {
    JsonlReader lines(file.path(), JsonlOptions().broken(Broken::Skip).longest_line(1 << 20));
    while (const auto value = lines.next()) value->dump();
  });
}
