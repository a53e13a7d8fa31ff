// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/text/tagged_sentences.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const hearth::fuzz::MemoryFile file(data, size);
  return hearth::fuzz::read([&] {
    hearth::datasets::tagged_sentences(
        file.path(),
        hearth::datasets::TaggedSentenceOptions().broken(hearth::data::readers::Broken::Skip));
  });
}
