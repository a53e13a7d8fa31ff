// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth {

template <class T>
class List;  // hearth/base/list.h
template <class Key, class Value>
class Dict;  // hearth/base/dict.h
namespace ivalue {
class Tuple;
}

/// A value of one of a few types, as AutogradContext::saved_data and archives keep them and Python
/// pickles them. Asking for another type than the one it holds throws. Copies of a list, tuple or
/// dict are the same one.
class HEARTH_API IValue {
 public:
  IValue() = default;
  IValue(bool v) : value_(v) {}
  IValue(int v) : value_(int64_t{v}) {}
  IValue(int64_t v) : value_(v) {}
  IValue(double v) : value_(v) {}
  IValue(const char* v) : value_(std::string(v)) {}
  IValue(std::string v) : value_(std::move(v)) {}
  IValue(Tensor v) : value_(std::move(v)) {}
  IValue(const Scalar& v);
  IValue(IntArrayRef v) : value_(v.vec()) {}
  IValue(std::vector<int64_t> v) : value_(std::move(v)) {}
  IValue(std::vector<double> v) : value_(std::move(v)) {}
  IValue(std::vector<Tensor> v) : value_(std::move(v)) {}
  IValue(List<IValue> v);
  IValue(Dict<IValue, IValue> v);
  IValue(std::shared_ptr<ivalue::Tuple> v) : value_(std::move(v)) {}
  template <class T>
  IValue(std::optional<T> v) {
    if (v) *this = IValue(*std::move(v));
  }

  bool isNone() const { return std::holds_alternative<std::monostate>(value_); }
  bool isBool() const { return std::holds_alternative<bool>(value_); }
  bool isInt() const { return std::holds_alternative<int64_t>(value_); }
  bool isDouble() const { return std::holds_alternative<double>(value_); }
  bool isString() const { return std::holds_alternative<std::string>(value_); }
  bool isTensor() const { return std::holds_alternative<Tensor>(value_); }
  bool isIntList() const { return std::holds_alternative<std::vector<int64_t>>(value_); }
  bool isDoubleList() const { return std::holds_alternative<std::vector<double>>(value_); }
  bool isTensorList() const { return std::holds_alternative<std::vector<Tensor>>(value_); }
  /// A list of values of any types.
  bool isList() const { return std::holds_alternative<std::shared_ptr<List<IValue>>>(value_); }
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
  List<IValue> toList() const;
  const std::vector<IValue>& toListRef() const;
  std::shared_ptr<ivalue::Tuple> toTuple() const;
  Dict<IValue, IValue> toGenericDict() const;

  /// A bool, a number, a std::string, a Tensor, a std::vector or an optional of these:
  /// `to<int64_t>()`.
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

  /// "Tensor", "int list" ... of what it holds.
  const char* tagKind() const;

  /// Of None, bools, numbers and text; throws ValueError for what cannot be a key.
  static size_t hash(const IValue& value);
  /// By value; tensors, lists, tuples and dicts by identity.
  HEARTH_API friend bool operator==(const IValue& a, const IValue& b);
  /// As Python would print it.
  HEARTH_API friend std::ostream& operator<<(std::ostream& out, const IValue& value);

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Tensor, std::vector<int64_t>,
               std::vector<double>, std::vector<Tensor>, std::shared_ptr<List<IValue>>,
               std::shared_ptr<ivalue::Tuple>, std::shared_ptr<Dict<IValue, IValue>>>
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
