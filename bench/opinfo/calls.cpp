// SPDX-License-Identifier: Apache-2.0
#include "opinfo/calls.h"

#include "hearth/ops/creation.h"

namespace hearth::opinfo {

const Calls& calls() {
  static const Calls all = [] {
    Calls c;
    for (Calls (*of)() : {pointwise_calls, reduce_calls, shape_calls, index_calls, linalg_calls,
                          nn_calls, creation_calls})
      c.merge(of());
    return c;
  }();
  return all;
}

bool TL::fits(const Value& v) {
  const auto* list = std::get_if<std::vector<std::optional<Tensor>>>(&v);
  if (!list) return false;
  for (const auto& t : *list)
    if (!t) return false;
  return true;
}
std::vector<Tensor> TL::get(const Value& v) {
  std::vector<Tensor> tensors;
  for (const auto& t : std::get<std::vector<std::optional<Tensor>>>(v)) tensors.push_back(*t);
  return tensors;
}
bool OIL::fits(const Value& v) { return Nothing<int>::fits(v) || IL::fits(v); }
OptionalIntArrayRef OIL::get(const Value& v) {
  if (!IL::fits(v)) return std::nullopt;
  return IntArrayRef(IL::get(v));
}
bool F::fits(const Value& v) { return std::holds_alternative<double>(v) || I::fits(v); }
double F::get(const Value& v) {
  return I::fits(v) ? static_cast<double>(I::get(v)) : std::get<double>(v);
}
bool OFL::fits(const Value& v) { return Nothing<int>::fits(v) || FL::fits(v); }
std::optional<ArrayRef<double>> OFL::get(const Value& v) {
  if (!FL::fits(v)) return std::nullopt;
  return ArrayRef<double>(FL::get(v));
}
bool S::fits(const Value& v) {
  return B::fits(v) || F::fits(v) || std::holds_alternative<std::complex<double>>(v);
}
Scalar S::get(const Value& v) {
  if (B::fits(v)) return B::get(v);
  if (I::fits(v)) return I::get(v);
  if (const auto* d = std::get_if<double>(&v)) return *d;
  const auto z = std::get<std::complex<double>>(v);
  return complex<double>(z.real(), z.imag());
}
bool STR::fits(const Value& v) { return std::holds_alternative<std::string>(v); }
std::string_view STR::get(const Value& v) { return std::get<std::string>(v); }
bool OPT::fits(const Value& v) { return OD::fits(v); }
TensorOptions OPT::get(const Value& v) {
  return D::fits(v) ? TensorOptions(D::get(v)) : TensorOptions();
}

void add_output(Outputs& to, const Tensor& t) { to.push_back(t); }
void add_output(Outputs& to, bool b) { to.push_back(scalar_tensor(b, kBool)); }
void add_output(Outputs& to, double d) { to.push_back(scalar_tensor(d, kDouble)); }
void add_output(Outputs& to, const Scalar& s) {
  const ScalarType type = s.isBoolean()        ? kBool
                          : s.isIntegral(true) ? kLong
                          : s.isComplex()      ? kComplexDouble
                                               : kDouble;
  to.push_back(scalar_tensor(s, type));
}
void add_output(Outputs& to, const std::vector<Tensor>& list) {
  to.insert(to.end(), list.begin(), list.end());
}

}  // namespace hearth::opinfo
