// SPDX-License-Identifier: Apache-2.0
// What templates find by name without being given it, and how functions read their arguments.
#include <algorithm>
#include <ctime>

#include "hearth/base/error.h"

#include "chat/context.h"
#include "chat/limits.h"
#include "chat/operations.h"

namespace hearth::text::chat {

Params::Params(const char* who, const Args& args, std::initializer_list<const char*> names,
               size_t required)
    : who_(who), values_(names.size()) {
  if (args.positional.size() > names.size())
    throw Failure(cat_str(who, ": expected at most ", names.size(), " arguments, got ",
                          args.positional.size()));
  for (size_t i = 0; i < args.positional.size(); ++i) values_[i] = &args.positional[i];
  for (const auto& named : args.named) {
    const std::string& name = named.first;
    const auto at =
        std::find_if(names.begin(), names.end(), [&](const char* known) { return name == known; });
    if (at == names.end()) throw Failure(cat_str(who, ": there is no argument '", name, "'"));
    const auto place = static_cast<size_t>(at - names.begin());
    if (values_[place]) throw Failure(cat_str(who, ": got '", name, "' twice"));
    values_[place] = &named.second;
  }
  for (size_t i = 0; i < required; ++i)
    if (!values_[i])
      throw Failure(cat_str(who, ": the argument '", names.begin()[i], "' is missing"));
}

std::string Params::text(size_t i, std::string fallback) const {
  return values_[i] ? to_text(*values_[i]) : std::move(fallback);
}
int64_t Params::integer(size_t i, int64_t fallback) const {
  if (!values_[i]) return fallback;
  if (values_[i]->is(Kind::Undefined)) throw Failure(values_[i]->why());
  if (!values_[i]->is_integer())
    throw Failure(
        cat_str(who_, ": expected an integer, got a value of type ", values_[i]->type_name()));
  return values_[i]->integer();
}
bool Params::flag(size_t i, bool fallback) const {
  return values_[i] ? values_[i]->truthy() : fallback;
}

Value Namespace::attribute(const std::string& name) const {
  const Value* value = attributes_.find(std::string_view(name));
  return value ? *value : Object::attribute(name);
}
void Namespace::set(const std::string& name, Value value) {
  if (name.starts_with('_'))
    throw Failure(cat_str("namespaces take no attributes like '", name, "', which begin with _"));
  attributes_.set(name, std::move(value));
}

namespace {

class GlobalFunction final : public Object {
 public:
  explicit GlobalFunction(Function function) : function_(function) {}
  const char* type_name() const override { return "function"; }
  bool callable() const override { return true; }
  Value call(Context& context, const Args& args) override { return function_(context, args); }

 private:
  Function function_;
};

int deepest(const List& items) {
  int depth = 0;
  for (const Value& item : items) depth = std::max(depth, item.depth());
  return depth;
}

/// cycler("odd", "even")
class Cycler final : public Object {
 public:
  explicit Cycler(List items) : Object(deepest(items)), items_(std::move(items)) {}
  const char* type_name() const override { return "Cycler"; }
  Value attribute(const std::string& name) const override;
  Value next() { return items_[std::exchange(at_, (at_ + 1) % items_.size())]; }
  void reset() { at_ = 0; }

 private:
  List items_;
  size_t at_ = 0;
};

/// Of a cycler, which must be kept by what calls it.
Value next_of_cycler(Context&, const Value& self, const Args&) {
  return static_cast<Cycler&>(self.object()).next();
}
Value reset_cycler(Context&, const Value& self, const Args&) {
  static_cast<Cycler&>(self.object()).reset();
  return Value::none();
}

class Joiner final : public Object {
 public:
  explicit Joiner(std::string separator) : separator_(std::move(separator)) {}
  const char* type_name() const override { return "Joiner"; }
  bool callable() const override { return true; }
  Value call(Context&, const Args&) override {
    return std::exchange(used_, true) ? Value(separator_) : Value("");
  }

