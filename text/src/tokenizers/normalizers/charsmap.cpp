// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/normalizers/charsmap.h"

#include "hearth/base/error.h"

#include "unicode/utf8.h"

namespace hearth::text::normalizers {
namespace {

uint32_t little_endian(std::string_view bytes) {
  uint32_t out = 0;
  for (size_t i = 4; i-- > 0;) out = out << 8 | static_cast<uint8_t>(bytes[i]);
  return out;
}

// Fields of a unit of the array.
bool has_leaf(uint32_t unit) { return unit >> 8 & 1; }
uint32_t value(uint32_t unit) { return unit & 0x7fffffff; }
uint32_t label(uint32_t unit) { return unit & 0x800000ff; }
size_t child(uint32_t unit) { return size_t{unit >> 10} << ((unit & 0x200) >> 6); }

}  // namespace

Charsmap::Charsmap(std::string_view bytes, const std::string& source) {
  const auto check = [&](bool good, std::string_view expected) {
    HEARTH_CHECK_AS(FormatError, good, "[", source, "] normalizer.precompiled_charsmap: expected ",
                    expected);
  };
  check(bytes.size() >= 4, "the size of its array at its front");
  const size_t size = little_endian(bytes) / 4 * 4;
  bytes.remove_prefix(4);
  check(size <= bytes.size(), cat_str("an array of ", size, " bytes, got ", bytes.size()));
  check(size > 0, "an array that isn't empty");
  for (size_t at = 0; at < size; at += 4) units_.push_back(little_endian(bytes.substr(at)));
  texts_ = bytes.substr(size);
  check(unicode::find_invalid(texts_) == texts_.size(), "texts of valid UTF-8");
}

bool Charsmap::step(size_t& node, char byte) const {
  const uint32_t number = static_cast<uint8_t>(byte);
  node ^= number;
  return number != 0 && node < units_.size() && label(units_[node]) == number;
}

bool Charsmap::begins(std::string_view text) const {
  size_t node = child(units_[0]);
  for (const char byte : text) {
    if (!step(node, byte)) return false;
    node ^= child(units_[node]);
  }
  return true;
}

std::optional<Charsmap::Match> Charsmap::find(std::string_view text, bool longest) const {
  std::optional<Match> found;
  size_t node = child(units_[0]);
  for (size_t at = 0; at < text.size() && step(node, text[at]); ++at) {
    const uint32_t unit = units_[node];
    node ^= child(unit);
    if (!has_leaf(unit)) continue;
    const size_t begin = node < units_.size() ? value(units_[node]) : texts_.size() + 1;
    if (begin > texts_.size() || (begin < texts_.size() && unicode::continues(texts_[begin])))
      break;
    // A rule ends where a character does.
    if (longest && at + 1 < text.size() && unicode::continues(text[at + 1])) continue;
    found = Match{at + 1, std::string_view(texts_).substr(begin, texts_.find('\0', begin) - begin)};
    if (!longest) break;
  }
  return found;
}

}  // namespace hearth::text::normalizers
