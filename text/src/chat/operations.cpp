// SPDX-License-Identifier: Apache-2.0
#include "chat/operations.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hearth/base/error.h"

#include "chat/context.h"
#include "chat/limits.h"
#include "chat/python_text.h"

namespace hearth::text::chat {
namespace {

[[noreturn]] void refuse(std::string_view op, const Value& a, const Value& b) {
  for (const Value* value : {&a, &b})
    if (value->is(Kind::Undefined)) throw Failure(value->why());
  throw Failure(
      cat_str("'", op, "' takes no values of types ", a.type_name(), " and ", b.type_name()));
}

void refuse_overflow(bool overflows) {
  if (overflows) throw Failure("a number is larger than 64 bits hold");
}
double checked(double result) {
  if (std::isinf(result)) throw Failure("a number is too large");
  return result;
}

int64_t floor_div(int64_t a, int64_t b) {
  if (b == -1) {
    refuse_overflow(a == std::numeric_limits<int64_t>::min());
    return -a;
  }
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}
int64_t modulo(int64_t a, int64_t b) {
  if (b == -1) return 0;
  const int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
double modulo(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

Value power(const Value& a, const Value& b) {
  if (!a.is_integer() || !b.is_integer() || b.integer() < 0) {
    if (a.number() == 0 && b.number() < 0) throw Failure("division by zero");
    return checked(std::pow(a.number(), b.number()));
  }
  int64_t result = 1, base = a.integer();
  for (uint64_t exponent = static_cast<uint64_t>(b.integer()); exponent > 0; exponent >>= 1) {
    if (exponent & 1) refuse_overflow(__builtin_mul_overflow(result, base, &result));
    if (exponent > 1) refuse_overflow(__builtin_mul_overflow(base, base, &base));
  }
  return result;
}

Value arithmetic(char op, bool floors, const Value& a, const Value& b) {
  const bool whole = a.is_integer() && b.is_integer();
  const int64_t m = whole ? a.integer() : 0, n = whole ? b.integer() : 0;
  int64_t result = 0;
  switch (op) {
    case '+':
      if (!whole) return a.number() + b.number();
      refuse_overflow(__builtin_add_overflow(m, n, &result));
      return result;
    case '-':
      if (!whole) return a.number() - b.number();
      refuse_overflow(__builtin_sub_overflow(m, n, &result));
      return result;
    case '*':
      if (!whole) return a.number() * b.number();
      refuse_overflow(__builtin_mul_overflow(m, n, &result));
      return result;
    default:
      break;
  }
  if (b.number() == 0) throw Failure("division by zero");
  if (op == '%') return whole ? Value(modulo(m, n)) : Value(modulo(a.number(), b.number()));
  if (!floors) return a.number() / b.number();
  return whole ? Value(floor_div(m, n)) : Value(std::floor(a.number() / b.number()));
}

List joined(const List& a, const List& b) {
  spend_elements(a.size() + b.size());
  List all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

Value joined(const Value& a, const Value& b) {
  if (!a.is_markup() && !b.is_markup()) return a.string() + b.string();
  const auto safe = [](const Value& v) { return v.is_markup() ? v.string() : escaped(v.string()); };
  return Value::markup(safe(a) + safe(b));
}

/// n times a string, list or tuple.
Value repeated(const Value& value, int64_t times) {
  const size_t size = value.is(Kind::String) ? value.string().size() : value.items().size() * 16;
  const size_t n = static_cast<size_t>(std::max<int64_t>(times, 0));
  size_t all = 0;
  spend(__builtin_mul_overflow(size, n, &all) ? SIZE_MAX : all);
  if (size == 0) return value;
  if (value.is(Kind::String)) {
    std::string text;
    text.reserve(all);
    for (size_t i = 0; i < n; ++i) text += value.string();
    return text;
  }
  List items;
  for (size_t i = 0; i < n; ++i)
    items.insert(items.end(), value.items().begin(), value.items().end());
  return value.is(Kind::List) ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

bool repeats(const Value& value) { return value.is(Kind::String) || value.is_sequence(); }

/// The place of an index, from the end if it is negative; none if it isn't there.
std::optional<size_t> place_of(int64_t index, size_t size) {
  const auto n = static_cast<int64_t>(size);
  if (index < 0) index += n;
  if (index < 0 || index >= n) return std::nullopt;
  return static_cast<size_t>(index);
}

Method method_of(const Value& value, std::string_view name) {
  switch (value.kind()) {
    case Kind::String:
      return find_string_method(name);
    case Kind::Dict:
      return find_dict_method(name);
    case Kind::List:
    case Kind::Tuple:
      return find_list_method(name);
    default:
      return nullptr;
  }
}

/// What obj[key] of Python gives; none where that throws.
std::optional<Value> element(const Value& value, const Value& key) {
  if (value.is(Kind::Dict)) {
    if (key.is(Kind::List) || key.is(Kind::Dict)) return std::nullopt;
    const Value* found = value.dict().find(key);
    return found ? std::optional<Value>(*found) : std::nullopt;
  }
  if (!key.is_integer()) return std::nullopt;
  if (value.is(Kind::String)) {
    const std::vector<std::string_view> all = characters(value.string());
    spend(value.string().size());
    const auto at = place_of(key.integer(), all.size());
    return at ? std::optional<Value>(std::string(all[*at])) : std::nullopt;
  }
  if (!value.is_sequence()) return std::nullopt;
  const auto at = place_of(key.integer(), value.items().size());
  return at ? std::optional<Value>(value.items()[*at]) : std::nullopt;
}

std::optional<Value> own_attribute(const Value& value, const std::string& name) {
  if (const Method method = method_of(value, name))
    return Value(std::make_shared<BoundMethod>(value, method));
  if (value.is(Kind::Object)) {
    Value result = value.object().attribute(name);
    if (!result.is(Kind::Undefined)) return result;
  }
  return std::nullopt;
}

Value missing(const Value& value, const Value& key) {
  if (value.is(Kind::Undefined)) throw Failure(value.why());
  return Value::undefined(
      key.is(Kind::String)
          ? cat_str("'", value.type_name(), " object' has no attribute ", to_repr(key))
          : cat_str("'", value.type_name(), " object' has no element ", to_repr(key)));
}

}  // namespace

Value binary(std::string_view op, const Value& a, const Value& b) {
  if (op == "%" && a.is(Kind::String)) return format_percent(a.string(), b);
  if (a.is_number() && b.is_number())
    return op == "**" ? power(a, b) : arithmetic(op[0], op.size() == 2, a, b);
  if (op == "+" && a.kind() == b.kind()) {
    if (a.is(Kind::String)) return joined(a, b);
    if (a.is(Kind::List)) return Value::list(joined(a.items(), b.items()));
    if (a.is(Kind::Tuple)) return Value::tuple(joined(a.items(), b.items()));
  }
  if (op == "*" && repeats(a) && b.is_integer()) return repeated(a, b.integer());
  if (op == "*" && a.is_integer() && repeats(b)) return repeated(b, a.integer());
  refuse(op, a, b);
}

Value negative(const Value& value) {
  if (value.is(Kind::Float)) return -value.number();
  if (value.is_integer()) return arithmetic('-', false, int64_t{0}, value);
  if (value.is(Kind::Undefined)) throw Failure(value.why());
  throw Failure(cat_str("'-' takes no value of type ", value.type_name()));
}

bool compare(std::string_view op, const Value& a, const Value& b) {
  if (op == "==") return equal(a, b);
  if (op == "!=") return !equal(a, b);
  if (op == "in") return contains(b, a);
  if (op == "not in") return !contains(b, a);
  if (op == "<") return less(a, b);
  if (op == ">") return less(b, a);
  // Not the opposite of the other order, because of NaN.
  const bool numbers = a.is_number() && b.is_number();
  if (op == "<=") return less(a, b) || (numbers ? a.number() == b.number() : equal(a, b));
  return less(b, a) || (numbers ? a.number() == b.number() : equal(a, b));
}

bool contains(const Value& container, const Value& item) {
  switch (container.kind()) {
    case Kind::Undefined:
      return false;
    case Kind::String:
      if (!item.is(Kind::String)) refuse("in", item, container);
      spend(container.string().size());
      return container.string().find(item.string()) != std::string::npos;
    case Kind::Dict:
      return container.dict().find(item) != nullptr;
    case Kind::List:
    case Kind::Tuple:
      return std::any_of(container.items().begin(), container.items().end(),
                         [&](const Value& element) { return equal(element, item); });
    default:
      refuse("in", item, container);
  }
}

bool is_iterable(const Value& value) {
  switch (value.kind()) {
    case Kind::Undefined:
    case Kind::String:
    case Kind::List:
    case Kind::Tuple:
    case Kind::Dict:
      return true;
    default:
      return false;
  }
}

List elements_of(const Value& value) {
  List all;
  switch (value.kind()) {
    case Kind::Undefined:
      return all;
    case Kind::List:
    case Kind::Tuple:
      spend_elements(value.items().size());
      return value.items();
    case Kind::Dict:
      spend_elements(value.dict().size());
      for (const auto& entry : value.dict().entries()) all.push_back(entry.first);
      return all;
    case Kind::String:
      spend_elements(value.string().size());
      for (const std::string_view c : characters(value.string())) all.emplace_back(std::string(c));
      return all;
    default:
      throw Failure(cat_str("a value of type ", value.type_name(), " has no elements"));
  }
}

int64_t length_of(const Value& value) {
  switch (value.kind()) {
    case Kind::Undefined:
      return 0;
    case Kind::String:
      spend(value.string().size() / 8);
      return static_cast<int64_t>(length_of(std::string_view(value.string())));
    case Kind::List:
    case Kind::Tuple:
      return static_cast<int64_t>(value.items().size());
    case Kind::Dict:
      return static_cast<int64_t>(value.dict().size());
    default:
      throw Failure(cat_str("a value of type ", value.type_name(), " has no length"));
  }
}

Value attribute_of(const Value& value, const std::string& name) {
  if (auto result = own_attribute(value, name)) return *std::move(result);
  if (value.is(Kind::Dict))
    if (const Value* found = value.dict().find(std::string_view(name))) return *found;
  return missing(value, name);
}

Value item_of(const Value& value, const Value& key) {
  if (auto result = element(value, key)) return *std::move(result);
  if (key.is(Kind::String))
    if (auto result = own_attribute(value, key.string())) return *std::move(result);
  return missing(value, key);
}

Value slice_of(const Value& value, const Value* from, const Value* to, const Value* step) {
  if (value.is(Kind::Undefined)) throw Failure(value.why());
  if (!value.is(Kind::String) && !value.is_sequence())
    throw Failure(cat_str("a value of type ", value.type_name(), " has no slices"));
  const auto bound = [](const Value* given, int64_t fallback) {
    if (!given || given->is(Kind::None)) return fallback;
    if (given->is(Kind::Undefined)) throw Failure(given->why());
    if (!given->is_integer()) throw Failure("bounds of slices are integers or none");
    return given->integer();
  };
  const int64_t by = bound(step, 1);
  if (by == 0) throw Failure("the step of a slice is not 0");
  std::vector<std::string_view> letters;
  if (value.is(Kind::String)) {
    spend(value.string().size());
    letters = characters(value.string());
  }
  const auto size =
      static_cast<int64_t>(value.is(Kind::String) ? letters.size() : value.items().size());
  const int64_t least = by > 0 ? 0 : -1, most = by > 0 ? size : size - 1;
  const auto place = [&](int64_t at) { return std::clamp(at < 0 ? at + size : at, least, most); };
  const bool no_from = !from || from->is(Kind::None), no_to = !to || to->is(Kind::None);
  const int64_t begin = no_from ? (by > 0 ? least : most) : place(bound(from, 0));
  const int64_t end = no_to ? (by > 0 ? most : least) : place(bound(to, 0));
  std::string text;
  List items;
  // How many there are, so that no position overflows.
  const int64_t span = by > 0 ? end - begin : begin - end;
  const uint64_t stride = by > 0 ? static_cast<uint64_t>(by) : ~static_cast<uint64_t>(by) + 1;
  for (uint64_t done = 0; span > 0 && done < static_cast<uint64_t>(span); done += stride) {
    const auto at = static_cast<size_t>(by > 0 ? begin + static_cast<int64_t>(done)
                                               : begin - static_cast<int64_t>(done));
    if (value.is(Kind::String)) {
      text += letters[at];
    } else {
      items.push_back(value.items()[at]);
    }
    if (stride > static_cast<uint64_t>(span)) break;
  }
  if (value.is(Kind::String)) return text;
  return value.is(Kind::List) ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

}  // namespace hearth::text::chat
