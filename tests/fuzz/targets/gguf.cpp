// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/gguf/gguf_file.h"

#include "fuzz/fuzz.h"

namespace {

/// Everything that may be asked of a file, whatever it answers.
void read_all(const hearth::text::GgufFile& file) {
  using hearth::fuzz::read;
  for (const std::string& key : file.metadata_keys()) {
    read([&] { file.boolean(key); });
    read([&] { file.integers(key); });
    read([&] { file.numbers(key); });
    read([&] { file.texts(key); });
    read([&] { file.text(key); });
  }
  for (const std::string& name : file.keys()) read([&] { file.numbers_of(name); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return hearth::fuzz::read([&] { read_all(hearth::text::GgufFile(data, size)); });
}
