// SPDX-License-Identifier: Apache-2.0
#include "chat/value.h"

#include <algorithm>
#include <cmath>

#include "hearth/base/error.h"

#include "chat/limits.h"

namespace hearth::text::chat {

thread_local Budget* Budget::current_ = nullptr;

int deeper(int inside) {
  if (inside >= kDeepestValue) throw Failure("values are nested too deep");
  return inside + 1;
}

Value Value::undefined(std::string why) {
  Value value;
  value.value_.emplace<0>(Missing{std::make_shared<const std::string>(std::move(why))});
  return value;
}
Value Value::none() {
  Value value;
  value.value_.emplace<1>();
  return value;
}
std::shared_ptr<const Value::Sequence> Value::sequence_of(List items) {
  spend_elements(items.size() + 1);
  int inside = 0;
  for (const Value& item : items) inside = std::max(inside, item.depth());
  return std::make_shared<const Sequence>(Sequence{std::move(items), deeper(inside)});
}
Value Value::markup(std::string text) {
  Value value(std::move(text));
  value.markup_ = true;
  return value;
}
Value Value::list(List items) {
  Value value;
  value.value_.emplace<6>(sequence_of(std::move(items)));
  return value;
}
Value Value::tuple(List items) {
  Value value;
  value.value_.emplace<7>(Tuple{sequence_of(std::move(items))});
  return value;
}
Value::Value(std::string text) {
  spend(text.size());
  value_.emplace<5>(std::make_shared<const std::string>(std::move(text)));
}
Value::Value(Dict dict) : value_(std::make_shared<const Dict>(std::move(dict))) {}

const std::string& Value::string() const { return *std::get<5>(value_); }
const List& Value::items() const {
  return is(Kind::Tuple) ? std::get<7>(value_).sequence->items : std::get<6>(value_)->items;
}
const Dict& Value::dict() const { return *std::get<8>(value_); }
int64_t Value::integer() const {
  return is(Kind::Bool) ? int64_t{boolean()} : std::get<int64_t>(value_);
}
double Value::number() const {
  return is(Kind::Float) ? std::get<double>(value_) : static_cast<double>(integer());
}
std::string Value::why() const {
  const auto& why = std::get<0>(value_).why;
  return why ? *why : "the value is undefined";
}
int Value::depth() const {
  switch (kind()) {
    case Kind::List:
      return std::get<6>(value_)->depth;
    case Kind::Tuple:
      return std::get<7>(value_).sequence->depth;
    case Kind::Dict:
      return dict().depth();
    case Kind::Object:
      return object().depth();
    default:
      return 0;
  }
}

bool Value::truthy() const {
  switch (kind()) {
    case Kind::Undefined:
    case Kind::None:
      return false;
    case Kind::Bool:
      return boolean();
    case Kind::Int:
      return integer() != 0;
    case Kind::Float:
      return number() != 0;
    case Kind::String:
      return !string().empty();
    case Kind::List:
    case Kind::Tuple:
      return !items().empty();
    case Kind::Dict:
      return dict().size() != 0;
    case Kind::Object:
      return true;
  }
  return false;
}

std::string Value::type_name() const {
  static constexpr const char* kNames[] = {"Undefined", "NoneType", "bool",  "int", "float",
                                           "str",       "list",     "tuple", "dict"};
  return is(Kind::Object) ? object().type_name() : kNames[static_cast<size_t>(kind())];
}

std::string key_of(const Value& value) {
  spend_step();
  switch (value.kind()) {
    case Kind::Undefined:
      return "u";
    case Kind::None:
      return "n";
    case Kind::Bool:
    case Kind::Int:
      return "i" + std::to_string(value.integer());
    case Kind::Float: {
      const double number = value.number();
      if (std::trunc(number) == number && std::abs(number) < 0x1p63)
        return "i" + std::to_string(static_cast<int64_t>(number));
      return "f" + repr_of(number);
    }
    case Kind::String:
      return "s" + value.string();
    case Kind::Tuple: {
      std::string key = "(";
      for (const Value& item : value.items()) {
        const std::string part = key_of(item);
        key += cat_str(part.size(), ":", part);
      }
      return key;
    }
    case Kind::Object:
      return cat_str("o", reinterpret_cast<uintptr_t>(&value.object()));
    case Kind::List:
    case Kind::Dict:
      break;
  }
  throw Failure(cat_str("expected a key, got a value of type ", value.type_name()));
}

void Dict::set(Value key, Value value) {
  depth_ = std::max(depth_, deeper(std::max(key.depth(), value.depth())));
  const auto [at, fresh] = at_.emplace(key_of(key), entries_.size());
  if (fresh) {
    entries_.emplace_back(std::move(key), std::move(value));
  } else {
    entries_[at->second].second = std::move(value);
  }
}
const Value* Dict::find(const Value& key) const {
  const auto at = at_.find(key_of(key));
  return at == at_.end() ? nullptr : &entries_[at->second].second;
}
const Value* Dict::find(std::string_view key) const {
  const auto at = at_.find(cat_str("s", key));
  return at == at_.end() ? nullptr : &entries_[at->second].second;
}

Object::Object(int inside) : depth_(deeper(inside)) {}
Value Object::call(Context&, const Args&) {
  throw Failure(cat_str("a value of type ", type_name(), " cannot be called"));
}
Value Object::attribute(const std::string& name) const {
  return Value::undefined(cat_str("'", type_name(), "' has no attribute '", name, "'"));
}

bool equal(const Value& a, const Value& b) {
  spend_step();
  if (a.is_number() && b.is_number())
    return a.is(Kind::Float) || b.is(Kind::Float) ? a.number() == b.number()
                                                  : a.integer() == b.integer();
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::String:
      return a.string() == b.string();
    case Kind::List:
    case Kind::Tuple: {
      const List &left = a.items(), &right = b.items();
      return &left == &right ||
             std::equal(left.begin(), left.end(), right.begin(), right.end(),
                        [](const Value& x, const Value& y) { return equal(x, y); });
    }
    case Kind::Dict: {
      const Dict &left = a.dict(), &right = b.dict();
      if (&left == &right) return true;
      if (left.size() != right.size()) return false;
      return std::all_of(left.entries().begin(), left.entries().end(), [&](const auto& entry) {
        const Value* other = right.find(entry.first);
        return other && equal(entry.second, *other);
      });
    }
    case Kind::Object:
      return &a.object() == &b.object();
    default:
      return true;
  }
}

bool less(const Value& a, const Value& b) {
  spend_step();
  if (a.is_number() && b.is_number())
    return a.is(Kind::Float) || b.is(Kind::Float) ? a.number() < b.number()
                                                  : a.integer() < b.integer();
  // The order of UTF-8's bytes is that of code points.
  if (a.is(Kind::String) && b.is(Kind::String)) return a.string() < b.string();
  if (a.is_sequence() && a.kind() == b.kind()) {
    const List &left = a.items(), &right = b.items();
    for (size_t i = 0; i < std::min(left.size(), right.size()); ++i)
      if (!equal(left[i], right[i])) return less(left[i], right[i]);
    return left.size() < right.size();
  }
  for (const Value* value : {&a, &b})
    if (value->is(Kind::Undefined)) throw Failure(value->why());
  throw Failure(
      cat_str("values of types ", a.type_name(), " and ", b.type_name(), " have no order"));
}

}  // namespace hearth::text::chat
