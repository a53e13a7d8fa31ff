// SPDX-License-Identifier: Apache-2.0
// Values as Python writes them.
#include <charconv>
#include <cmath>

#include "hearth/base/error.h"

#include "chat/limits.h"
#include "chat/value.h"
#include "unicode/tables.h"
#include "unicode/utf8.h"

namespace hearth::text::chat {
namespace {

/// Whether repr() writes an escape instead: control and format characters, spaces but ' ', halves
/// of pairs, private use, and what no character is.
bool hidden(char32_t c) {
  using unicode::Category;
  const Category category = unicode::category(c);
  return c != U' ' && (category == Category::Cn || category >= Category::Zs);
}

void append_hex(std::string& out, char32_t c, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    out += "0123456789abcdef"[(c >> shift) & 15];
}

void write(std::string& out, const Value& value);

void write_items(std::string& out, const List& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ", ";
    write(out, items[i]);
  }
}

void write(std::string& out, const Value& value) {
  spend_step();
  switch (value.kind()) {
    case Kind::Undefined:
      out += "Undefined";
      return;
    case Kind::None:
      out += "None";
      return;
    case Kind::Bool:
      out += value.boolean() ? "True" : "False";
      return;
    case Kind::Int:
      out += std::to_string(value.integer());
      return;
    case Kind::Float:
      out += repr_of(value.number());
      return;
    case Kind::String:
      out += value.is_markup() ? cat_str("Markup(", repr_of(value.string()), ")")
                               : repr_of(value.string());
      return;
    case Kind::List:
      out += '[';
      write_items(out, value.items());
      out += ']';
      return;
    case Kind::Tuple:
      out += '(';
      write_items(out, value.items());
      out += value.items().size() == 1 ? ",)" : ")";
      return;
    case Kind::Dict: {
      out += '{';
      const char* between = "";
      for (const auto& [key, element] : value.dict().entries()) {
        out += between;
        between = ", ";
        write(out, key);
        out += ": ";
        write(out, element);
      }
      out += '}';
      return;
    }
    case Kind::Object:
      out += cat_str("<", value.type_name(), ">");
      return;
  }
}

}  // namespace

std::string repr_of(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  // The shortest digits that say which double it is, laid out as Python does.
  char buffer[64];
  const char* end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string_view all(buffer, static_cast<size_t>(end - buffer));
  const size_t e = all.find('e');
  int exponent = 0;
  const char* digits_of_exponent = all.data() + e + (all[e + 1] == '+' ? 2 : 1);
  std::from_chars(digits_of_exponent, end, exponent);
  if (exponent >= -4 && exponent < 16) {
    end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
    std::string text(buffer, static_cast<size_t>(end - buffer));
    return text.find('.') == text.npos ? text + ".0" : text;
  }
  return std::string(all);
}

std::string repr_of(std::string_view text) {
  const char quote = text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
  std::string out(1, quote);
  for (size_t at = 0; at < text.size();) {
    const size_t from = at;
    const char32_t c = unicode::next(text, at);
    if (c == U'\n' || c == U'\r' || c == U'\t') {
      out += c == U'\n' ? "\\n" : c == U'\r' ? "\\r" : "\\t";
    } else if (c == U'\\' || c == static_cast<char32_t>(quote)) {
      out += '\\';
      out += static_cast<char>(c);
    } else if (!hidden(c)) {
      out += text.substr(from, at - from);
    } else {
      out += c < 0x100 ? "\\x" : c < 0x10000 ? "\\u" : "\\U";
      append_hex(out, c, c < 0x100 ? 2 : c < 0x10000 ? 4 : 8);
    }
  }
  return out + quote;
}

std::string escaped(std::string_view text) {
  spend(text.size() * 5);
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '"':
        out += "&#34;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string to_repr(const Value& value) {
  std::string out;
  write(out, value);
  return out;
}

std::string to_text(const Value& value) {
  if (value.is(Kind::String)) return value.string();
  if (value.is(Kind::Undefined)) return "";
  return to_repr(value);
}

}  // namespace hearth::text::chat
