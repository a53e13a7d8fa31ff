// SPDX-License-Identifier: Apache-2.0
// tokenizer.json, and what it does with a text.
#include <string>
#include <string_view>

#include "hearth/text/tokenizers/tokenizer.h"

#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using hearth::text::Tokenizer;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  return hearth::fuzz::read([&] {
    const Tokenizer tokenizer = Tokenizer::from_json(json);
    for (const std::string text :
         {"", "The caf\xc3\xa9 isn't <s> far,\n\n  \xf0\x9f\x98\x80 12345."})
      hearth::fuzz::read([&] {
        const auto encoding = tokenizer.encode(text, text);
        encoding.tokens();
        tokenizer.decode(tokenizer.encode_ids(text));
        tokenizer.decode(encoding.ids, false);
      });
    Tokenizer::from_json(tokenizer.to_json());
  });
}
