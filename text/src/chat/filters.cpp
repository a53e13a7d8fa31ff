// SPDX-License-Identifier: Apache-2.0
// Filters of single values; sequence_filters.cpp has those of lists.
#include <algorithm>
#include <cmath>

#include "hearth/base/error.h"

#include "chat/context.h"
#include "chat/limits.h"
#include "chat/operations.h"
#include "chat/python_text.h"
#include "chat/sequence_filters.h"

namespace hearth::text::chat {
namespace {

template <std::string (*function)(std::string_view)>
Value mapped(Context&, const Value& value, const Args& args) {
  Params("the filter", args, {});
  return function(to_text(value));
}

Value trim(Context&, const Value& value, const Args& args) {
  const Params params("trim", args, {"chars"});
  const std::string text = to_text(value);
  return std::string(params.has(0) ? strip(text, params.text(0), Ends::Both) : strip(text));
}

/// Jinja's: words begin behind spaces, hyphens and opening brackets.
std::string title_of(std::string_view text) {
  std::string out, word;
  for (const std::string_view c : characters(text)) {
    if (leading_space(c) == 0 && std::string_view("-({[<").find(c) == std::string_view::npos) {
      word += c;
      continue;
    }
    out += capitalized(word);
    out += c;
    word.clear();
  }
  return out + capitalized(word);
}

Value replace(Context&, const Value& value, const Args& args) {
  const Params params("replace", args, {"old", "new", "count"}, 2);
  const std::string text = to_text(value), old = params.text(0), with = params.text(1);
  spend(text.size());
  size_t grown = 0;
  spend(__builtin_mul_overflow(count_of(text, old), with.size(), &grown) ? SIZE_MAX : grown);
  return replaced(text, old, with, params.has(2) ? params.integer(2, -1) : -1);
}

Value fallback(Context&, const Value& value, const Args& args) {
  const Params params("default", args, {"default_value", "boolean"});
  const bool missing = value.is(Kind::Undefined) || (params.flag(1) && !value.truthy());
  if (!missing) return value;
  return params[0] ? *params[0] : Value("");
}

Value indent(Context&, const Value& value, const Args& args) {
  const Params params("indent", args, {"width", "first", "blank"});
  if (value.is(Kind::Undefined)) throw Failure(value.why());
  if (!value.is(Kind::String))
    throw Failure(cat_str("indent: expected a string, got a value of type ", value.type_name()));
  std::string by;
  if (params[0] && params[0]->is(Kind::String)) {
    by = params[0]->string();
  } else {
    const int64_t width = std::max<int64_t>(params.integer(0, 4), 0);
    spend(static_cast<size_t>(width));
    by.assign(static_cast<size_t>(width), ' ');
  }
  const std::string text = value.string() + "\n";
  std::string out = params.flag(1) ? by : "";
  bool first = true;
  for (const std::string_view line : split_lines(text, false)) {
    if (!first) out += '\n';
    if (!first && (params.flag(2) || !line.empty())) {
      spend(by.size());
      out += by;
    }
    out += line;
    first = false;
  }
  return out;
}

Value as_integer(Context&, const Value& value, const Args& args) {
  const Params params("int", args, {"default", "base"});
  const Value other = params[0] ? *params[0] : Value(int64_t{0});
  const auto whole = [&](double number) {
    return std::isfinite(number) && std::abs(number) < 0x1p63 ? Value(static_cast<int64_t>(number))
                                                              : other;
  };
  if (value.is_integer()) return value.integer();
  if (value.is(Kind::Float)) return whole(value.number());
  if (!value.is(Kind::String)) return other;
  const int64_t base = params.integer(1, 10);
  if (base != 0 && (base < 2 || base > 36)) return other;
  if (const auto integer = parse_integer(value.string(), static_cast<int>(base))) return *integer;
  const auto number = parse_float(value.string());
  return number ? whole(*number) : other;
}

Value as_float(Context&, const Value& value, const Args& args) {
  const Params params("float", args, {"default"});
  if (value.is_number()) return value.number();
  if (value.is(Kind::String))
    if (const auto number = parse_float(value.string())) return *number;
  return params[0] ? *params[0] : Value(0.0);
}

Value as_string(Context&, const Value& value, const Args& args) {
  Params("string", args, {});
  return value.is(Kind::String) ? value : Value(to_text(value));
}

Value format(Context&, const Value& value, const Args& args) {
  if (!args.positional.empty() && !args.named.empty())
    throw Failure("format: expected arguments by position or by name, got both");
  if (args.named.empty()) return format_percent(to_text(value), Value::tuple(args.positional));
  Dict named;
  for (const auto& [name, argument] : args.named) named.set(name, argument);
  return format_percent(to_text(value), named);
}

double number_of(const char* who, const Value& value) {
  if (value.is(Kind::Undefined)) throw Failure(value.why());
  if (!value.is_number())
    throw Failure(cat_str(who, ": expected a number, got a value of type ", value.type_name()));
  return value.number();
}

Value absolute(Context&, const Value& value, const Args& args) {
  Params("abs", args, {});
  const double number = number_of("abs", value);
  if (value.is(Kind::Float)) return std::abs(number);
  return value.integer() < 0 ? negative(value) : Value(value.integer());
}

/// A whole number to tens, hundreds ... (10^zeros), ties to even.
int64_t rounded_to(int64_t number, int64_t zeros) {
  constexpr int64_t kMostZeros = 18;
  if (zeros > kMostZeros) {
    constexpr int64_t kHalf = 5'000'000'000'000'000'000;  // of 10^19
    if (zeros == kMostZeros + 1 && (number > kHalf || number < -kHalf))
      throw Failure("a number is larger than 64 bits hold");
    return 0;
  }
  int64_t unit = 1;
  for (int64_t i = 0; i < zeros; ++i) unit *= 10;
  const int64_t rest = number % unit, size = rest < 0 ? -rest : rest;
  int64_t result = number - rest;
  const bool odd = result / unit % 2 != 0;
  if ((size > unit - size || (size == unit - size && odd)) &&
      __builtin_add_overflow(result, rest < 0 ? -unit : unit, &result))
    throw Failure("a number is larger than 64 bits hold");
  return result;
}

Value round(Context&, const Value& value, const Args& args) {
  const Params params("round", args, {"precision", "method"});
  const double number = number_of("round", value);
  const int64_t precision = std::clamp<int64_t>(params.integer(0, 0), -400, 400);
  const std::string method = params.text(1, "common");
  if (method != "common" && method != "ceil" && method != "floor")
    throw Failure("round: the method is common, ceil or floor");
  const double scale = std::pow(10.0, static_cast<double>(precision));
  if (method != "common") {
    const double scaled = number * scale;
    if (scale == 0) throw Failure("division by zero");
    if (!std::isfinite(scaled)) throw Failure("round: a number is too large");
    return (method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / scale;
  }
  if (value.is_integer() && precision >= 0) return value.integer();
  if (!std::isfinite(number) || precision > 300) return number;
  // The nearest decimal, ties of the exact value to even, as printing has it.
  if (precision >= 0) {
    Args exact;
    exact.positional.push_back(number);
    return *parse_float(format_braces(cat_str("{:.", precision, "f}"), exact));
  }
  if (value.is_integer()) return rounded_to(value.integer(), -precision);
  return scale == 0 ? std::copysign(0.0, number) : std::nearbyint(number * scale) / scale;
}

Value truncate(Context&, const Value& value, const Args& args) {
  const Params params("truncate", args, {"length", "killwords", "end", "leeway"});
  const std::string text = to_text(value), end = params.text(2, "...");
  const int64_t length = params.integer(0, 255);
  const int64_t leeway = params.has(3) ? params.integer(3, 5) : 5;
  const std::vector<std::string_view> all = characters(text);
  const auto end_length = static_cast<int64_t>(length_of(std::string_view(end)));
  if (length < end_length || leeway < 0)
    throw Failure("truncate: expected a length of the end's at least, and a leeway of 0 or more");
  if (static_cast<int64_t>(all.size()) <= length ||
      static_cast<int64_t>(all.size()) - length <= leeway)
    return text;
  std::string cut;
  for (int64_t i = 0; i < length - end_length; ++i) cut += all[static_cast<size_t>(i)];
  if (!params.flag(1)) cut = std::string(split(cut, " ", 1, true)[0]);
  return cut + end;
}

Value center(Context& context, const Value& value, const Args& args) {
  const Params params("center", args, {"width"});
  Args width;
  width.positional.push_back(params.integer(0, 80));
  return find_string_method("center")(context, to_text(value), width);
}

Value escape(Context&, const Value& value, const Args& args) {
  Params("escape", args, {});
  return value.is_markup() ? value : Value::markup(escaped(to_text(value)));
}
Value force_escape(Context&, const Value& value, const Args& args) {
  Params("forceescape", args, {});
  return Value::markup(escaped(to_text(value)));
}
Value safe(Context&, const Value& value, const Args& args) {
  Params("safe", args, {});
  return Value::markup(to_text(value));
}

/// As Python's urllib.parse.quote; of a query, slashes too, and spaces are +.
std::string quoted(const Value& value, bool query) {
  const std::string text = to_text(value);
  spend(text.size() * 3);
  std::string out;
  for (const char c : text) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("_.-~").find(c) != std::string_view::npos;
    if (kept || (c == '/' && !query)) {
      out += c;
    } else if (c == ' ' && query) {
      out += '+';
    } else {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const auto byte = static_cast<uint8_t>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

Value urlencode(Context&, const Value& value, const Args& args) {
  Params("urlencode", args, {});
  if (value.is(Kind::Undefined)) return "";
  if (!value.is_sequence() && !value.is(Kind::Dict)) return quoted(value, false);
  std::string out;
  const auto add = [&](const Value& key, const Value& item) {
    if (!out.empty()) out += '&';
    out += cat_str(quoted(key, true), "=", quoted(item, true));
  };
  if (value.is(Kind::Dict)) {
    for (const auto& [key, item] : value.dict().entries()) add(key, item);
    return out;
  }
  for (const Value& pair : value.items()) {
    const List both = elements_of(pair);
    if (both.size() != 2)
      throw Failure(cat_str("urlencode: expected pairs, got one of ", both.size()));
    add(both[0], both[1]);
  }
  return out;
}

Value file_size(Context&, const Value& value, const Args& args) {
  const Params params("filesizeformat", args, {"binary"});
  std::optional<double> number_in;
  if (value.is(Kind::String)) {
    number_in = parse_float(value.string());
    if (!number_in) throw Failure("filesizeformat: expected a number, got a text that is none");
  }
  const double bytes = number_in ? *number_in : number_of("filesizeformat", value);
  const bool binary = params.flag(0);
  const double base = binary ? 1024 : 1000;
  if (bytes == 1) return "1 Byte";
  Args number;
  if (bytes < base) {
    if (std::isinf(bytes)) throw Failure("filesizeformat: expected a number that is finite");
    number.positional.push_back(std::trunc(bytes) + 0.0);
    return format_braces("{:.0f} Bytes", number);
  }
  constexpr std::string_view kPrefixes = "kMGTPEZY";
  // Python compares with whole numbers, and 1e24 is less than that as a double.
  constexpr long double kUnits[] = {1e6L, 1e9L, 1e12L, 1e15L, 1e18L, 1e21L, 1e24L, 1e27L};
  size_t i = 0;
  const auto unit = [&] {
    return binary ? std::ldexp(1.0L, 10 * (static_cast<int>(i) + 2)) : kUnits[i];
  };
  while (i + 1 < kPrefixes.size() && !(bytes < unit())) ++i;
  number.positional.push_back(base * bytes / static_cast<double>(unit()));
  const char letter = binary && i == 0 ? 'K' : kPrefixes[i];
  return format_braces("{:.1f}", number) + " " + letter + (binary ? "iB" : "B");
}

Value word_count(Context&, const Value& value, const Args& args) {
  Params("wordcount", args, {});
  // Runs of letters, digits and underscores.
  int64_t words = 0;
  bool inside = false;
  const std::string text = to_text(value);
  for (const std::string_view c : characters(text)) {
    const bool word = c == "_" || is_alnum(c);
    words += word && !inside;
    inside = word;
  }
  return words;
}

Value tojson(Context&, const Value& value, const Args& args) {
  const Params params("tojson", args, {"ensure_ascii", "indent", "separators", "sort_keys"});
  JsonStyle style;
  style.ascii = params.flag(0);
  style.sort_keys = params.flag(3);
  if (params.has(1)) {
    style.item_separator = ",";
    if (params[1]->is(Kind::String)) {
      style.indent = 0;
      style.indent_text = params[1]->string();
    } else {
      style.indent = std::clamp<int64_t>(params.integer(1, 0), 0, 1000);
      style.indent_text.assign(static_cast<size_t>(style.indent), ' ');
    }
  }
  if (params.has(2)) {
    const List both = elements_of(*params[2]);
    if (both.size() != 2) throw Failure("tojson: expected two separators");
    style.item_separator = to_text(both[0]);
    style.key_separator = to_text(both[1]);
  }
  return to_json(value, style);
}

Value attr(Context&, const Value& value, const Args& args) {
  const Params params("attr", args, {"name"}, 1);
  // Attributes alone: no keys of dicts.
  if (value.is(Kind::Undefined)) throw Failure(value.why());
  if (value.is(Kind::Object)) return value.object().attribute(params.text(0));
  return Value::undefined(
      cat_str("'", value.type_name(), " object' has no attribute '", params.text(0), "'"));
}

}  // namespace

Filter find_filter(std::string_view name) {
  struct Row {
    std::string_view name;
    Filter filter;
  };
  static constexpr Row kRows[] = {
      {"abs", absolute},
      {"attr", attr},
      {"capitalize", mapped<capitalized>},
      {"center", center},
      {"d", fallback},
      {"default", fallback},
      {"e", escape},
      {"escape", escape},
      {"filesizeformat", file_size},
      {"float", as_float},
      {"forceescape", force_escape},
      {"format", format},
      {"indent", indent},
      {"int", as_integer},
      {"lower", mapped<lower>},
      {"replace", replace},
      {"round", round},
      {"safe", safe},
      {"string", as_string},
      {"title", mapped<title_of>},
      {"tojson", tojson},
      {"trim", trim},
      {"truncate", truncate},
      {"upper", mapped<upper>},
      {"urlencode", urlencode},
      {"wordcount", word_count},
  };
  for (const Row& row : kRows)
    if (row.name == name) return row.filter;
  return find_sequence_filter(name);
}

}  // namespace hearth::text::chat
