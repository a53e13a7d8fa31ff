// SPDX-License-Identifier: Apache-2.0
#include "chat/python_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "unicode/tables.h"
#include "unicode/utf8.h"

namespace hearth::text::chat {
namespace {

using unicode::Category;

bool space(char32_t c) {
  return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

bool letter(char32_t c) {
  const Category category = unicode::category(c);
  return category >= Category::Lu && category <= Category::Lo;
}
bool upper_letter(char32_t c) { return unicode::category(c) == Category::Lu; }
bool lower_letter(char32_t c) { return unicode::category(c) == Category::Ll; }
bool cased(char32_t c) {
  return upper_letter(c) || lower_letter(c) || unicode::category(c) == Category::Lt;
}
bool decimal(char32_t c) { return unicode::category(c) == Category::Nd; }
bool numeric(char32_t c) {
  return decimal(c) || unicode::category(c) == Category::Nl || unicode::category(c) == Category::No;
}

/// Where the code point begins that ends at `end`.
size_t begin_of_last(std::string_view text, size_t end) {
  do --end;
  while (end > 0 && unicode::continues(text[end]));
  return end;
}

std::vector<char32_t> codes_of(std::string_view text) {
  std::vector<char32_t> codes;
  codes.reserve(text.size());
  for (size_t at = 0; at < text.size();) codes.push_back(unicode::next(text, at));
  return codes;
}

void append_upper(std::string& out, char32_t c) {
  for (const char32_t mapped : unicode::upper(c)) unicode::append(out, mapped);
}

/// Greek sigma has another form at the end of a word.
bool final_sigma(const std::vector<char32_t>& codes, size_t at) {
  return codes[at] == 0x3a3 && at > 0 && letter(codes[at - 1]) &&
         (at + 1 == codes.size() || !letter(codes[at + 1]));
}
void append_lower(std::string& out, const std::vector<char32_t>& codes, size_t at) {
  if (final_sigma(codes, at)) return unicode::append(out, 0x3c2);
  for (const char32_t mapped : unicode::lower(codes[at])) unicode::append(out, mapped);
}

template <typename Is>
bool all_are(std::string_view text, const Is& is) {
  for (size_t at = 0; at < text.size();)
    if (!is(unicode::next(text, at))) return false;
  return !text.empty();
}

/// Whether some letter is of a case and none is `other`.
template <typename Other>
bool only_case(std::string_view text, const Other& other) {
  bool some = false;
  for (const char32_t c : codes_of(text)) {
    if (other(c)) return false;
    some = some || cased(c);
  }
  return some;
}

std::string ascii_digits(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '_') out += c;
  return out;
}
/// Whether underscores stand between digits alone.
bool underscores_fit(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '_' && (i == 0 || i + 1 == text.size() || text[i - 1] == '_' ||
                           text[i + 1] == '_' || !std::isalnum(static_cast<uint8_t>(text[i - 1])) ||
                           !std::isalnum(static_cast<uint8_t>(text[i + 1]))))
      return false;
  return true;
}

}  // namespace

size_t leading_space(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    size_t next = at;
    if (!space(unicode::next(text, next))) break;
    at = next;
  }
  return at;
}

size_t trailing_space(std::string_view text) {
  size_t end = text.size();
  while (end > 0) {
    const size_t begin = begin_of_last(text, end);
    size_t at = begin;
    if (!space(unicode::next(text, at))) break;
    end = begin;
  }
  return text.size() - end;
}

size_t length_of(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !unicode::continues(c); }));
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> all;
  for (size_t at = 0; at < text.size();) {
    const size_t n = unicode::length_of(text[at]);
    all.push_back(text.substr(at, n));
    at += n;
  }
  return all;
}

std::string_view strip(std::string_view text, Ends ends) {
  if (ends != Ends::Right) text.remove_prefix(leading_space(text));
  if (ends != Ends::Left) text.remove_suffix(trailing_space(text));
  return text;
}

std::string_view strip(std::string_view text, std::string_view set, Ends ends) {
  const std::vector<std::string_view> all = characters(set);
  const auto in_set = [&](std::string_view c) {
    return std::find(all.begin(), all.end(), c) != all.end();
  };
  while (ends != Ends::Right && !text.empty() &&
         in_set(text.substr(0, unicode::length_of(text[0]))))
    text.remove_prefix(unicode::length_of(text[0]));
  while (ends != Ends::Left && !text.empty()) {
    const size_t begin = begin_of_last(text, text.size());
    if (!in_set(text.substr(begin))) break;
    text = text.substr(0, begin);
  }
  return text;
}

