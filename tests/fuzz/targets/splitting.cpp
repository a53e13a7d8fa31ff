// SPDX-License-Identifier: Apache-2.0
// A line with a normalizer of tokenizer.json, one with a pre-tokenizer, and a text for them.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "hearth/text/tokenizers/tokenizer.h"

#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using hearth::text::Tokenizer;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = [&] {
    const size_t end = std::min(input.find('\n'), input.size());
    const std::string out(input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
    return out;
  };
  const std::string normalizer = line(), pre_tokenizer = line();
  const std::string json =
      R"({"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":)" +
      normalizer + R"(,"pre_tokenizer":)" + pre_tokenizer +
      R"(,"post_processor":null,"decoder":null,"model":{"type":"WordLevel","vocab":{"a":0,"b":1},)"
      R"("unk_token":"a"}})";
  return hearth::fuzz::read([&] {
    const Tokenizer tokenizer = Tokenizer::from_json(json);
    const auto encoding = tokenizer.encode(input.substr(0, 4096));
    if (encoding.ids != tokenizer.encode_ids(input.substr(0, 4096))) std::abort();
    for (const auto offset : encoding.offsets) {
      if (offset.begin > offset.end || offset.end > size) std::abort();
    }
    Tokenizer::from_json(tokenizer.to_json());
  });
}
