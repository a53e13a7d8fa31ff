// SPDX-License-Identifier: Apache-2.0
#include "chat/sequence_filters.h"

#include <algorithm>
#include <unordered_set>

#include "hearth/base/error.h"

#include "chat/limits.h"
#include "chat/operations.h"
#include "chat/python_text.h"

namespace hearth::text::chat {
namespace {

/// A part of an element: "name", "a.b", "0" or an index; the element itself without a name.
class Getter {
 public:
  explicit Getter(const Value* attribute, bool ignore_case = false) : ignore_case_(ignore_case) {
    if (!attribute || attribute->is(Kind::None)) return;
    if (attribute->is_integer()) {
      path_.push_back(*attribute);
      return;
    }
    const std::string names = to_text(*attribute);
    for (const std::string_view name : split(names, ".", -1, false)) {
      const auto index = is_decimal(name) ? parse_integer(name, 10) : std::nullopt;
      path_.push_back(index ? Value(*index) : Value(std::string(name)));
    }
  }
  Value operator()(const Value& item) const {
    Value value = item;
    for (const Value& key : path_) value = item_of(value, key);
    if (ignore_case_ && value.is(Kind::String)) value = lower(value.string());
    return value;
  }

 private:
  std::vector<Value> path_;
  bool ignore_case_;
};

Value length(Context&, const Value& value, const Args& args) {
  Params("length", args, {});
  return length_of(value);
}

Value as_list(Context&, const Value& value, const Args& args) {
  Params("list", args, {});
  return Value::list(elements_of(value));
}

Value first(Context&, const Value& value, const Args& args) {
  Params("first", args, {});
  if (value.is_sequence() && !value.items().empty()) return value.items().front();
  const List all = elements_of(value);
  return all.empty() ? Value::undefined("first: there are no elements") : all.front();
}
Value last(Context&, const Value& value, const Args& args) {
  Params("last", args, {});
  if (value.is_sequence() && !value.items().empty()) return value.items().back();
  const List all = elements_of(value);
  return all.empty() ? Value::undefined("last: there are no elements") : all.back();
}

Value reverse(Context&, const Value& value, const Args& args) {
  Params("reverse", args, {});
  List all = elements_of(value);
  std::reverse(all.begin(), all.end());
  if (!value.is(Kind::String)) return Value::list(std::move(all));
  std::string text;
  for (const Value& c : all) text += c.string();
  return text;
}

Value join(Context&, const Value& value, const Args& args) {
  const Params params("join", args, {"d", "attribute"});
  const std::string between = params.text(0);
  const Getter part(params[1]);
  std::string out;
  bool first = true;
  for (const Value& item : elements_of(value)) {
    if (!std::exchange(first, false)) out += between;
    out += to_text(part(item));
    spend(between.size() + 1);
  }
  return out;
}

Value items(Context&, const Value& value, const Args& args) {
  Params("items", args, {});
  List all;
  if (value.is(Kind::Undefined)) return Value::list(std::move(all));
  if (!value.is(Kind::Dict))
    throw Failure(cat_str("items: expected a dict, got a value of type ", value.type_name()));
  for (const auto& [key, element] : value.dict().entries())
    all.push_back(Value::tuple({key, element}));
  return Value::list(std::move(all));
}

/// Sorted by what `key` gives; equal ones stay in their order.
template <typename Key>
List sorted(const List& all, bool descending, const Key& key) {
  std::vector<std::pair<Value, const Value*>> keyed;
  for (const Value& item : all) keyed.emplace_back(key(item), &item);
  std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
    return descending ? less(b.first, a.first) : less(a.first, b.first);
  });
  List result;
  for (const auto& entry : keyed) result.push_back(*entry.second);
  return result;
}