std::vector<std::string_view> split(std::string_view text, int64_t most, bool from_right) {
  std::vector<std::string_view> pieces;
  const auto enough = [&] { return most >= 0 && static_cast<int64_t>(pieces.size()) >= most; };
  text = strip(text, from_right ? Ends::Right : Ends::Left);
  while (!text.empty()) {
    if (enough()) {
      pieces.push_back(strip(text, from_right ? Ends::Right : Ends::Left));
      break;
    }
    if (from_right) {
      size_t begin = text.size();
      while (begin > 0 && trailing_space(text.substr(0, begin)) == 0)
        begin = begin_of_last(text, begin);
      pieces.push_back(text.substr(begin));
      text = strip(text.substr(0, begin), Ends::Right);
    } else {
      size_t end = 0;
      while (end < text.size()) {
        size_t next = end;
        if (space(unicode::next(text, next))) break;
        end = next;
      }
      pieces.push_back(text.substr(0, end));
      text = strip(text.substr(end), Ends::Left);
    }
  }
  if (from_right) std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator, int64_t most,
                                    bool from_right) {
  std::vector<std::string_view> pieces;
  while (most < 0 || static_cast<int64_t>(pieces.size()) < most) {
    const size_t at = from_right ? text.rfind(separator) : text.find(separator);
    if (at == text.npos) break;
    const std::string_view before = text.substr(0, at);
    const std::string_view behind = text.substr(at + separator.size());
    pieces.push_back(from_right ? behind : before);
    text = from_right ? before : behind;
  }
  pieces.push_back(text);
  if (from_right) std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

std::vector<std::string_view> split_lines(std::string_view text, bool keep_ends) {
  std::vector<std::string_view> lines;
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = at;
    const char32_t c = unicode::next(text, at);
    const bool ends =
        (c >= 10 && c <= 13) || (c >= 28 && c <= 30) || c == 0x85 || c == 0x2028 || c == 0x2029;
    if (!ends) continue;
    if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
    lines.push_back(text.substr(begin, (keep_ends ? at : end) - begin));
    begin = at;
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

std::string replaced(std::string_view text, std::string_view old, std::string_view with,
                     int64_t most) {
  std::string out;
  int64_t done = 0;
  const auto more = [&] { return most < 0 || done < most; };
  if (old.empty()) {  // between all characters
    for (const std::string_view c : characters(text)) {
      if (more()) {
        out += with;
        ++done;
      }
      out += c;
    }
    if (more()) out += with;
    return out;
  }
  size_t from = 0;
  for (size_t at; more() && (at = text.find(old, from)) != text.npos; ++done) {
    out += text.substr(from, at - from);
    out += with;
    from = at + old.size();
  }
  out += text.substr(from);
  return out;
}

size_t count_of(std::string_view text, std::string_view piece) {
  if (piece.empty()) return length_of(text) + 1;
  size_t n = 0;
  for (size_t at = 0; (at = text.find(piece, at)) != text.npos; at += piece.size()) ++n;
  return n;
}

std::string upper(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) append_upper(out, unicode::next(text, at));
  return out;
}

std::string lower(std::string_view text) {
  std::string out;
  const std::vector<char32_t> codes = codes_of(text);
  for (size_t i = 0; i < codes.size(); ++i) append_lower(out, codes, i);
  return out;
}

std::string capitalized(std::string_view text) {
  std::string out;
  const std::vector<char32_t> codes = codes_of(text);
  for (size_t i = 0; i < codes.size(); ++i)
    i == 0 ? append_upper(out, codes[i]) : append_lower(out, codes, i);
  return out;
}

std::string titled(std::string_view text) {
  std::string out;
  const std::vector<char32_t> codes = codes_of(text);
  for (size_t i = 0; i < codes.size(); ++i)
    i > 0 && cased(codes[i - 1]) ? append_lower(out, codes, i) : append_upper(out, codes[i]);
  return out;
}

std::string swapped_case(std::string_view text) {
  std::string out;
  const std::vector<char32_t> codes = codes_of(text);
  for (size_t i = 0; i < codes.size(); ++i)
    upper_letter(codes[i]) ? append_lower(out, codes, i) : append_upper(out, codes[i]);
  return out;
}

bool is_upper(std::string_view text) {
  return only_case(text, [](char32_t c) { return cased(c) && !upper_letter(c); });
}
bool is_lower(std::string_view text) {
  return only_case(text, [](char32_t c) { return cased(c) && !lower_letter(c); });
}
bool is_space(std::string_view text) { return all_are(text, space); }
bool is_decimal(std::string_view text) { return all_are(text, decimal); }
bool is_alpha(std::string_view text) { return all_are(text, letter); }
bool is_alnum(std::string_view text) {
  return all_are(text, [](char32_t c) { return letter(c) || numeric(c); });
}

std::optional<int64_t> parse_integer(std::string_view text, int base) {
  text = strip(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const int prefix = text.size() < 2 || text[0] != '0' ? 0
                     : (text[1] | 0x20) == 'x'         ? 16
                     : (text[1] | 0x20) == 'o'         ? 8
                     : (text[1] | 0x20) == 'b'         ? 2
                                                       : 0;
  if (prefix != 0 && (base == prefix || base == 0)) {
    base = prefix;
    text.remove_prefix(text.substr(2).starts_with("_") ? 3 : 2);
  } else if (base == 0) {
    base = 10;
  }
  if (text.empty() || !underscores_fit(text)) return std::nullopt;
  const std::string digits = ascii_digits(text);
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  const uint64_t most = uint64_t{1} << 63;
  if (error != std::errc() || end != digits.data() + digits.size() ||
      value > (negative ? most : most - 1))
    return std::nullopt;
  return static_cast<int64_t>(negative ? ~value + 1 : value);
}

std::optional<double> parse_float(std::string_view text) {
  text = strip(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !underscores_fit(text) || text[0] == '-' || text[0] == '+')
    return std::nullopt;
  const std::string digits = ascii_digits(text);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size() || error == std::errc::invalid_argument)
    return std::nullopt;
  if (digits.find('(') != digits.npos) return std::nullopt;  // "nan(...)"
  if (error == std::errc::result_out_of_range)
    // Too large or too small; which of them, its exponent says.
    value = std::strtod(digits.c_str(), nullptr);
  return negative ? -value : value;
}

}  // namespace hearth::text::chat
