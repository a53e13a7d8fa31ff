// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/vocab/vectors.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const hearth::fuzz::MemoryFile file(data, size);
  return hearth::fuzz::read([&] {
    hearth::text::Vectors(file.path(), hearth::text::VectorsOptions().max_vectors(1000));
  });
}
