// SPDX-License-Identifier: Apache-2.0
// SentencePiece's .model, .tiktoken and vocab.txt, and what they do with a text.
#include <string>

#include "hearth/text/tokenizers/tokenizer.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using hearth::text::Tokenizer;
  return hearth::fuzz::read([&] {
    const hearth::fuzz::MemoryFile file(data, size);
    const Tokenizer tokenizer = Tokenizer::from_file(file.path());
    for (const std::string text :
         {"", "The caf\xc3\xa9 isn't <sep> far,\n\n  \xe6\x9d\xb1\xe4\xba\xac 12345.",
          "nationnationnationnation"})
      hearth::fuzz::read([&] {
        const auto encoding = tokenizer.encode(text);
        encoding.tokens();
        tokenizer.decode(encoding.ids, false);
      });
    Tokenizer::from_json(tokenizer.to_json());
  });
}
