// SPDX-License-Identifier: Apache-2.0
// Methods of strings, dicts and lists: Python's, but those that would change what they are of.
#include <algorithm>
#include <array>

#include "hearth/base/error.h"

#include "chat/context.h"
#include "chat/limits.h"
#include "chat/operations.h"
#include "chat/python_text.h"
#include "unicode/utf8.h"

namespace hearth::text::chat {
namespace {

struct Row {
  std::string_view name;
  Method method;
};
template <size_t n>
Method find_row(const std::array<Row, n>& rows, std::string_view name) {
  for (const Row& row : rows)
    if (row.name == name) return row.method;
  return nullptr;
}

Value list_of(const std::vector<std::string_view>& pieces) {
  List items;
  items.reserve(pieces.size());
  for (const std::string_view piece : pieces) items.emplace_back(std::string(piece));
  return Value::list(std::move(items));
}

const std::string& string_argument(const char* who, const Value& value) {
  if (value.is(Kind::Undefined)) throw Failure(value.why());
  if (!value.is(Kind::String))
    throw Failure(cat_str(who, ": expected a string, got a value of type ", value.type_name()));
  return value.string();
}

/// A method of a text without arguments.
template <std::string (*function)(std::string_view)>
Value mapped(Context&, const Value& self, const Args& args) {
  Params("the method", args, {});
  return function(self.string());
}
template <bool (*function)(std::string_view)>
Value asked(Context&, const Value& self, const Args& args) {
  Params("the method", args, {});
  spend(self.string().size());
  return function(self.string());
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}
bool is_title(std::string_view text) {
  return titled(text) == text && (is_upper(upper(text)) && !text.empty());
}

template <Ends ends>
Value strip_method(Context&, const Value& self, const Args& args) {
  const Params params("strip", args, {"chars"});
  return std::string(params.has(0)
                         ? strip(self.string(), string_argument("strip", *params[0]), ends)
                         : strip(self.string(), ends));
}

template <bool from_right>
Value split_method(Context&, const Value& self, const Args& args) {
  const Params params("split", args, {"sep", "maxsplit"});
  const int64_t most = params.integer(1, -1);
  spend(self.string().size());
  if (!params.has(0)) return list_of(split(self.string(), most, from_right));
  const std::string& separator = string_argument("split", *params[0]);
  if (separator.empty()) throw Failure("split: the separator is empty");
  return list_of(split(self.string(), separator, most, from_right));
}

template <bool from_right>
Value partition(Context&, const Value& self, const Args& args) {
  const Params params("partition", args, {"sep"}, 1);
  const std::string& separator = string_argument("partition", *params[0]);
  if (separator.empty()) throw Failure("partition: the separator is empty");
  const std::string& text = self.string();
  const size_t at = from_right ? text.rfind(separator) : text.find(separator);
  if (at == text.npos)
    return from_right ? Value::tuple({"", "", text}) : Value::tuple({text, "", ""});
  return Value::tuple({text.substr(0, at), separator, text.substr(at + separator.size())});
}

Value split_lines_method(Context&, const Value& self, const Args& args) {
  return list_of(split_lines(self.string(), Params("splitlines", args, {"keepends"}).flag(0)));
}

/// The part of a text that start and end, in characters, leave.
std::string_view part_of(const std::string& text, const Params& params, size_t start,
                         size_t& skipped) {
  skipped = 0;
  if (!params.has(start) && !params.has(start + 1)) return text;
  spend(text.size());
  const std::vector<std::string_view> all = characters(text);
  const auto size = static_cast<int64_t>(all.size());
  const auto place = [&](size_t i, int64_t fallback) {
    const int64_t at = params.has(i) ? params.integer(i, 0) : fallback;
    return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size);
  };
  const int64_t begin = place(start, 0), end = std::max(begin, place(start + 1, size));
  skipped = static_cast<size_t>(begin);
  std::string_view rest = text;
  size_t from = 0, bytes = 0;
  for (int64_t i = 0; i < begin; ++i) from += all[static_cast<size_t>(i)].size();
  for (int64_t i = begin; i < end; ++i) bytes += all[static_cast<size_t>(i)].size();
  return rest.substr(from, bytes);
}

template <bool at_end>
Value starts_or_ends(Context&, const Value& self, const Args& args) {
  const Params params(at_end ? "endswith" : "startswith", args, {"affix", "start", "end"}, 1);
  size_t skipped = 0;
  const std::string_view text = part_of(self.string(), params, 1, skipped);
  const auto fits = [&](const Value& affix) {
    const std::string& piece = string_argument(at_end ? "endswith" : "startswith", affix);
    return at_end ? text.ends_with(piece) : text.starts_with(piece);
  };
  if (!params[0]->is(Kind::Tuple)) return fits(*params[0]);
  const List& all = params[0]->items();
  return std::any_of(all.begin(), all.end(), fits);
}

template <bool from_right, bool must>
Value find_method(Context&, const Value& self, const Args& args) {
  const Params params("find", args, {"sub", "start", "end"}, 1);
  size_t skipped = 0;
  const std::string_view text = part_of(self.string(), params, 1, skipped);
  const std::string& piece = string_argument("find", *params[0]);
  spend(text.size());
  const size_t at = from_right ? text.rfind(piece) : text.find(piece);
  if (at != text.npos) return static_cast<int64_t>(length_of(text.substr(0, at)) + skipped);
  if (must) throw Failure("index: there is no such piece");
  return int64_t{-1};
}

Value count_method(Context&, const Value& self, const Args& args) {
  const Params params("count", args, {"sub", "start", "end"}, 1);
  size_t skipped = 0;
  const std::string_view text = part_of(self.string(), params, 1, skipped);
  return static_cast<int64_t>(count_of(text, string_argument("count", *params[0])));
}

Value replace_method(Context&, const Value& self, const Args& args) {
  const Params params("replace", args, {"old", "new", "count"}, 2);
  const std::string &old = string_argument("replace", *params[0]),
                    &with = string_argument("replace", *params[1]);
  // What it may become, before it is made.
  spend(self.string().size());
  const size_t times = count_of(self.string(), old);
  size_t grown = 0;
  spend(__builtin_mul_overflow(times, with.size(), &grown) ? SIZE_MAX : grown);
  return replaced(self.string(), old, with, params.integer(2, -1));
}

template <bool at_end>
Value remove_affix(Context&, const Value& self, const Args& args) {
  const Params params("removeprefix", args, {"affix"}, 1);
  const std::string& affix = string_argument("removeprefix", *params[0]);
  const std::string& text = self.string();
  const bool fits = at_end ? text.ends_with(affix) : text.starts_with(affix);
  if (!fits) return self;
  return at_end ? text.substr(0, text.size() - affix.size()) : text.substr(affix.size());
}

Value join_method(Context&, const Value& self, const Args& args) {
  const Params params("join", args, {"iterable"}, 1);
  std::string out;
  bool first = true;
  for (const Value& item : elements_of(*params[0])) {
    if (!std::exchange(first, false)) out += self.string();
    out += string_argument("join", item);
    spend(self.string().size() + item.string().size());
  }
  return out;
}

enum class Place { Left, Right, Middle };
template <Place place>
Value justify(Context&, const Value& self, const Args& args) {
  const Params params("ljust", args, {"width", "fillchar"}, 1);
  const std::string fill = params.text(1, " ");
  if (length_of(std::string_view(fill)) != 1) throw Failure("ljust: the filling is one character");
  const int64_t missing =
      params.integer(0, 0) - static_cast<int64_t>(length_of(std::string_view(self.string())));
  if (missing <= 0) return self;
  spend(static_cast<size_t>(missing));
  // Python's center puts an odd one left if the width is odd.
  const int64_t odd = missing & params.integer(0, 0) & 1;
  const int64_t left = place == Place::Left    ? 0
                       : place == Place::Right ? missing
                                               : missing / 2 + odd;
  std::string out;
  for (int64_t i = 0; i < left; ++i) out += fill;
  out += self.string();
  for (int64_t i = left; i < missing; ++i) out += fill;
  return out;
}

Value zero_fill(Context&, const Value& self, const Args& args) {
  const int64_t width = Params("zfill", args, {"width"}, 1).integer(0, 0);
  std::string text = self.string();
  const int64_t missing = width - static_cast<int64_t>(length_of(std::string_view(text)));
  if (missing <= 0) return self;
  spend(static_cast<size_t>(missing));
  const size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  return text.insert(sign, static_cast<size_t>(missing), '0');
}

Value format_method(Context&, const Value& self, const Args& args) {
  return format_braces(self.string(), args);
}

Value expand_tabs(Context&, const Value& self, const Args& args) {
  const int64_t width = Params("expandtabs", args, {"tabsize"}).integer(0, 8);
  if (width > 1000) throw Failure("expandtabs: the width is too large");
  std::string out;
  int64_t column = 0;
  for (const std::string_view c : characters(self.string())) {
    if (c == "\t") {
      const int64_t spaces = width > 0 ? width - column % width : 0;
      out.append(static_cast<size_t>(spaces), ' ');
      spend(static_cast<size_t>(spaces));
      column += spaces;
    } else {
      out += c;
      column = c == "\n" || c == "\r" ? 0 : column + 1;
    }
  }
  return out;
}

Value get(Context&, const Value& self, const Args& args) {
  const Params params("get", args, {"key", "default"}, 1);
  const Value* found = self.dict().find(*params[0]);
  return found ? *found : params[1] ? *params[1] : Value::none();
}
Value keys(Context&, const Value& self, const Args& args) {
  Params("keys", args, {});
  return Value::list(elements_of(self));
}
Value values(Context&, const Value& self, const Args& args) {
  Params("values", args, {});
  List all;
  for (const auto& entry : self.dict().entries()) all.push_back(entry.second);
  return Value::list(std::move(all));
}
Value items(Context&, const Value& self, const Args& args) {
  Params("items", args, {});
  List all;
  for (const auto& [key, value] : self.dict().entries()) all.push_back(Value::tuple({key, value}));
  return Value::list(std::move(all));
}
Value itself(Context&, const Value& self, const Args&) { return self; }

Value unsafe(Context&, const Value& self, const Args&) {
  throw Failure(cat_str("a value of type ", self.type_name(), " cannot be changed"));
}

Value count_items(Context&, const Value& self, const Args& args) {
  const Params params("count", args, {"value"}, 1);
  const List& all = self.items();
  return static_cast<int64_t>(std::count_if(
      all.begin(), all.end(), [&](const Value& item) { return equal(item, *params[0]); }));
}
Value index_of(Context&, const Value& self, const Args& args) {
  const Params params("index", args, {"value"}, 1);
  const List& all = self.items();
  for (size_t i = 0; i < all.size(); ++i)
    if (equal(all[i], *params[0])) return static_cast<int64_t>(i);
  throw Failure("index: there is no such element");
}

}  // namespace

