// SPDX-License-Identifier: Apache-2.0
// Values of templates: Python's, as far as templates see them. They never change, but for
// namespaces, so copies share what they hold.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace hearth::text::chat {

class Value;
class Dict;
class Object;
using List = std::vector<Value>;

enum class Kind { Undefined, None, Bool, Int, Float, String, List, Tuple, Dict, Object };

class Value {
 public:
  /// Undefined; `why` says what is missing.
  Value() = default;
  static Value undefined(std::string why);
  static Value none();
  /// A text that is safe in HTML: what is added to it is escaped.
  static Value markup(std::string text);
  static Value list(List items);
  static Value tuple(List items);
  Value(bool value) : value_(value) {}
  Value(int64_t value) : value_(value) {}
  Value(double value) : value_(value) {}
  Value(std::string text);
  Value(const char* text) : Value(std::string(text)) {}
  Value(Dict dict);
  Value(std::shared_ptr<Object> object) : value_(std::move(object)) {}

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool is(Kind kind) const { return this->kind() == kind; }
  bool is_sequence() const { return is(Kind::List) || is(Kind::Tuple); }
  bool is_markup() const { return markup_; }
  /// An integer in Python's sense: booleans are.
  bool is_integer() const { return is(Kind::Int) || is(Kind::Bool); }
  bool is_number() const { return is_integer() || is(Kind::Float); }

  /// Of values of that kind.
  bool boolean() const { return std::get<bool>(value_); }
  const std::string& string() const;
  /// Of a list or tuple.
  const List& items() const;
  const Dict& dict() const;
  Object& object() const { return *std::get<std::shared_ptr<Object>>(value_); }
  std::shared_ptr<Object> object_ptr() const { return std::get<std::shared_ptr<Object>>(value_); }
  /// Of is_integer() and is_number().
  int64_t integer() const;
  double number() const;
  /// Why there is no value.
  std::string why() const;
  /// How deep lists, dicts and objects are nested in it; bounded, so that walks may recurse.
  int depth() const;

  bool truthy() const;
  /// Python's name of the type: "str", "int", "dict" ...
  std::string type_name() const;

 private:
  struct Sequence {
    List items;
    int depth;
  };
  struct Tuple {
    std::shared_ptr<const Sequence> sequence;
  };
  static std::shared_ptr<const Sequence> sequence_of(List items);

  struct Missing {
    std::shared_ptr<const std::string> why;
  };
  std::variant<Missing, std::monostate, bool, int64_t, double, std::shared_ptr<const std::string>,
               std::shared_ptr<const Sequence>, Tuple, std::shared_ptr<const Dict>,
               std::shared_ptr<Object>>
      value_;
  bool markup_ = false;
};

/// Keys and values in the order in which keys came first.
class Dict {
 public:
  using Entry = std::pair<Value, Value>;
  /// Throws Failure for a key that Python could not hash.
  void set(Value key, Value value);
  const Value* find(const Value& key) const;
  const Value* find(std::string_view key) const;
  const std::vector<Entry>& entries() const { return entries_; }
  size_t size() const { return entries_.size(); }
  int depth() const { return depth_; }

 private:
  std::vector<Entry> entries_;
  int depth_ = 1;
  std::unordered_map<std::string, size_t> at_;
};

struct Args {
  List positional;
  std::vector<std::pair<std::string, Value>> named;
};

class Context;

/// What is none of the plain values: functions, methods, macros, namespaces, loops.
class Object : public std::enable_shared_from_this<Object> {
 public:
  /// `inside`: the deepest value that it holds.
  explicit Object(int inside = 0);
  virtual ~Object() = default;
  virtual const char* type_name() const = 0;
  virtual bool callable() const { return false; }
  virtual Value call(Context& context, const Args& args);
  /// Undefined, with a reason, for what there isn't.
  virtual Value attribute(const std::string& name) const;
  int depth() const { return depth_; }

 private:
  int depth_;
};

/// One more than `inside`; Failure where that is too deep.
int deeper(int inside);

/// Python's ==, and whether a < b; Failure for values that have no order.
bool equal(const Value& a, const Value& b);
bool less(const Value& a, const Value& b);
/// What tells keys of dicts apart, the same for keys that are equal. Throws Failure for what Python
/// could not hash.
std::string key_of(const Value& value);

/// With &lt; for < and so on.
std::string escaped(std::string_view text);

/// Python's str() and repr().
std::string to_text(const Value& value);
std::string to_repr(const Value& value);
std::string repr_of(std::string_view text);
std::string repr_of(double value);

}  // namespace hearth::text::chat
