// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/generation/text_streamer.h"

#include <algorithm>

namespace hearth::text {

TextStreamer::TextStreamer(Tokenizer tokenizer, ArrayRef<int64_t> prompt,
                           Callable<void(std::string_view)> print,
                           std::vector<std::string> stop_strings, bool skip_special_tokens)
    : stream_(std::move(tokenizer), skip_special_tokens),
      print_(std::move(print)),
      stop_strings_(std::move(stop_strings)) {
  // The text of a token may depend on the last few before it, and on no more.
  constexpr size_t kEnough = 16;
  for (size_t i = prompt.size() - std::min(prompt.size(), kEnough); i < prompt.size(); ++i)
    stream_.step(static_cast<uint32_t>(prompt[i]));
}

void TextStreamer::put(int64_t id) {
  if (const auto text = stream_.step(static_cast<uint32_t>(id))) give(*text);
}

void TextStreamer::give(std::string_view text) {
  if (stopped_) return;
  held_ += text;
  size_t certain = held_.size();
  for (const std::string& stop : stop_strings_) {
    if (const size_t at = held_.find(stop); at != std::string::npos) {
      stopped_ = true;
      certain = std::min(certain, at);
      continue;
    }
    const std::string_view all(held_);
    for (size_t n = std::min(stop.size() - 1, all.size()); n > 0; --n)
      if (all.ends_with(std::string_view(stop).substr(0, n))) {
        certain = std::min(certain, all.size() - n);
        break;
      }
  }
  if (certain > 0) print_(std::string_view(held_).substr(0, certain));
  held_.erase(0, certain);
}

void TextStreamer::end() {
  if (const auto text = stream_.finish()) give(*text);
  if (!stopped_ && !held_.empty()) print_(held_);
  held_.clear();
}

}  // namespace hearth::text