 private:
  std::string separator_;
  bool used_ = false;
};

Value Cycler::attribute(const std::string& name) const {
  if (name == "current") return items_[at_];
  const auto self = std::const_pointer_cast<Object>(shared_from_this());
  if (name == "next") return Value(std::make_shared<BoundMethod>(Value(self), next_of_cycler));
  if (name == "reset") return Value(std::make_shared<BoundMethod>(Value(self), reset_cycler));
  return Object::attribute(name);
}

Value range(Context&, const Args& args) {
  const Params params("range", args, {"start", "stop", "step"}, 1);
  const int64_t first = params[1] ? params.integer(0, 0) : 0;
  const int64_t end = params.integer(params[1] ? 1 : 0, 0), step = params.integer(2, 1);
  if (step == 0) throw Failure("range: the step is not 0");
  // In 128 bits, where nothing overflows.
  const __int128 span = step > 0 ? __int128{end} - first : __int128{first} - end;
  const __int128 by = step > 0 ? __int128{step} : -__int128{step};
  const __int128 n = span <= 0 ? 0 : (span + by - 1) / by;
  if (n > kLongestRange) throw Failure(cat_str("range: more than ", kLongestRange, " numbers"));
  List numbers;
  for (int64_t i = 0; i < static_cast<int64_t>(n); ++i) numbers.emplace_back(first + i * step);
  return Value::list(std::move(numbers));
}

Value dict(Context&, const Args& args) {
  if (args.positional.size() > 1) throw Failure("dict: expected at most 1 argument by position");
  Dict result;
  for (const Value& from : args.positional) {
    if (from.is(Kind::Dict)) {
      result = from.dict();
      continue;
    }
    for (const Value& pair : elements_of(from)) {
      const List both = elements_of(pair);
      if (both.size() != 2) throw Failure("dict: expected pairs of keys and values");
      result.set(both[0], both[1]);
    }
  }
  for (const auto& [name, value] : args.named) result.set(name, value);
  spend_elements(result.size());
  return result;
}

Value make_namespace(Context& context, const Args& args) {
  const Value all = dict(context, args);
  auto result = std::make_shared<Namespace>();
  spend(256);
  context.namespaces.push_back(result);
  for (const auto& [key, value] : all.dict().entries()) {
    if (!key.is(Kind::String)) throw Failure("namespace: names are strings");
    result->set(key.string(), value);
  }
  return Value(std::shared_ptr<Object>(result));
}

Value cycler(Context&, const Args& args) {
  if (args.positional.empty() || !args.named.empty())
    throw Failure("cycler: expected values by position");
  return Value(std::shared_ptr<Object>(std::make_shared<Cycler>(args.positional)));
}

Value joiner(Context&, const Args& args) {
  return Value(std::shared_ptr<Object>(
      std::make_shared<Joiner>(Params("joiner", args, {"sep"}).text(0, ", "))));
}

Value raise_exception(Context&, const Args& args) {
  throw Failure(Params("raise_exception", args, {"message"}, 1).text(0));
}

Value strftime_now(Context& context, const Args& args) {
  const Params params("strftime_now", args, {"format"}, 1);
  const std::string format = params.text(0);
  const auto seconds = static_cast<std::time_t>(context.now ? *context.now : std::time(nullptr));
  std::tm time{};
  if (!localtime_r(&seconds, &time)) throw Failure("strftime_now: the time is out of range");
  // A mark in front, as an empty result is no error.
  const std::string marked = "x" + format;
  std::string text(marked.size() * 8 + 256, '\0');
  const size_t n = std::strftime(text.data(), text.size(), marked.c_str(), &time);
  if (n == 0) throw Failure("strftime_now: the text is too long");
  return text.substr(1, n - 1);
}

}  // namespace

std::vector<std::pair<std::string, Value>> globals() {
  const auto function = [](const char* name, Function f) {
    return std::pair<std::string, Value>(
        name, Value(std::shared_ptr<Object>(std::make_shared<GlobalFunction>(f))));
  };
  return {function("range", range),
          function("dict", dict),
          function("namespace", make_namespace),
          function("cycler", cycler),
          function("joiner", joiner),
          function("raise_exception", raise_exception),
          function("strftime_now", strftime_now)};
}

}  // namespace hearth::text::chat
