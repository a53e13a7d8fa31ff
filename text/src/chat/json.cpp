// SPDX-License-Identifier: Apache-2.0
// tojson, as Python's json.dumps writes.
#include <algorithm>
#include <cmath>

#include "hearth/base/error.h"

#include "chat/limits.h"
#include "chat/operations.h"
#include "unicode/utf8.h"

namespace hearth::text::chat {
namespace {

class Writer {
 public:
  explicit Writer(const JsonStyle& style) : style_(style) {}

  std::string run(const Value& value) {
    write(value, 0);
    return std::move(out_);
  }

 private:
  void newline(int depth) {
    if (style_.indent < 0) return;
    out_ += '\n';
    for (int i = 0; i < depth; ++i) out_ += style_.indent_text;
    spend(style_.indent_text.size() * static_cast<size_t>(depth) + 1);
  }

  void hex(uint32_t code) {
    out_ += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out_ += "0123456789abcdef"[(code >> shift) & 15];
  }
  void string(std::string_view text) {
    spend(text.size());
    out_ += '"';
    for (size_t at = 0; at < text.size();) {
      const size_t from = at;
      const char32_t c = unicode::next(text, at);
      static constexpr std::u32string_view kEscaped = U"\"\\\n\r\t\b\f";
      static constexpr std::string_view kLetters = "\"\\nrtbf";
      if (const size_t i = kEscaped.find(c); i != kEscaped.npos) {
        out_ += '\\';
        out_ += kLetters[i];
      } else if (c < 0x20 || (style_.ascii && c >= 0x7f && c < 0x10000)) {
        hex(c);
      } else if (style_.ascii && c >= 0x10000) {
        hex(0xd800 + ((c - 0x10000) >> 10));
        hex(0xdc00 + ((c - 0x10000) & 0x3ff));
      } else {
        out_ += text.substr(from, at - from);
      }
    }
    out_ += '"';
  }

  void array(const List& items, int depth) {
    if (items.empty()) {
      out_ += "[]";
      return;
    }
    out_ += '[';
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += style_.item_separator;
      newline(depth + 1);
      write(items[i], depth + 1);
    }
    newline(depth);
    out_ += ']';
  }

  static std::string key_text(const Value& key) {
    switch (key.kind()) {
      case Kind::String:
        return key.string();
      case Kind::None:
        return "null";
      case Kind::Bool:
        return key.boolean() ? "true" : "false";
      case Kind::Int:
        return std::to_string(key.integer());
      case Kind::Float:
        return number(key.number());
      default:
        throw Failure(cat_str("tojson: a value of type ", key.type_name(), " is no key of JSON"));
    }
  }
  void object(const Dict& dict, int depth) {
    if (dict.size() == 0) {
      out_ += "{}";
      return;
    }
    std::vector<const Dict::Entry*> entries;
    for (const auto& entry : dict.entries()) entries.push_back(&entry);
    if (style_.sort_keys)
      std::stable_sort(entries.begin(), entries.end(),
                       [](const auto* a, const auto* b) { return less(a->first, b->first); });
    out_ += '{';
    for (size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) out_ += style_.item_separator;
      newline(depth + 1);
      string(key_text(entries[i]->first));
      out_ += style_.key_separator;
      write(entries[i]->second, depth + 1);
    }
    newline(depth);
    out_ += '}';
  }

  static std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return repr_of(value);
  }

  void write(const Value& value, int depth) {
    spend_step();
    switch (value.kind()) {
      case Kind::None:
        out_ += "null";
        return;
      case Kind::Bool:
        out_ += value.boolean() ? "true" : "false";
        return;
      case Kind::Int:
        out_ += std::to_string(value.integer());
        return;
      case Kind::Float:
        out_ += number(value.number());
        return;
      case Kind::String:
        return string(value.string());
      case Kind::List:
      case Kind::Tuple:
        return array(value.items(), depth);
      case Kind::Dict:
        return object(value.dict(), depth);
      case Kind::Undefined:
        throw Failure("tojson: " + value.why());
      case Kind::Object:
        throw Failure(cat_str("tojson: a value of type ", value.type_name(), " is no JSON"));
    }
  }

  const JsonStyle& style_;
  std::string out_;
};

}  // namespace

std::string to_json(const Value& value, const JsonStyle& style) { return Writer(style).run(value); }

}  // namespace hearth::text::chat
