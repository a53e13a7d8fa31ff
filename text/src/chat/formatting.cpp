// SPDX-License-Identifier: Apache-2.0
// Python's "%s" % value and "{}".format(value).
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "hearth/base/error.h"

#include "chat/context.h"
#include "chat/limits.h"
#include "chat/operations.h"
#include "chat/python_text.h"
#include "unicode/utf8.h"

namespace hearth::text::chat {
namespace {

constexpr int64_t kWidest = 100'000;

/// How a value is laid out.
struct Spec {
  std::string fill = " ";
  char align = '\0';  ///< < > ^ =
  char sign = '-';
  bool alternate = false, commas = false;
  int64_t width = 0, precision = -1;
  char type = '\0';
};

int64_t read_number(std::string_view text, size_t& at) {
  int64_t value = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    value = value * 10 + (text[at] - '0');
    if (value > kWidest) throw Failure("a width in a format is too large");
  }
  return value;
}

std::string padded(std::string text, const Spec& spec, char fallback) {
  const auto length = static_cast<int64_t>(length_of(std::string_view(text)));
  if (length >= spec.width) return text;
  const auto missing = static_cast<size_t>(spec.width - length);
  const char align = spec.align ? spec.align : fallback;
  const size_t left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  std::string out;
  const size_t sign =
      align == '=' && !text.empty() && (text[0] == '-' || text[0] == '+' || text[0] == ' ');
  out += text.substr(0, sign);
  for (size_t i = 0; i < left; ++i) out += spec.fill;
  out += text.substr(sign);
  for (size_t i = left; i < missing; ++i) out += spec.fill;
  return out;
}

std::string with_commas(std::string text) {
  size_t end = text.find_first_not_of("0123456789");
  if (end == text.npos) end = text.size();
  for (size_t at = end; at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string in_base(uint64_t value, unsigned base, bool large) {
  std::string out;
  do {
    const auto digit = static_cast<char>(value % base);
    out += static_cast<char>(digit < 10 ? '0' + digit : (large ? 'A' : 'a') + digit - 10);
    value /= base;
  } while (value > 0);
  std::reverse(out.begin(), out.end());
  return out;
}

std::string printed(double value, int64_t precision, char type) {
  const char format[] = {'%', '.', '*', type, '\0'};
  char buffer[512];
  const int n = std::snprintf(buffer, sizeof buffer, format, static_cast<int>(precision), value);
  if (n < 0 || n >= static_cast<int>(sizeof buffer)) throw Failure("a number is too long to write");
  return {buffer, static_cast<size_t>(n)};
}

std::string number_text(const Value& value, const Spec& spec) {
  const bool whole = value.is_integer();
  const bool negative = whole ? value.integer() < 0 : std::signbit(value.number());
  const int64_t n = whole ? value.integer() : 0;
  const uint64_t size = n < 0 ? ~static_cast<uint64_t>(n) + 1 : static_cast<uint64_t>(n);
  std::string text;
  switch (spec.type) {
    case 'd':
    case 'x':
    case 'X':
    case 'o':
    case 'b': {
      const unsigned base = spec.type == 'd'   ? 10
                            : spec.type == 'o' ? 8
                            : spec.type == 'b' ? 2
                                               : 16;
      if (spec.alternate && base != 10) text = cat_str('0', spec.type);
      text += in_base(size, base, spec.type == 'X');
      break;
    }
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case '%': {
      const double absolute = std::abs(value.number()) * (spec.type == '%' ? 100 : 1);
      const int64_t precision = spec.precision < 0 ? 6 : spec.precision;
      text = printed(absolute, precision, spec.type == '%' ? 'f' : spec.type);
      if (spec.type == '%') text += '%';
      break;
    }
    default:
      throw Failure(cat_str("a format has an unknown type '", spec.type, "'"));
  }
  if (spec.commas) text = with_commas(text);
  const char* sign = negative ? "-" : spec.sign == '+' ? "+" : spec.sign == ' ' ? " " : "";
  return sign + text;
}

std::string first_characters(const std::string& text, int64_t n) {
  if (n < 0) return text;
  std::string out;
  for (const std::string_view c : characters(text)) {
    if (n-- == 0) break;
    out += c;
  }
  return out;
}

/// "%d" of a float is that of its whole part.
Value whole_part(const Value& value) {
  if (value.is_integer()) return value;
  if (!value.is(Kind::Float) || std::abs(value.number()) >= 0x1p63 || std::isnan(value.number()))
    throw Failure(cat_str("a format wants a number, got a value of type ", value.type_name()));
  return static_cast<int64_t>(value.number());
}

std::string percent_field(const Value& value, Spec spec, char type) {
  switch (type) {
    case 's':
      return padded(first_characters(to_text(value), spec.precision), spec, '>');
    case 'r':
    case 'a':
      return padded(first_characters(to_repr(value), spec.precision), spec, '>');
    case 'c':
      if (value.is(Kind::String)) return padded(value.string(), spec, '>');
      if (value.is_integer() && value.integer() >= 0 && value.integer() < 0xd800) {
        std::string text;
        unicode::append(text, static_cast<char32_t>(value.integer()));
        return padded(text, spec, '>');
      }
      throw Failure("'%c' wants a character");
    case 'i':
    case 'u':
      type = 'd';
      break;
    default:
      break;
  }
  spec.type = type;
  if (std::string_view("dxXo").find(type) != std::string_view::npos) {
    std::string text = number_text(whole_part(value), spec);
    if (spec.precision >= 0) {
      const size_t sign = text.find_first_of("0123456789abcdef");
      const size_t digits = text.size() - sign;
      if (digits < static_cast<size_t>(spec.precision))
        text.insert(sign, static_cast<size_t>(spec.precision) - digits, '0');
    }
    return padded(text, spec, '>');
  }
  if (!value.is_number())
    throw Failure(cat_str("a format wants a number, got a value of type ", value.type_name()));
  return padded(number_text(value, spec), spec, '>');
}

/// The spec of a field of format(): [[fill]align][sign][#][0][width][,][.precision][type]
Spec braces_spec(std::string_view text) {
  Spec spec;
  size_t at = 0;
  const auto aligns = [&](size_t i) {
    return i < text.size() && std::string_view("<>^=").find(text[i]) != std::string_view::npos;
  };
  const size_t fill = text.empty() ? 0 : unicode::length_of(text[0]);
  if (fill > 0 && aligns(fill)) {
    spec.fill = text.substr(0, fill);
    spec.align = text[fill];
    at = fill + 1;
  } else if (aligns(0)) {
    spec.align = text[at++];
  }
  const auto here = [&](char c) { return at < text.size() && text[at] == c && ++at; };
  for (const char sign : {'+', '-', ' '})
    if (here(sign)) spec.sign = sign;
  spec.alternate = here('#');
  if (here('0') && !spec.align) {
    spec.fill = "0";
    spec.align = '=';
  }
  spec.width = read_number(text, at);
  spec.commas = here(',');
  if (here('.')) spec.precision = read_number(text, at);
  if (at < text.size()) spec.type = text[at++];
  if (at < text.size()) throw Failure(cat_str("unknown format '", text, "'"));
  return spec;
}

std::string braces_field(const Value& value, std::string_view text) {
  if (text.empty()) return to_text(value);
  Spec spec = braces_spec(text);
  if (!value.is_number() || value.is(Kind::Bool)) {
    if (spec.type && spec.type != 's' && !value.is(Kind::Bool))
      throw Failure(cat_str("the format '", text, "' takes no value of type ", value.type_name()));
    if (!value.is(Kind::Bool) || !spec.type || spec.type == 's')
      return padded(first_characters(to_text(value), spec.precision), spec, '<');
  }
  if (!spec.type && value.is_integer()) spec.type = 'd';
  if (!spec.type && spec.precision < 0) {
    std::string written = repr_of(std::abs(value.number()));
    if (spec.commas) written = with_commas(written);
    return padded((std::signbit(value.number()) ? "-"
                   : spec.sign == '+'           ? "+"
                                                : "") +
                      written,
                  spec, '>');
  }
  if (!spec.type) spec.type = 'g';
  return padded(number_text(value, spec), spec, '>');
}

}  // namespace

std::string format_percent(const std::string& format, const Value& args) {
  const bool several = args.is(Kind::Tuple);
  size_t used = 0;
  const auto next_argument = [&]() -> Value {
    if (several ? used >= args.items().size() : used > 0)
      throw Failure("a format wants more values than it gets");
    ++used;
    return several ? args.items()[used - 1] : args;
  };
  std::string out;
  for (size_t at = 0; at < format.size();) {
    const size_t percent = std::min(format.find('%', at), format.size());
    out += format.substr(at, percent - at);
    at = percent + 1;
    if (percent == format.size()) break;
    Spec spec;
    std::optional<Value> named;
    if (at < format.size() && format[at] == '(') {
      const size_t end = format.find(')', at);
      if (end == format.npos || !args.is(Kind::Dict))
        throw Failure("a format with names wants a dict");
      named = item_of(args, format.substr(at + 1, end - at - 1));
      if (named->is(Kind::Undefined)) throw Failure(named->why());
      at = end + 1;
    }
    bool zero = false;
    for (;
         at < format.size() && std::string_view("#0- +").find(format[at]) != std::string_view::npos;
         ++at) {
      if (format[at] == '-') spec.align = '<';
      if (format[at] == '0') zero = true;
      if (format[at] == '#') spec.alternate = true;
      if (format[at] == '+' || (format[at] == ' ' && spec.sign != '+')) spec.sign = format[at];
    }
    spec.width = read_number(format, at);
    if (at < format.size() && format[at] == '.') spec.precision = read_number(format, ++at);
    if (at >= format.size()) throw Failure("a format ends within a field");
    const char type = format[at++];
    if (type == '%') {
      out += '%';
      continue;
    }
    if (zero && !spec.align && std::string_view("sracr").find(type) == std::string_view::npos) {
      spec.fill = "0";
      spec.align = '=';
    }
    out += percent_field(named ? *named : next_argument(), spec, type);
    spend(out.size() / 16);
  }
  if (several ? used < args.items().size() : used == 0 && !args.is(Kind::Dict))
    throw Failure("a format gets more values than it wants");
  return out;
}

std::string format_braces(const std::string& format, const Args& args) {
  std::string out;
  size_t automatic = 0;
  for (size_t at = 0; at < format.size();) {
    const char c = format[at];
    if (c != '{' && c != '}') {
      out += c;
      ++at;
      continue;
    }
    if (at + 1 < format.size() && format[at + 1] == c) {
      out += c;
      at += 2;
      continue;
    }
    const size_t end = format.find('}', at);
    if (c == '}' || end == format.npos) throw Failure("a format has a brace alone");
    const std::string field = format.substr(at + 1, end - at - 1);
    at = end + 1;
    const size_t colon = std::min(field.find(':'), field.size());
    const std::string spec = colon < field.size() ? field.substr(colon + 1) : "";
    std::string name = field.substr(0, colon);
    char conversion = '\0';
    if (const size_t mark = name.find('!'); mark != name.npos && mark + 2 == name.size()) {
      conversion = name[mark + 1];
      name.resize(mark);
    }
    if (name.find_first_of(".[{!") != name.npos || spec.find('{') != spec.npos)
      throw Failure(cat_str("the field '{", field, "}' of a format is not supported"));
    Value value;
    if (name.empty() || name.find_first_not_of("0123456789") == name.npos) {
      size_t digits = 0;
      const size_t index =
          name.empty() ? automatic++ : static_cast<size_t>(read_number(name, digits));
      if (index >= args.positional.size()) throw Failure("a format wants more values than it gets");
      value = args.positional[index];
    } else {
      const auto named = std::find_if(args.named.begin(), args.named.end(),
                                      [&](const auto& arg) { return arg.first == name; });
      if (named == args.named.end()) throw Failure(cat_str("a format wants a value '", name, "'"));
      value = named->second;
    }
    if (conversion == 'r') value = to_repr(value);
    if (conversion == 's') value = to_text(value);
    out += braces_field(value, spec);
    spend(out.size() / 16);
  }
  return out;
}

}  // namespace hearth::text::chat
