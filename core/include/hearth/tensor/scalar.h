// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "hearth/base/complex.h"
#include "hearth/base/dtype.h"
#include "hearth/base/macros.h"

namespace hearth {

class Scalar;

namespace detail {
[[noreturn]] HEARTH_API void throw_conversion(const Scalar& value, ScalarType to);
/// Integers, and enums that convert to them.
template <typename T>
concept IntegerLike = (std::integral<T> && !std::same_as<T, bool>) ||
                      (std::is_enum_v<T> && std::is_convertible_v<T, int64_t>);

/// Whether T lacks a value for `v`, as c10::overflows says: an unsigned type takes the negative
/// integers whose size it could hold, a floating one infinity and NaN.
template <typename T, typename V>
constexpr bool overflows(V v) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::integral<T> && std::integral<V>) {
    constexpr auto most = static_cast<uint64_t>(Limits::max());
    if (std::cmp_greater_equal(v, 0)) return static_cast<uint64_t>(v) > most;
    if (std::is_signed_v<T>) return static_cast<int64_t>(v) < static_cast<int64_t>(Limits::min());
    return 0 - static_cast<uint64_t>(v) > most;
  } else if constexpr (std::integral<T>) {
    constexpr double end = static_cast<double>(Limits::max() / 2 + 1) * 2;  // exact, as max isn't
    return !(v >= static_cast<double>(Limits::min()) && v < end);
  } else {
    constexpr double most = std::same_as<T, Half>       ? 65504
                            : std::same_as<T, BFloat16> ? 0x1.FEp127
                                                        : static_cast<double>(Limits::max());
    const auto d = static_cast<double>(v);
    return (d > most || d < -most) && d - d == 0;
  }
}
}  // namespace detail

/// A number of kind bool, integer, floating or complex, as written in the program. Ops keep it as
/// a field, so `half_tensor * 2.0` stays half and allocates nothing.
class Scalar {
 public:
  Scalar() : Scalar(int64_t{0}) {}
  /// Exactly bool: what only converts to it, as pointers do, is no number.
  template <std::same_as<bool> T>
  Scalar(T v) : kind_(Kind::Bool) {
    value_.i = v;
  }
  template <detail::IntegerLike T>
  Scalar(T v) : kind_(Kind::Int) {
    value_.i = static_cast<int64_t>(v);
    if constexpr (std::unsigned_integral<T> && sizeof(T) == sizeof(int64_t))
      if (value_.i < 0) kind_ = Kind::UInt;
  }
  Scalar(float v) : Scalar(static_cast<double>(v)) {}
  Scalar(double v) : kind_(Kind::Double) { value_.d = {v, 0.0}; }
  Scalar(Half v) : Scalar(static_cast<double>(static_cast<float>(v))) {}
  Scalar(BFloat16 v) : Scalar(static_cast<double>(static_cast<float>(v))) {}
  Scalar(complex<double> v) : kind_(Kind::Complex) { value_.d = {v.real_, v.imag_}; }
  Scalar(complex<float> v) : Scalar(complex<double>(v)) {}

  bool isBoolean() const { return kind_ == Kind::Bool; }
  bool isIntegral(bool include_bool) const {
    return is_int() && (include_bool || kind_ != Kind::Bool);
  }
  bool isFloatingPoint() const { return kind_ == Kind::Double; }
  bool isComplex() const { return kind_ == Kind::Complex; }

