// SPDX-License-Identifier: Apache-2.0
// What functions of templates get and are.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/value.h"

namespace hearth::text::chat {

/// namespace(...): attributes that templates may set.
class Namespace final : public Object {
 public:
  const char* type_name() const override { return "Namespace"; }
  Value attribute(const std::string& name) const override;
  void set(const std::string& name, Value value);
  void clear() { attributes_ = Dict(); }

 private:
  Dict attributes_;
};

/// What belongs to one rendering.
class Context {
 public:
  explicit Context(std::optional<int64_t> now) : now(now) {}
  /// Namespaces may hold each other, so they are emptied one by one.
  ~Context() {
    for (const auto& space : namespaces) space->clear();
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  std::optional<int64_t> now;
  std::vector<std::shared_ptr<Namespace>> namespaces;
};

using Filter = Value (*)(Context& context, const Value& value, const Args& args);
using Test = bool (*)(Context& context, const Value& value, const Args& args);
using Method = Filter;
using Function = Value (*)(Context& context, const Args& args);

/// Null for a name that there isn't.
Filter find_filter(std::string_view name);
Test find_test(std::string_view name);
Method find_string_method(std::string_view name);
Method find_dict_method(std::string_view name);
Method find_list_method(std::string_view name);

/// range, dict, namespace ... by their names.
std::vector<std::pair<std::string, Value>> globals();

/// A function with what it is a method of.
class BoundMethod final : public Object {
 public:
  BoundMethod(Value self, Method method)
      : Object(self.depth()), self_(std::move(self)), method_(method) {}
  const char* type_name() const override { return "method"; }
  bool callable() const override { return true; }
  Value call(Context& context, const Args& args) override { return method_(context, self_, args); }

 private:
  Value self_;
  Method method_;
};

/// The arguments of a call by the names of the parameters. Throws Failure for more than there are,
/// for other names, and for fewer than `required`.
class Params {
 public:
  Params(const char* who, const Args& args, std::initializer_list<const char*> names,
         size_t required = 0);
  /// Null if it wasn't given.
  const Value* operator[](size_t i) const { return values_[i]; }
  /// Whether it was given and isn't None.
  bool has(size_t i) const { return values_[i] && !values_[i]->is(Kind::None); }
  /// As str() of what was given.
  std::string text(size_t i, std::string fallback = "") const;
  int64_t integer(size_t i, int64_t fallback) const;
  bool flag(size_t i, bool fallback = false) const;

 private:
  const char* who_;
  std::vector<const Value*> values_;
};

}  // namespace hearth::text::chat