Value dictsort(Context& context, const Value& value, const Args& args) {
  const Params params("dictsort", args, {"case_sensitive", "by", "reverse"});
  const std::string by = params.text(1, "key");
  if (by != "key" && by != "value") throw Failure("dictsort: sorts by key or value");
  if (!value.is(Kind::Dict))
    throw Failure(cat_str("dictsort: expected a dict, got a value of type ", value.type_name()));
  const Value place = int64_t{by == "value"};
  const Getter part(&place, !params.flag(0));
  const Value all = items(context, value, {});
  return Value::list(sorted(all.items(), params.flag(2), part));
}

Value sort(Context&, const Value& value, const Args& args) {
  const Params params("sort", args, {"reverse", "case_sensitive", "attribute"});
  std::vector<Getter> parts;
  if (params.has(2) && params[2]->is(Kind::String)) {
    for (const std::string_view name : split(params[2]->string(), ",", -1, false)) {
      const Value attribute = std::string(name);
      parts.emplace_back(&attribute, !params.flag(1));
    }
  } else {
    parts.emplace_back(params[2], !params.flag(1));
  }
  return Value::list(sorted(elements_of(value), params.flag(0), [&](const Value& item) {
    List keys;
    for (const Getter& part : parts) keys.push_back(part(item));
    return Value::list(std::move(keys));
  }));
}

Value unique(Context&, const Value& value, const Args& args) {
  const Params params("unique", args, {"case_sensitive", "attribute"});
  const Getter part(params[1], !params.flag(0));
  std::unordered_set<std::string> seen;
  List result;
  for (const Value& item : elements_of(value))
    if (seen.insert(key_of(part(item))).second) result.push_back(item);
  return Value::list(std::move(result));
}

template <bool largest>
Value extreme(Context&, const Value& value, const Args& args) {
  const Params params(largest ? "max" : "min", args, {"case_sensitive", "attribute"});
  const Getter part(params[1], !params.flag(0));
  const List all = elements_of(value);
  if (all.empty()) return Value::undefined("min, max: there are no elements");
  const auto order = [&](const Value& a, const Value& b) { return less(part(a), part(b)); };
  // The first of equal ones, as in Python.
  const Value* best = &all[0];
  for (const Value& item : all)
    if (largest ? order(*best, item) : order(item, *best)) best = &item;
  return *best;
}

Value sum(Context&, const Value& value, const Args& args) {
  const Params params("sum", args, {"attribute", "start"});
  const Getter part(params[0]);
  Value total = params[1] ? *params[1] : Value(int64_t{0});
  for (const Value& item : elements_of(value)) total = binary("+", total, part(item));
  return total;
}

/// Of what is false, as none, map and select find nothing.
List elements_if_any(const Value& value) { return value.truthy() ? elements_of(value) : List(); }

Value map(Context& context, const Value& value, const Args& args) {
  List result;
  if (args.positional.empty()) {
    const Params params("map", args, {"attribute", "default"}, 0);
    if (!params[0]) throw Failure("map: expected a filter's name or an attribute");
    const Getter part(params[0]);
    for (const Value& item : elements_if_any(value)) {
      Value found = part(item);
      const bool missing = found.is(Kind::Undefined) && params.has(1);
      result.push_back(missing ? *params[1] : std::move(found));
    }
    return Value::list(std::move(result));
  }
  const std::string name = to_text(args.positional[0]);
  const Filter filter = find_filter(name);
  if (!filter) throw Failure(cat_str("map: there is no filter '", name, "'"));
  const Args rest{{args.positional.begin() + 1, args.positional.end()}, args.named};
  for (const Value& item : elements_if_any(value)) result.push_back(filter(context, item, rest));
  return Value::list(std::move(result));
}