Method find_string_method(std::string_view name) {
  static constexpr std::array kRows = {
      Row{"capitalize", mapped<capitalized>},
      Row{"casefold", mapped<lower>},
      Row{"center", justify<Place::Middle>},
      Row{"count", count_method},
      Row{"endswith", starts_or_ends<true>},
      Row{"expandtabs", expand_tabs},
      Row{"find", find_method<false, false>},
      Row{"format", format_method},
      Row{"index", find_method<false, true>},
      Row{"isalnum", asked<is_alnum>},
      Row{"isalpha", asked<is_alpha>},
      Row{"isascii", asked<is_ascii>},
      Row{"isdecimal", asked<is_decimal>},
      Row{"isdigit", asked<is_decimal>},
      Row{"islower", asked<is_lower>},
      Row{"isnumeric", asked<is_decimal>},
      Row{"isspace", asked<is_space>},
      Row{"istitle", asked<is_title>},
      Row{"isupper", asked<is_upper>},
      Row{"join", join_method},
      Row{"ljust", justify<Place::Left>},
      Row{"lower", mapped<lower>},
      Row{"lstrip", strip_method<Ends::Left>},
      Row{"partition", partition<false>},
      Row{"removeprefix", remove_affix<false>},
      Row{"removesuffix", remove_affix<true>},
      Row{"replace", replace_method},
      Row{"rfind", find_method<true, false>},
      Row{"rindex", find_method<true, true>},
      Row{"rjust", justify<Place::Right>},
      Row{"rpartition", partition<true>},
      Row{"rsplit", split_method<true>},
      Row{"rstrip", strip_method<Ends::Right>},
      Row{"split", split_method<false>},
      Row{"splitlines", split_lines_method},
      Row{"startswith", starts_or_ends<false>},
      Row{"strip", strip_method<Ends::Both>},
      Row{"swapcase", mapped<swapped_case>},
      Row{"title", mapped<titled>},
      Row{"upper", mapped<upper>},
      Row{"zfill", zero_fill},
  };
  return find_row(kRows, name);
}

Method find_dict_method(std::string_view name) {
  static constexpr std::array kRows = {
      Row{"clear", unsafe},   Row{"copy", itself},       Row{"get", get},
      Row{"items", items},    Row{"keys", keys},         Row{"pop", unsafe},
      Row{"popitem", unsafe}, Row{"setdefault", unsafe}, Row{"update", unsafe},
      Row{"values", values},
  };
  return find_row(kRows, name);
}

Method find_list_method(std::string_view name) {
  static constexpr std::array kRows = {
      Row{"append", unsafe},     Row{"clear", unsafe},  Row{"copy", itself},
      Row{"count", count_items}, Row{"extend", unsafe}, Row{"index", index_of},
      Row{"insert", unsafe},     Row{"pop", unsafe},    Row{"remove", unsafe},
      Row{"reverse", unsafe},    Row{"sort", unsafe},
  };
  return find_row(kRows, name);
}

}  // namespace hearth::text::chat
