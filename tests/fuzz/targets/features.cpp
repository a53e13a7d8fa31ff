// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/feature_reader.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const hearth::fuzz::MemoryFile file(data, size);
  return hearth::fuzz::read([&] {
    hearth::audio::FeatureReader reader(file.path());
    // A list would lead to files of this machine.
    while (reader.format() != "scp" && reader.next()) {
    }
  });
}