/// Elements that pass a test, or don't; with `by_attribute`, whose attribute does.
template <bool keep, bool by_attribute>
Value select(Context& context, const Value& value, const Args& args) {
  if (by_attribute && args.positional.empty())
    throw Failure("selectattr: expected the name of an attribute");
  const Getter part(by_attribute ? &args.positional[0] : nullptr);
  const auto rest = args.positional.begin() + by_attribute;
  Test test = nullptr;
  Args arguments{{}, args.named};
  if (rest != args.positional.end()) {
    const std::string name = to_text(*rest);
    test = find_test(name);
    if (!test) throw Failure(cat_str("select: there is no test '", name, "'"));
    arguments.positional.assign(rest + 1, args.positional.end());
  }
  List result;
  for (const Value& item : elements_if_any(value)) {
    const Value tested = part(item);
    if ((test ? test(context, tested, arguments) : tested.truthy()) == keep) result.push_back(item);
  }
  return Value::list(std::move(result));
}

int64_t positive(const Params& params, const char* who) {
  const int64_t n = params.integer(0, 0);
  if (n < 1 || n > kLongestRange) throw Failure(cat_str(who, ": expected 1 or more, got ", n));
  return n;
}

Value batch(Context&, const Value& value, const Args& args) {
  const Params params("batch", args, {"linecount", "fill_with"}, 1);
  const auto size = static_cast<size_t>(positive(params, "batch"));
  List result, row;
  for (const Value& item : elements_of(value)) {
    if (row.size() == size) result.push_back(Value::list(std::exchange(row, {})));
    row.push_back(item);
  }
  if (!row.empty()) {
    if (params.has(1)) row.resize(std::max(size, row.size()), *params[1]);
    result.push_back(Value::list(std::move(row)));
  }
  return Value::list(std::move(result));
}

Value slice(Context&, const Value& value, const Args& args) {
  const Params params("slice", args, {"slices", "fill_with"}, 1);
  const auto slices = static_cast<size_t>(positive(params, "slice"));
  const List all = elements_of(value);
  const size_t size = all.size() / slices, longer = all.size() % slices;
  List result;
  auto at = all.begin();
  for (size_t i = 0; i < slices; ++i) {
    const auto end = at + static_cast<std::ptrdiff_t>(size + (i < longer));
    List part(at, end);
    at = end;
    if (params.has(1) && i >= longer) part.push_back(*params[1]);
    result.push_back(Value::list(std::move(part)));
  }
  return Value::list(std::move(result));
}

Value groupby(Context&, const Value& value, const Args& args) {
  const Params params("groupby", args, {"attribute", "default", "case_sensitive"}, 1);
  const Getter get(params[0]);
  const bool ignore_case = !params.flag(2);
  const auto part = [&](const Value& item) {
    Value found = get(item);
    return found.is(Kind::Undefined) && params[1] ? *params[1] : found;
  };
  const auto key = [&](const Value& item) {
    const Value found = part(item);
    return ignore_case && found.is(Kind::String) ? Value(lower(found.string())) : found;
  };
  const List all = sorted(elements_of(value), false, key);
  List result;
  for (size_t i = 0; i < all.size();) {
    const Value of = key(all[i]);
    List group;
    const Value shown = part(all[i]);
    for (; i < all.size() && equal(key(all[i]), of); ++i) group.push_back(all[i]);
    result.push_back(Value::tuple({shown, Value::list(std::move(group))}));
  }
  return Value::list(std::move(result));
}

}  // namespace

Filter find_sequence_filter(std::string_view name) {
  struct Row {
    std::string_view name;
    Filter filter;
  };
  static constexpr Row kRows[] = {
      {"batch", batch},
      {"count", length},
      {"dictsort", dictsort},
      {"first", first},
      {"groupby", groupby},
      {"items", items},
      {"join", join},
      {"last", last},
      {"length", length},
      {"list", as_list},
      {"map", map},
      {"max", extreme<true>},
      {"min", extreme<false>},
      {"reject", select<false, false>},
      {"rejectattr", select<false, true>},
      {"reverse", reverse},
      {"select", select<true, false>},
      {"selectattr", select<true, true>},
      {"slice", slice},
      {"sort", sort},
      {"sum", sum},
      {"unique", unique},
  };
  for (const Row& row : kRows)
    if (row.name == name) return row.filter;
  return nullptr;
}

}  // namespace hearth::text::chat
