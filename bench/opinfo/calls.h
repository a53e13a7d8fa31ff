// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string_view>
#include <tuple>

#include "hearth/base/generator.h"

#include "opinfo/values.h"

/// Operators called by name with values found in a file. A form of an operator is one line:
///   FUNCTION(amax, T, IL, B)   hearth::amax(tensor, ints, bool)
///   METHOD(view, T, IL)        tensor.view(ints)
/// with a tag for each argument; a sample is given to the first form that its values fit.
namespace hearth::opinfo {

using Outputs = std::vector<Tensor>;
using Arguments = ArrayRef<Value>;

struct Form {
  bool (*fits)(Arguments);
  Outputs (*call)(Arguments);
};
using Calls = std::multimap<std::string_view, Form>;

/// All operators, by name.
const Calls& calls();

// The operators of each file; calls() joins them.
Calls pointwise_calls();
Calls reduce_calls();
Calls shape_calls();
Calls index_calls();
Calls linalg_calls();
Calls nn_calls();
Calls creation_calls();

// ---- tags: whether a value may be passed, and as what

template <typename Type>
struct Exactly {
  static bool fits(const Value& v) { return std::holds_alternative<Type>(v); }
  static const Type& get(const Value& v) { return std::get<Type>(v); }
};
template <typename Tag>
struct Maybe {
  using Type = std::decay_t<decltype(Tag::get(std::declval<const Value&>()))>;
  static bool fits(const Value& v) {
    return std::holds_alternative<std::monostate>(v) || Tag::fits(v);
  }
  static std::optional<Type> get(const Value& v) {
    if (std::holds_alternative<std::monostate>(v)) return std::nullopt;
    return Tag::get(v);
  }
};
/// None, for a parameter of this type.
template <typename Type>
struct Nothing {
  static bool fits(const Value& v) { return std::holds_alternative<std::monostate>(v); }
  static Type get(const Value&) { return {}; }
};

using T = Exactly<Tensor>;
using OT = Maybe<T>;
using OTL = Exactly<std::vector<std::optional<Tensor>>>;
struct TL {
  static bool fits(const Value& v);
  static std::vector<Tensor> get(const Value& v);
};
using I = Exactly<int64_t>;
using OI = Maybe<I>;
using IL = Exactly<std::vector<int64_t>>;
/// None or ints, as OptionalIntArrayRef.
struct OIL {
  static bool fits(const Value& v);
  static OptionalIntArrayRef get(const Value& v);
};
struct F {
  static bool fits(const Value& v);
  static double get(const Value& v);
};
using OF = Maybe<F>;
using FL = Exactly<std::vector<double>>;
struct OFL {
  static bool fits(const Value& v);
  static std::optional<ArrayRef<double>> get(const Value& v);
};
using B = Exactly<bool>;
using OB = Maybe<B>;
struct S {
  static bool fits(const Value& v);
  static Scalar get(const Value& v);
};
using OS = Maybe<S>;
struct STR {
  static bool fits(const Value& v);
  static std::string_view get(const Value& v);
};
using OSTR = Maybe<STR>;
using D = Exactly<ScalarType>;
using OD = Maybe<D>;
/// A dtype or none, as TensorOptions.
struct OPT {
  static bool fits(const Value& v);
  static TensorOptions get(const Value& v);
};
using MF = Nothing<std::optional<MemoryFormat>>;
using G = Nothing<std::optional<Generator>>;

// ---- results as a list of tensors

void add_output(Outputs& to, const Tensor& t);
void add_output(Outputs& to, bool b);
void add_output(Outputs& to, double d);
void add_output(Outputs& to, const Scalar& s);
void add_output(Outputs& to, const std::vector<Tensor>& list);
template <typename... Ts>
void add_output(Outputs& to, const std::tuple<Ts...>& all) {
  std::apply([&](const auto&... each) { (add_output(to, each), ...); }, all);
}

template <typename Function, typename... Tags>
std::pair<const std::string_view, Form> form(std::string_view name) {
  return {name,
          {[](Arguments a) {
             size_t i = 0;
             return a.size() == sizeof...(Tags) && (Tags::fits(a[i++]) && ...);
           },
           [](Arguments a) {
             return [&]<size_t... k>(std::index_sequence<k...>) {
               Outputs all;
               add_output(all, Function()(Tags::get(a[k])...));
               return all;
             }
             (std::index_sequence_for<Tags...>());
           }}};
}

}  // namespace hearth::opinfo

#define FUNCTION(name, ...) \
  form<decltype([](const auto&... a) { return hearth::name(a...); }), __VA_ARGS__>(#name)
#define METHOD(name, ...)                                                              \
  form<decltype([](const Tensor& self, const auto&... a) { return self.name(a...); }), \
       __VA_ARGS__>(#name)
