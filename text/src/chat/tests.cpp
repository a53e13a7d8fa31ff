// SPDX-License-Identifier: Apache-2.0
// What stands behind "is".
#include "hearth/base/error.h"

#include "chat/context.h"
#include "chat/limits.h"
#include "chat/operations.h"
#include "chat/python_text.h"

namespace hearth::text::chat {
namespace {

template <Kind kind>
bool of_kind(Context&, const Value& value, const Args&) {
  return value.is(kind);
}
template <bool wanted>
bool of_truth(Context&, const Value& value, const Args&) {
  return value.is(Kind::Bool) && value.boolean() == wanted;
}

bool defined(Context&, const Value& value, const Args&) { return !value.is(Kind::Undefined); }
bool number(Context&, const Value& value, const Args&) { return value.is_number(); }
bool iterable(Context&, const Value& value, const Args&) { return is_iterable(value); }
bool callable(Context&, const Value& value, const Args&) {
  return value.is(Kind::Object) && value.object().callable();
}
bool is_escaped(Context&, const Value& value, const Args&) { return value.is_markup(); }

template <int64_t rest>
bool parity(Context&, const Value& value, const Args&) {
  return equal(binary("%", value, int64_t{2}), int64_t{rest});
}
bool divisible(Context&, const Value& value, const Args& args) {
  const Params params("divisibleby", args, {"num"}, 1);
  return equal(binary("%", value, *params[0]), int64_t{0});
}
bool lower_case(Context&, const Value& value, const Args&) { return is_lower(to_text(value)); }
bool upper_case(Context&, const Value& value, const Args&) { return is_upper(to_text(value)); }

/// Python's `is`: the same value for those of which there is one, else the same type too.
bool same(Context&, const Value& value, const Args& args) {
  const Params params("sameas", args, {"other"}, 1);
  const Value& other = *params[0];
  return value.kind() == other.kind() && equal(value, other);
}

enum class Order { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, In };
template <Order order>
bool compared(Context&, const Value& value, const Args& args) {
  static constexpr const char* kOperators[] = {"==", "!=", "<", "<=", ">", ">=", "in"};
  const Params params("the test", args, {"other"}, 1);
  return compare(kOperators[static_cast<size_t>(order)], value, *params[0]);
}

bool is_filter(Context&, const Value& value, const Args&) {
  return value.is(Kind::String) && find_filter(value.string());
}
bool is_test(Context&, const Value& value, const Args&) {
  return value.is(Kind::String) && find_test(value.string());
}

}  // namespace

Test find_test(std::string_view name) {
  struct Row {
    std::string_view name;
    Test test;
  };
  static constexpr Row kRows[] = {
      {"!=", compared<Order::NotEqual>},
      {"<", compared<Order::Less>},
      {"<=", compared<Order::LessEqual>},
      {"==", compared<Order::Equal>},
      {">", compared<Order::Greater>},
      {">=", compared<Order::GreaterEqual>},
      {"boolean", of_kind<Kind::Bool>},
      {"callable", callable},
      {"defined", defined},
      {"divisibleby", divisible},
      {"eq", compared<Order::Equal>},
      {"equalto", compared<Order::Equal>},
      {"escaped", is_escaped},
      {"even", parity<0>},
      {"false", of_truth<false>},
      {"filter", is_filter},
      {"float", of_kind<Kind::Float>},
      {"ge", compared<Order::GreaterEqual>},
      {"greaterthan", compared<Order::Greater>},
      {"gt", compared<Order::Greater>},
      {"in", compared<Order::In>},
      {"integer", of_kind<Kind::Int>},
      {"iterable", iterable},
      {"le", compared<Order::LessEqual>},
      {"lessthan", compared<Order::Less>},
      {"lower", lower_case},
      {"lt", compared<Order::Less>},
      {"mapping", of_kind<Kind::Dict>},
      {"ne", compared<Order::NotEqual>},
      {"none", of_kind<Kind::None>},
      {"number", number},
      {"odd", parity<1>},
      {"sameas", same},
      {"sequence", iterable},
      {"string", of_kind<Kind::String>},
      {"test", is_test},
      {"true", of_truth<true>},
      {"undefined", of_kind<Kind::Undefined>},
      {"upper", upper_case},
  };
  for (const Row& row : kRows)
    if (row.name == name) return row.test;
  return nullptr;
}

}  // namespace hearth::text::chat
