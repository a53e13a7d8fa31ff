// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/kaldi_io.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth::audio::kaldi_io;
  const hearth::fuzz::MemoryFile file(data, size);
  // Locations are taken apart, but what they lead to on this machine is not read.
  return hearth::fuzz::read([&] { ScpTable{file.path()}; });
}