  /// The value as T. A fraction is cut off, as C++ does; what T does not hold, be it too large or
  /// an imaginary part other than zero, throws ValueError, unless T is bool.
  template <typename T>
  T to() const {
    if (overflows<T>()) refuse<T>();
    return rounded<T>();
  }
  /// The number as T without that check: too large, it wraps around or is infinite.
  template <typename T>
  T rounded() const {
    if constexpr (requires { typename T::value_type; }) {
      return is_int() ? T(whole<typename T::value_type>())
                      : T(static_cast<typename T::value_type>(value_.d.re),
                          static_cast<typename T::value_type>(value_.d.im));
    } else if constexpr (std::same_as<T, bool>) {
      return is_int() ? value_.i != 0 : (value_.d.re != 0 || value_.d.im != 0);
    } else {
      if (isComplex() && value_.d.im != 0) refuse<T>();
      if constexpr (std::same_as<T, Half> || std::same_as<T, BFloat16>) {
        return T(static_cast<float>(is_int() ? whole<double>() : value_.d.re));
      } else {
        return is_int() ? whole<T>() : static_cast<T>(value_.d.re);
      }
    }
  }
  /// Whether to<T>() throws because T has no such number.
  template <typename T>
  bool overflows() const {
    if constexpr (requires { typename T::value_type; }) {
      using R = typename T::value_type;
      return !is_int() && (detail::overflows<R>(value_.d.re) || detail::overflows<R>(value_.d.im));
    } else if constexpr (std::same_as<T, bool> || std::same_as<T, double>) {
      return false;
    } else {
      return kind_ == Kind::UInt ? detail::overflows<T>(static_cast<uint64_t>(value_.i))
             : is_int()          ? detail::overflows<T>(value_.i)
                                 : detail::overflows<T>(value_.d.re);
    }
  }
  double toDouble() const { return to<double>(); }
  float toFloat() const { return to<float>(); }
  int64_t toLong() const { return to<int64_t>(); }
  int toInt() const { return to<int>(); }
  int16_t toShort() const { return to<int16_t>(); }
  int8_t toChar() const { return to<int8_t>(); }
  uint8_t toByte() const { return to<uint8_t>(); }
  Half toHalf() const { return to<Half>(); }
  BFloat16 toBFloat16() const { return to<BFloat16>(); }
  bool toBool() const { return to<bool>(); }
  complex<float> toComplexFloat() const { return to<complex<float>>(); }
  complex<double> toComplexDouble() const { return to<complex<double>>(); }

  /// Bool, Long, Double or ComplexDouble; UInt64 of what is beyond int64.
  ScalarType type() const {
    return kind_ == Kind::Bool     ? kBool
           : kind_ == Kind::Int    ? kLong
           : kind_ == Kind::UInt   ? kUInt64
           : kind_ == Kind::Double ? kDouble
                                   : kComplexDouble;
  }
  Scalar operator-() const {
    if (is_int()) return Scalar(-value_.i);
    return kind_ == Kind::Double ? Scalar(-value_.d.re)
                                 : Scalar(complex<double>(-value_.d.re, -value_.d.im));
  }
  Scalar conj() const {
    return isComplex() ? Scalar(complex<double>(value_.d.re, -value_.d.im)) : *this;
  }
  bool equal(double v) const { return !isComplex() && toDouble() == v; }
  friend bool operator==(const Scalar& a, const Scalar& b) {
    if (a.kind_ != b.kind_) return false;
    return a.is_int() ? a.value_.i == b.value_.i
                      : a.value_.d.re == b.value_.d.re && a.value_.d.im == b.value_.d.im;
  }

 private:
  enum class Kind : uint8_t { Bool, Int, UInt, Double, Complex };
  bool is_int() const { return kind_ <= Kind::UInt; }
  template <typename T>
  T whole() const {
    return kind_ == Kind::UInt ? static_cast<T>(static_cast<uint64_t>(value_.i))
                               : static_cast<T>(value_.i);
  }
  template <typename T>
  [[noreturn]] void refuse() const {
    if constexpr (requires { CppTypeToScalarType<T>::value; }) {
      detail::throw_conversion(*this, dtype_of<T>);
    } else {
      detail::throw_conversion(*this, ScalarType::Undefined);
    }
  }
  union {
    int64_t i;
    struct {
      double re, im;
    } d;
  } value_;
  Kind kind_;
};

/// "3", "0.5", "true", "(1,2)"; enough digits to read the same value back.
HEARTH_API std::string to_string(const Scalar& s);
HEARTH_API std::ostream& operator<<(std::ostream& out, const Scalar& s);

}  // namespace hearth
