// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/ivalue.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

namespace hearth {

namespace {

constexpr const char* kKinds[] = {
    "None",       "Bool",       "Int",         "Double", "String",      "Tensor",        "IntList",
    "DoubleList", "TensorList", "GenericList", "Tuple",  "GenericDict", "ComplexDouble", "Device"};

template <class T, class V>
const T& get(const V& value, const char* wanted) {
  const T* found = std::get_if<T>(&value);
  HEARTH_CHECK(found, "[IValue] Expected ", wanted, " but got ", kKinds[value.index()]);
  return *found;
}

}  // namespace

IValue::IValue() = default;
IValue::IValue(const IValue& other) = default;
IValue::IValue(IValue&& other) noexcept = default;
IValue& IValue::operator=(const IValue& other) = default;
IValue& IValue::operator=(IValue&& other) noexcept = default;
IValue::~IValue() = default;

IValue::IValue(bool v) : value_(v) {}
IValue::IValue(int v) : value_(int64_t{v}) {}
IValue::IValue(int64_t v) : value_(v) {}
IValue::IValue(double v) : value_(v) {}
IValue::IValue(const char* v) : value_(std::string(v)) {}
IValue::IValue(std::string_view v) : value_(std::string(v)) {}
IValue::IValue(std::string v) : value_(std::move(v)) {}
IValue::IValue(Tensor v) : value_(std::move(v)) {}
IValue::IValue(IntArrayRef v) : value_(v.vec()) {}
IValue::IValue(std::vector<int64_t> v) : value_(std::move(v)) {}
IValue::IValue(std::vector<double> v) : value_(std::move(v)) {}
IValue::IValue(std::vector<Tensor> v) : value_(std::move(v)) {}
IValue::IValue(std::shared_ptr<ivalue::Tuple> v) : value_(std::move(v)) {}
IValue::IValue(complex<double> v) : value_(v) {}
IValue::IValue(Device v) : value_(v) {}
IValue::IValue(const Scalar& v) {
  if (v.isBoolean()) {
    value_ = v.toBool();
  } else if (v.isIntegral(false)) {
    value_ = v.toLong();
  } else if (v.isComplex()) {
    value_ = v.toComplexDouble();
  } else {
    value_ = v.toDouble();
  }
}
bool IValue::toBool() const { return get<bool>(value_, "Bool"); }
int64_t IValue::toInt() const { return get<int64_t>(value_, "Int"); }
double IValue::toDouble() const { return get<double>(value_, "Double"); }
const std::string& IValue::toStringRef() const { return get<std::string>(value_, "String"); }
const Tensor& IValue::toTensor() const { return get<Tensor>(value_, "Tensor"); }
Scalar IValue::toScalar() const {
  if (isBool()) return toBool();
  if (isInt()) return toInt();
  if (isComplexDouble()) return toComplexDouble();
  return toDouble();
}
const std::vector<int64_t>& IValue::toIntVector() const {
  return get<std::vector<int64_t>>(value_, "IntList");
}
const std::vector<double>& IValue::toDoubleVector() const {
  return get<std::vector<double>>(value_, "DoubleList");
}
const std::vector<Tensor>& IValue::toTensorVector() const {
  return get<std::vector<Tensor>>(value_, "TensorList");
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
List<IValue> IValue::toList() const {
  const auto boxed = [](const auto& items) {
    List<IValue> list;
    for (const auto& item : items) list.push_back(item);
    return list;
  };
  if (isIntList()) return boxed(toIntVector());
  if (isDoubleList()) return boxed(toDoubleVector());
  if (isTensorList()) return boxed(toTensorVector());
  return *get<std::shared_ptr<List<IValue>>>(value_, "GenericList");
}
const std::vector<IValue>& IValue::toListRef() const {
  return get<std::shared_ptr<List<IValue>>>(value_, "GenericList")->vec();
}
std::shared_ptr<ivalue::Tuple> IValue::toTuple() const {
  return get<std::shared_ptr<ivalue::Tuple>>(value_, "Tuple");
}
const std::vector<IValue>& IValue::tuple_of_size(size_t n) const {
  const std::vector<IValue>& items =
      get<std::shared_ptr<ivalue::Tuple>>(value_, "Tuple")->elements();
  HEARTH_CHECK(items.size() == n, "[IValue] Expected a Tuple of ", n, " elements, got ",
               items.size());
  return items;
}
Dict<IValue, IValue> IValue::toGenericDict() const {
  return *get<std::shared_ptr<Dict<IValue, IValue>>>(value_, "GenericDict");
}
complex<double> IValue::toComplexDouble() const {
  return get<complex<double>>(value_, "ComplexDouble");
}
Device IValue::toDevice() const { return get<Device>(value_, "Device"); }

IValue IValue::list_of(std::vector<IValue> items) { return List<IValue>(ArrayRef<IValue>(items)); }
IValue IValue::tuple_of(std::vector<IValue> elements) {
  return ivalue::Tuple::create(std::move(elements));
}
IValue IValue::dict_of(Entries entries) {
  Dict<IValue, IValue> dict;
  for (auto& [key, value] : entries) dict.insert_or_assign(std::move(key), std::move(value));
  return dict;
}

const char* IValue::tagKind() const { return isList() ? "GenericList" : kKinds[value_.index()]; }

bool operator==(const IValue& a, const IValue& b) {
  if (a.value_.index() != b.value_.index()) return false;
  if (a.isTensor()) return a.toTensor().is_same(b.toTensor());
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
  if (a.isList()) return a.toList().is(b.toList());
  if (a.isComplexDouble()) return a.toComplexDouble() == b.toComplexDouble();
  if (a.isDevice()) return a.toDevice() == b.toDevice();
  return true;
}

namespace {

/// A whole number has a point, so that it reads back as a double; any other has all its digits.
std::ostream& print_double(std::ostream& out, double v) {
  if (std::abs(v) < 1e10 && v == std::trunc(v)) return out << static_cast<int64_t>(v) << '.';
  const std::streamsize digits = out.precision(std::numeric_limits<double>::max_digits10);
  out << v;
  out.precision(digits);
  return out;
}

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
  if (value.isDouble()) return print_double(out, value.toDouble());
  if (value.isString()) return out << value.toStringRef();
  if (value.isTensor()) return out << value.toTensor();
  if (value.isGenericDict()) {
    const char* between = "{";
    for (const auto& entry : value.toGenericDict()) {
      out << between << entry.key() << ": " << entry.value();
      between = ", ";
    }
    return out << (*between == '{' ? "{}" : "}");
  }
  if (value.isComplexDouble()) return out << value.toComplexDouble();
  if (value.isDevice()) return out << value.toDevice();
  if (value.isList()) {
    out << '[';
    print_all(out, value.toList());
    return out << ']';
  }
  out << '(';
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
