// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/kaldi_io.h"

#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return hearth::fuzz::read([&] {
    hearth::audio::kaldi_io::ArkReader reader(data, size);
    while (reader.next()) {
    }
  });
}
