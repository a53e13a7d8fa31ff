// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/ivalue.h"

#include <algorithm>
#include <ostream>

#include "hearth/base/dict.h"
#include "hearth/base/list.h"

namespace hearth {

namespace {

constexpr const char* kKinds[] = {"None",        "bool",   "int",      "double",
                                  "string",      "Tensor", "int list", "double list",
                                  "Tensor list", "list",   "tuple",    "dict"};

template <class T, class V>
const T& get(const V& value, const char* wanted) {
  const T* found = std::get_if<T>(&value);
  HEARTH_CHECK(found, "[IValue] expected ", wanted, ", it holds ", kKinds[value.index()]);
  return *found;
}

}  // namespace

IValue::IValue(const Scalar& v) {
  if (v.isBoolean()) {
    value_ = v.toBool();
  } else if (v.isIntegral(false)) {
    value_ = v.toLong();
  } else {
    value_ = v.toDouble();
  }
}
bool IValue::toBool() const { return get<bool>(value_, "bool"); }
int64_t IValue::toInt() const { return get<int64_t>(value_, "int"); }
double IValue::toDouble() const { return get<double>(value_, "double"); }
const std::string& IValue::toStringRef() const { return get<std::string>(value_, "string"); }
const Tensor& IValue::toTensor() const { return get<Tensor>(value_, "Tensor"); }
Scalar IValue::toScalar() const {
  if (isBool()) return toBool();
  if (isInt()) return toInt();
  return toDouble();
}
const std::vector<int64_t>& IValue::toIntVector() const {
  return get<std::vector<int64_t>>(value_, "int list");
}
const std::vector<double>& IValue::toDoubleVector() const {
  return get<std::vector<double>>(value_, "double list");
}
const std::vector<Tensor>& IValue::toTensorVector() const {
  return get<std::vector<Tensor>>(value_, "Tensor list");
}

IValue::IValue(List<IValue> v) : value_(std::make_shared<List<IValue>>(std::move(v))) {}
IValue::IValue(Dict<IValue, IValue> v)
    : value_(std::make_shared<Dict<IValue, IValue>>(std::move(v))) {}
List<int64_t> IValue::toIntList() const { return List<int64_t>(ArrayRef<int64_t>(toIntVector())); }
List<double> IValue::toDoubleList() const {
  return List<double>(ArrayRef<double>(toDoubleVector()));
}
List<Tensor> IValue::toTensorList() const {
  return List<Tensor>(ArrayRef<Tensor>(toTensorVector()));
}
List<IValue> IValue::toList() const { return *get<std::shared_ptr<List<IValue>>>(value_, "list"); }
const std::vector<IValue>& IValue::toListRef() const {
  return get<std::shared_ptr<List<IValue>>>(value_, "list")->vec();
}
std::shared_ptr<ivalue::Tuple> IValue::toTuple() const {
  return get<std::shared_ptr<ivalue::Tuple>>(value_, "tuple");
}
Dict<IValue, IValue> IValue::toGenericDict() const {
  return *get<std::shared_ptr<Dict<IValue, IValue>>>(value_, "dict");
}
const char* IValue::tagKind() const { return kKinds[value_.index()]; }

bool operator==(const IValue& a, const IValue& b) {
  if (a.value_.index() != b.value_.index()) return false;
  if (a.isTensor()) return a.toTensor().is_same(b.toTensor());
  if (a.isList()) return a.toList().is(b.toList());
  if (a.isTuple()) return a.toTuple() == b.toTuple();
  if (a.isGenericDict()) return a.toGenericDict().is(b.toGenericDict());
  if (a.isTensorList()) {
    const auto &x = a.toTensorVector(), &y = b.toTensorVector();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [](const Tensor& s, const Tensor& t) { return s.is_same(t); });
  }
  if (a.isBool()) return a.toBool() == b.toBool();
  if (a.isInt()) return a.toInt() == b.toInt();
  if (a.isDouble()) return a.toDouble() == b.toDouble();
  if (a.isString()) return a.toStringRef() == b.toStringRef();
  if (a.isIntList()) return a.toIntVector() == b.toIntVector();
  if (a.isDoubleList()) return a.toDoubleVector() == b.toDoubleVector();
  return true;
}

namespace {

template <class Items>
void print_all(std::ostream& out, const Items& items) {
  const char* between = "";
  for (const auto& item : items) {
    out << between << item;
    between = ", ";
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const IValue& value) {
  if (value.isNone()) return out << "None";
  if (value.isBool()) return out << (value.toBool() ? "True" : "False");
  if (value.isInt()) return out << value.toInt();
  if (value.isDouble()) return out << value.toDouble();
  if (value.isString()) return out << '\'' << value.toStringRef() << '\'';
  if (value.isTensor()) return out << value.toTensor();
  if (value.isGenericDict()) {
    const char* between = "{";
    for (const auto& entry : value.toGenericDict()) {
      out << between << entry.key() << ": " << entry.value();
      between = ", ";
    }
    return out << (*between == '{' ? "{}" : "}");
  }
  out << (value.isTuple() ? '(' : '[');
  if (value.isIntList()) print_all(out, value.toIntVector());
  if (value.isDoubleList()) print_all(out, value.toDoubleVector());
  if (value.isTensorList()) print_all(out, value.toTensorVector());
  if (value.isList()) print_all(out, value.toListRef());
  if (!value.isTuple()) return out << ']';
  const auto tuple = value.toTuple();
  print_all(out, tuple->elements());
  return out << (tuple->size() == 1 ? ",)" : ")");
}

size_t IValue::hash(const IValue& value) {
  if (value.isNone()) return 0;
  if (value.isBool()) return std::hash<bool>()(value.toBool());
  if (value.isInt()) return std::hash<int64_t>()(value.toInt());
  if (value.isDouble()) return std::hash<double>()(value.toDouble());
  HEARTH_CHECK_AS(ValueError, value.isString(), "[Dict] a ", value.tagKind(),
                  " is no key; expected None, a bool, a number or a string");
  return std::hash<std::string>()(value.toStringRef());
}

}  // namespace hearth
