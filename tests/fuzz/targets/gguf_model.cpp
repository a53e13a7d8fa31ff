// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/auto.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace text = hearth::text;
  const hearth::fuzz::MemoryFile file(data, size);
  hearth::fuzz::read([&] { text::AutoModelForCausalLM::from_pretrained(file.path()); });
  return hearth::fuzz::read([&] {
    text::AutoTokenizer::from_pretrained(file.path()).encode("It's 12 o'clock, \xf0\x9f\x98\x80");
  });
}
