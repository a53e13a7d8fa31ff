// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "hearth/base/dict.h"
#include "hearth/base/list.h"
#include "hearth/tensor/tensor.h"

namespace hearth {

namespace ivalue {
class Tuple;
}

/// A value of one of a few types, as AutogradContext::saved_data and archives keep them and Python
/// pickles them. Asking for another type than the one it holds throws. Copies of a list, tuple or
/// dict are the same one.
class HEARTH_API IValue {
 public:
  IValue();
  IValue(const IValue& other);
  IValue(IValue&& other) noexcept;
  IValue& operator=(const IValue& other);
  IValue& operator=(IValue&& other) noexcept;
  ~IValue();

  IValue(bool v);
  IValue(int v);
  IValue(int64_t v);
  IValue(double v);
  IValue(const char* v);
  IValue(std::string_view v);
  IValue(std::string v);
  IValue(Tensor v);
  IValue(const Scalar& v);
  IValue(IntArrayRef v);
  IValue(std::vector<int64_t> v);
  IValue(std::vector<double> v);
  IValue(std::vector<Tensor> v);
  IValue(List<IValue> v);
  IValue(Dict<IValue, IValue> v);
  IValue(std::shared_ptr<ivalue::Tuple> v);
  IValue(complex<double> v);
  IValue(Device v);
  template <class T>
  IValue(std::optional<T> v) {
    if (v) *this = IValue(*std::move(v));
  }
  /// A tuple.
  template <class... T>
  IValue(std::tuple<T...> v)
      : IValue(
            std::apply([](auto&... each) { return tuple_of({IValue(std::move(each))...}); }, v)) {}
  /// Numbers and tensors become a list of their type, whose items are copies; all else a list of
  /// IValues.
  template <class T>
  IValue(const List<T>& v) : IValue(v.vec()) {}
  template <class T>
  IValue(const std::vector<T>& v) : IValue(list_of(std::vector<IValue>(v.begin(), v.end()))) {}
  template <class K, class V>
  IValue(const Dict<K, V>& v) {
    Entries entries;
    for (const auto& entry : v) entries.emplace_back(entry.key(), entry.value());
    *this = dict_of(std::move(entries));
  }
  template <class K, class V>
  IValue(const std::unordered_map<K, V>& v) : IValue(dict_of(Entries(v.begin(), v.end()))) {}

  bool isNone() const { return std::holds_alternative<std::monostate>(value_); }
  bool isBool() const { return std::holds_alternative<bool>(value_); }
  bool isInt() const { return std::holds_alternative<int64_t>(value_); }
  bool isDouble() const { return std::holds_alternative<double>(value_); }
  bool isString() const { return std::holds_alternative<std::string>(value_); }
  bool isTensor() const { return std::holds_alternative<Tensor>(value_); }
  bool isIntList() const { return std::holds_alternative<std::vector<int64_t>>(value_); }
  bool isDoubleList() const { return std::holds_alternative<std::vector<double>>(value_); }
  bool isTensorList() const { return std::holds_alternative<std::vector<Tensor>>(value_); }
  bool isComplexDouble() const { return std::holds_alternative<complex<double>>(value_); }
  bool isDevice() const { return std::holds_alternative<Device>(value_); }
  /// A number or a bool.
  bool isScalar() const { return isInt() || isDouble() || isComplexDouble() || isBool(); }
  /// Any list, those of numbers and of tensors too.
  bool isList() const {
    return std::holds_alternative<std::shared_ptr<List<IValue>>>(value_) || isIntList() ||
           isDoubleList() || isTensorList();
  }
  bool isTuple() const { return std::holds_alternative<std::shared_ptr<ivalue::Tuple>>(value_); }
  bool isGenericDict() const {
    return std::holds_alternative<std::shared_ptr<Dict<IValue, IValue>>>(value_);
  }

  bool toBool() const;
  int64_t toInt() const;
  int64_t toSymInt() const { return toInt(); }
  double toDouble() const;
  const std::string& toStringRef() const;
  std::string_view toStringView() const { return toStringRef(); }
  const Tensor& toTensor() const;
  Scalar toScalar() const;
  const std::vector<int64_t>& toIntVector() const;
  const std::vector<int64_t>& toSymIntVector() const { return toIntVector(); }
  const std::vector<double>& toDoubleVector() const;
  const std::vector<Tensor>& toTensorVector() const;
  List<int64_t> toIntList() const;
  List<double> toDoubleList() const;
  List<Tensor> toTensorList() const;
  /// The list itself; of a list of numbers or of tensors, one that holds what it holds.
  List<IValue> toList() const;
  /// Of a list of values of any types.
  const std::vector<IValue>& toListRef() const;
  std::shared_ptr<ivalue::Tuple> toTuple() const;
  const ivalue::Tuple& toTupleRef() const { return *toTuple(); }
  complex<double> toComplexDouble() const;
  Device toDevice() const;
  Dict<IValue, IValue> toGenericDict() const;

