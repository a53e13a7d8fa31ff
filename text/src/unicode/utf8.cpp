// SPDX-License-Identifier: Apache-2.0
#include "unicode/utf8.h"

#include <cstring>

#include <simdjson.h>

namespace hearth::text::unicode {
namespace {

/// Bytes at `at` that are, or begin, a code point: `whole` tells which.
size_t measure(std::string_view text, size_t at, bool& whole) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(at);
  whole = first < 0x80;
  if (whole) return 1;
  // Neither longer forms than needed, nor surrogates, nor anything above U+10FFFF.
  if (first < 0xc2 || first > 0xf4) return 1;
  const size_t length = length_of(text[at]);
  uint8_t low = 0x80, high = 0xbf;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  for (size_t i = 1; i < length; ++i) {
    if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high) return i;
    low = 0x80;
    high = 0xbf;
  }
  whole = true;
  return length;
}

size_t scan_for_invalid(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    uint64_t eight;
    if (at + sizeof eight <= text.size()) {
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if (!(eight & 0x8080808080808080u)) {
        at += sizeof eight;
        continue;
      }
    }
    bool whole = false;
    const size_t length = measure(text, at, whole);
    if (!whole) return at;
    at += length;
  }
  return at;
}

}  // namespace

size_t find_invalid(std::string_view text) {
  // Most texts are whole, which is told many bytes at a time.
  constexpr size_t kWorthIt = 64;
  if (text.size() >= kWorthIt && simdjson::validate_utf8(text.data(), text.size()))
    return text.size();
  return scan_for_invalid(text);
}

std::string replace_invalid(std::string_view text, int64_t* count) {
  std::string out;
  out.reserve(text.size());
  int64_t replaced = 0;
  while (!text.empty()) {
    const size_t valid = scan_for_invalid(text);
    out.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (text.empty()) break;
    bool whole = false;
    text.remove_prefix(measure(text, 0, whole));
    append(out, kReplacement);
    ++replaced;
  }
  if (count) *count = replaced;
  return out;
}

void append(std::string& out, char32_t code) {
  const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

}  // namespace hearth::text::unicode
