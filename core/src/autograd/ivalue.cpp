// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/ivalue.h"

namespace hearth {

namespace {

constexpr const char* kKinds[] = {"None",   "bool",     "int",         "double",     "string",
                                  "Tensor", "int list", "double list", "Tensor list"};

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

}  // namespace hearth
