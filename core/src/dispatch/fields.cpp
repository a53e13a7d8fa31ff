// SPDX-License-Identifier: Apache-2.0
#include "dispatch/fields.h"

#include <charconv>
#include <cstdlib>

namespace hearth {

namespace {

template <class T>
bool read_integer(std::string_view& s, T& v) {
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v);
  if (error != std::errc()) return false;
  s.remove_prefix(static_cast<size_t>(end - s.data()));
  return true;
}

}  // namespace

bool FieldText::expect(std::string_view& s, std::string_view token) {
  if (s.substr(0, token.size()) != token) return false;
  s.remove_prefix(token.size());
  return true;
}

void FieldText::write(std::string& s, bool v) { s += v ? "true" : "false"; }
bool FieldText::read(std::string_view& s, bool& v) {
  v = expect(s, "true");
  return v || expect(s, "false");
}

void FieldText::write(std::string& s, int64_t v) { s += std::to_string(v); }
bool FieldText::read(std::string_view& s, int64_t& v) { return read_integer(s, v); }
void FieldText::write(std::string& s, uint64_t v) { s += std::to_string(v); }
bool FieldText::read(std::string_view& s, uint64_t& v) { return read_integer(s, v); }

void FieldText::write(std::string& s, double v) { s += to_string(Scalar(v)); }
bool FieldText::read(std::string_view& s, double& v) {
  Scalar n;
  if (!read(s, n) || n.isComplex()) return false;
  v = n.toDouble();
  return true;
}

void FieldText::write(std::string& s, const Scalar& v) { s += to_string(v); }
bool FieldText::read(std::string_view& s, Scalar& v) {
  bool flag = false;
  if (read(s, flag)) {
    v = Scalar(flag);
    return true;
  }
  if (expect(s, "(")) {
    double re = 0, im = 0;
    if (!read(s, re) || !expect(s, ",") || !read(s, im) || !expect(s, ")")) return false;
    v = Scalar(complex<double>(re, im));
    return true;
  }
  const size_t length = s.find_first_not_of("+-.0123456789abcdefinxABCDEFINX");
  const std::string text(s.substr(0, length));
  char* end = nullptr;
  if (text.find_first_not_of("-0123456789") == std::string::npos) {
    int64_t n = 0;
    if (read_integer(s, n)) {
      v = Scalar(n);
      return true;
    }
    uint64_t large = 0;  // beyond int64
    if (!read_integer(s, large)) return false;
    v = Scalar(large);
    return true;
  }
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) return false;
  s.remove_prefix(static_cast<size_t>(end - text.c_str()));
  v = Scalar(number);
  return true;
}

void FieldText::write(std::string& s, ScalarType v) { s += dtype_name(v); }
bool FieldText::read(std::string_view& s, ScalarType& v) {
  // The longest name that fits: "int8" is not a prefix of another, "complex64" is of none.
  for (int i = 0; i <= kNumDtypes; ++i) {
    if (!expect(s, dtype_name(static_cast<ScalarType>(i)))) continue;
    v = static_cast<ScalarType>(i);
    return true;
  }
  return false;
}

void FieldText::write(std::string& s, Device v) { s += v.str(); }
bool FieldText::read(std::string_view& s, Device& v) {
  DeviceType type = kCPU;
  if (expect(s, "cuda")) {
    type = kCUDA;
  } else if (expect(s, "meta")) {
    type = kMeta;
  } else if (!expect(s, "cpu")) {
    return false;
  }
  int64_t index = -1;
  if (expect(s, ":") && (!read(s, index) || index < 0 || index > 127)) return false;
  v = Device(type, static_cast<DeviceIndex>(index));
  return true;
}

void FieldText::write(std::string& s, const DimVector& v) {
  s += '[';
  for (size_t i = 0; i < v.size(); ++i) {
    if (i) s += ", ";
    write(s, v[i]);
  }
  s += ']';
}
bool FieldText::read(std::string_view& s, DimVector& v) {
  v.clear();
  if (!expect(s, "[")) return false;
  if (expect(s, "]")) return true;
  do {
    int64_t n = 0;
    if (!read(s, n)) return false;
    v.push_back(n);
  } while (expect(s, ", "));
  return expect(s, "]");
}

void FieldHash::mix(uint64_t& h, const Scalar& v) {
  mix(h, v.type());
  if (v.isIntegral(/*include_bool=*/true)) return mix(h, v.rounded<int64_t>());
  const complex<double> c = v.toComplexDouble();
  mix(h, c.real_);
  mix(h, c.imag_);
}
void FieldHash::mix(uint64_t& h, Device v) {
  mix(h, v.type());
  mix(h, int64_t{v.index()});
}
void FieldHash::mix(uint64_t& h, const DimVector& v) {
  mix(h, uint64_t{v.size()});
  for (const int64_t n : v) mix(h, n);
}

namespace detail {

std::string_view next_field_name(std::string_view& names) {
  const size_t comma = names.find(", ");
  const std::string_view name = names.substr(0, comma);
  names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 2);
  return name;
}

}  // namespace detail
}  // namespace hearth