  /// A bool, a number, a Device, a std::string, a Tensor, a std::vector, List, Dict, tuple or
  /// optional of these: `to<int64_t>()`.
  template <class T>
  T to() const {
    if constexpr (std::is_same_v<T, bool>) {
      return toBool();
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(toInt());
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(toDouble());
    } else if constexpr (std::is_same_v<T, std::string>) {
      return toStringRef();
    } else if constexpr (std::is_same_v<T, Tensor>) {
      return toTensor();
    } else if constexpr (std::is_same_v<T, Scalar>) {
      return toScalar();
    } else if constexpr (std::is_same_v<T, std::vector<int64_t>>) {
      return toIntVector();
    } else if constexpr (std::is_same_v<T, std::vector<double>>) {
      return toDoubleVector();
    } else if constexpr (std::is_same_v<T, std::vector<Tensor>>) {
      return toTensorVector();
    } else if constexpr (std::is_same_v<T, complex<double>>) {
      return toComplexDouble();
    } else if constexpr (std::is_same_v<T, Device>) {
      return toDevice();
    } else if constexpr (std::is_same_v<T, IValue>) {
      return *this;
    } else if constexpr (requires { std::tuple_size<T>::value; }) {
      return tuple<T>(std::make_index_sequence<std::tuple_size_v<T>>());
    } else if constexpr (requires { typename T::mapped_type; }) {
      T items;
      for (const auto& entry : toGenericDict())
        items.insert(entry.key().template to<typename T::key_type>(),
                     entry.value().template to<typename T::mapped_type>());
      return items;
    } else if constexpr (requires(T items, typename T::value_type item) {
                           items.push_back(item);
                         }) {
      T items;
      for (const IValue& item : toList())
        items.push_back(item.template to<typename T::value_type>());
      return items;
    } else {
      return toOptional<typename T::value_type>();
    }
  }
  /// Nothing for None.
  template <class T>
  std::optional<T> toOptional() const {
    if (isNone()) return std::nullopt;
    return to<T>();
  }

  /// "Tensor", "Int", "GenericList" ... of what it holds.
  const char* tagKind() const;

  /// Of None, bools, numbers and text; throws ValueError for what cannot be a key.
  static size_t hash(const IValue& value);
  /// By value; tensors, lists, tuples and dicts by identity.
  HEARTH_API friend bool operator==(const IValue& a, const IValue& b);
  /// As Python's `is`: equal, by identity where there is one.
  bool is(const IValue& other) const { return *this == other; }
  /// As Python would print it, but text without quotes.
  HEARTH_API friend std::ostream& operator<<(std::ostream& out, const IValue& value);

 private:
  const std::vector<IValue>& tuple_of_size(size_t n) const;
  template <class T, size_t... I>
  T tuple(std::index_sequence<I...>) const {
    const std::vector<IValue>& items = tuple_of_size(sizeof...(I));
    return T(items[I].template to<std::tuple_element_t<I, T>>()...);
  }
  using Entries = std::vector<std::pair<IValue, IValue>>;
  static IValue list_of(std::vector<IValue> items);
  static IValue tuple_of(std::vector<IValue> elements);
  static IValue dict_of(Entries entries);

  // What copies and destroys it stands in one source: every program would pay for it here.
  std::variant<std::monostate, bool, int64_t, double, std::string, Tensor, std::vector<int64_t>,
               std::vector<double>, std::vector<Tensor>, std::shared_ptr<List<IValue>>,
               std::shared_ptr<ivalue::Tuple>, std::shared_ptr<Dict<IValue, IValue>>,
               complex<double>, Device>
      value_;
};

namespace ivalue {

class Tuple {
 public:
  explicit Tuple(std::vector<IValue> elements) : elements_(std::move(elements)) {}
  static std::shared_ptr<Tuple> create(std::vector<IValue> elements) {
    return std::make_shared<Tuple>(std::move(elements));
  }
  const std::vector<IValue>& elements() const { return elements_; }
  size_t size() const { return elements_.size(); }

 private:
  std::vector<IValue> elements_;
};

}  // namespace ivalue

}  // namespace hearth

template <>
struct std::hash<hearth::IValue> {
  size_t operator()(const hearth::IValue& value) const { return hearth::IValue::hash(value); }
};
