// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/array_ref.h"
#include "hearth/base/callable.h"
#include "hearth/text/tokenizers/decode_stream.h"

namespace hearth::text {

/// Text of tokens as they come from generate(), in whole characters:
///
///     TextStreamer streamer(tokenizer, prompt_ids, [](std::string_view text) { print(text); });
///     options.streamer([&](int64_t id) { streamer.put(id); });
///     generate(...);
///     streamer.end();
///
/// What is given one after another is what the texts of prompt and answer together have more than
/// the prompt's.
class HEARTH_API TextStreamer {
 public:
  /// Text from one of `stop_strings` on is not given; what may be the begin of one comes later.
  TextStreamer(Tokenizer tokenizer, ArrayRef<int64_t> prompt,
               Callable<void(std::string_view)> print, std::vector<std::string> stop_strings = {},
               bool skip_special_tokens = true);
  void put(int64_t id);
  /// Gives what was held back.
  void end();

 private:
  void give(std::string_view text);

  DecodeStream stream_;
  Callable<void(std::string_view)> print_;
  std::vector<std::string> stop_strings_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace hearth::text
