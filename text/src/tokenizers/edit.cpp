// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/edit.h"

#include <cstring>

#include "unicode/utf8.h"

namespace hearth::text {
namespace {

/// Appends the origins of bytes that stand for themselves.
void append_own(std::string_view text, size_t begin, size_t end, uint32_t start,
                std::vector<Offset>& out) {
  const size_t size = out.size();
  out.resize(size + end - begin);
  Offset* to = out.data() + size;
  for (size_t at = begin; at < end;) {
    const auto length = static_cast<uint32_t>(unicode::length_of(text[at]));
    const auto from = static_cast<uint32_t>(start + at);
    for (uint32_t i = 0; i < length; ++i) *to++ = {from, from + length};
    at += length;
  }
}

std::string utf8(char32_t code) {
  std::string out;
  unicode::append(out, code);
  return out;
}

}  // namespace

Offset Edit::origin(size_t byte) const {
  if (!text_.origin.empty()) return text_.origin[byte];
  while (unicode::continues(old_[byte])) --byte;
  const auto from = static_cast<uint32_t>(text_.start + byte);
  return {from, from + static_cast<uint32_t>(unicode::length_of(old_[byte]))};
}

void Edit::flush() {
  if (!changed_) {
    changed_ = true;
    out_.reserve(old_.size() + old_.size() / 8 + 16);
    if (text_.track) origin_.reserve(out_.capacity());
  }
  if (kept_ == at_) return;
  if (out_.empty()) text_.dropped += static_cast<uint32_t>(kept_);
  out_.append(old_.substr(kept_, at_ - kept_));
  if (!text_.track) {
  } else if (text_.origin.empty()) {
    append_own(old_, kept_, at_, text_.start, origin_);
  } else {
    origin_.insert(origin_.end(), text_.origin.begin() + kept_, text_.origin.begin() + at_);
  }
  kept_ = at_;
}

void Edit::put(std::string_view more, size_t from) {
  const bool front = from == SIZE_MAX;
  if (out_.empty() && !front) {
    size_t begin = from;
    while (unicode::continues(old_[begin])) --begin;
    text_.dropped += static_cast<uint32_t>(begin);
  }
  out_.append(more);
  if (!text_.track) return;
  origin_.insert(origin_.end(), more.size(),
                 front ? Offset{text_.start, text_.start} : origin(from));
}

void Edit::replace(size_t bytes, char32_t with) { replace(bytes, utf8(with)); }
void Edit::add(char32_t more) { add(utf8(more)); }

void Edit::finish() {
  if (!changed_) return;
  at_ = old_.size();
  flush();
  text_.bytes = std::move(out_);
  text_.origin = std::move(origin_);
}

void spell_out_origin(Text& text) {
  if (!text.origin.empty() || !text.track) return;
  text.origin.reserve(text.bytes.size());
  append_own(text.bytes, 0, text.bytes.size(), text.start, text.origin);
}

void insert(Text& text, size_t begin, std::string_view more) {
  spell_out_origin(text);
  text.bytes.insert(begin, more);
  if (text.track) {
    const Offset first = text.origin[begin];
    text.origin.insert(text.origin.begin() + begin, more.size(), first);
  }
}

size_t bytes_of_codes(std::string_view text, int64_t codes) {
  size_t at = 0;
  while (codes-- > 0 && at < text.size()) at += unicode::length_of(text[at]);
  return at;
}

size_t ascii_prefix(std::string_view text) {
  size_t at = 0;
  uint64_t eight;
  for (; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if (eight & 0x8080808080808080u) break;
  }
  while (at < text.size() && !(text[at] & 0x80)) ++at;
  return at;
}

}  // namespace hearth::text
