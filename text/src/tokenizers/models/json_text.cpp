// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/json_text.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "tokenizers/models/token_table.h"

namespace hearth::text {
namespace {

template <typename T>
void append_number(std::string& out, T value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  // d.ddde-xx
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific);
  std::string_view text(digits, static_cast<size_t>(end.ptr - digits));
  if (text[0] == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  int exponent = 0;
  const char* number = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(number, end.ptr, exponent);
  std::string mantissa(text.substr(0, e));
  if (mantissa.size() > 1) mantissa.erase(1, 1);
  const int count = static_cast<int>(mantissa.size());
  if (exponent < -5 || exponent >= 16) {
    out += mantissa[0];
    if (count > 1) out.append(".").append(mantissa, 1);
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
  } else if (exponent < 0) {
    out.append("0.").append(static_cast<size_t>(-exponent - 1), '0') += mantissa;
  } else if (count <= exponent + 1) {
    out += mantissa;
    out.append(static_cast<size_t>(exponent + 1 - count), '0') += ".0";
  } else {
    out.append(mantissa, 0, static_cast<size_t>(exponent + 1)) += '.';
    out.append(mantissa, static_cast<size_t>(exponent + 1));
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char code[8];
          std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
          out += code;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_json_number(std::string& out, double value) { append_number(out, value); }
void append_json_number(std::string& out, float value) { append_number(out, value); }

void JsonText::new_line() {
  if (!pretty_) return;
  out_ += '\n';
  out_.append(2 * depth_, ' ');
}

void JsonText::open(char bracket) {
  out_ += bracket;
  ++depth_;
  first_ = true;
}

void JsonText::close(char bracket) {
  --depth_;
  if (!first_) new_line();
  out_ += bracket;
  first_ = false;
}

void JsonText::element() {
  if (!first_) out_ += ',';
  first_ = false;
  new_line();
}

void JsonText::key(std::string_view name) {
  element();
  append_json_string(out_, name);
  out_ += pretty_ ? ": " : ":";
}

void write_vocab(JsonText& json, const TokenTable& tokens) {
  json.open('{');
  for (uint32_t id = 0; id < tokens.end_id(); ++id) {
    if (tokens.token(id).data() == nullptr) continue;
    json.key(tokens.token(id));
    json.number(uint64_t{id});
  }
  json.close('}');
}

}  // namespace hearth::text
