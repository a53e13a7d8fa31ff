// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <type_traits>

namespace hearth {

/// A complex number as std::complex<T> keeps it, usable in kernels and constant expressions.
template <typename T>
struct alignas(2 * sizeof(T)) complex {
  using value_type = T;
  T real_ = 0;
  T imag_ = 0;

  complex() = default;
  constexpr complex(T re, T im = 0) : real_(re), imag_(im) {}
  template <typename U>
  requires(!std::is_same_v<T, U>) explicit constexpr complex(const complex<U>& o)
      : real_(static_cast<T>(o.real_)), imag_(static_cast<T>(o.imag_)) {}
  constexpr T real() const { return real_; }
  constexpr T imag() const { return imag_; }
  /// As std::complex<U>.
  template <typename C>
  requires(
      requires(const C& c) {
        typename C::value_type;
        c.imag();
      } &&
      !requires(const C& c) { c.imag_; }) constexpr explicit
  operator C() const {
    return {static_cast<typename C::value_type>(real_), static_cast<typename C::value_type>(imag_)};
  }

  constexpr complex& operator+=(complex o) { return *this = *this + o; }
  constexpr complex& operator-=(complex o) { return *this = *this - o; }
  constexpr complex& operator*=(complex o) { return *this = *this * o; }
  constexpr complex& operator/=(complex o) { return *this = *this / o; }

  friend constexpr complex operator+(complex a, complex b) {
    return {a.real_ + b.real_, a.imag_ + b.imag_};
  }
  friend constexpr complex operator-(complex a, complex b) {
    return {a.real_ - b.real_, a.imag_ - b.imag_};
  }
  friend constexpr complex operator-(complex a) { return {-a.real_, -a.imag_}; }
  friend constexpr complex operator*(complex a, complex b) {
    return {a.real_ * b.real_ - a.imag_ * b.imag_, a.real_ * b.imag_ + a.imag_ * b.real_};
  }
  // Smith's division: no overflow in |b|^2 for large b.
  friend constexpr complex operator/(complex a, complex b) {
    const T re = b.real_ < 0 ? -b.real_ : b.real_;
    const T im = b.imag_ < 0 ? -b.imag_ : b.imag_;
    if (re >= im) {
      // re may be -0, whose square is not.
      if (re == 0 && im == 0) return {a.real_ / (re * re), a.imag_ / (re * re)};
      const T ratio = b.imag_ / b.real_;
      const T scale = T(1) / (b.real_ + b.imag_ * ratio);
      return {(a.real_ + a.imag_ * ratio) * scale, (a.imag_ - a.real_ * ratio) * scale};
    }
    const T ratio = b.real_ / b.imag_;
    const T scale = T(1) / (b.real_ * ratio + b.imag_);
    return {(a.real_ * ratio + a.imag_) * scale, (a.imag_ * ratio - a.real_) * scale};
  }
  friend constexpr bool operator==(complex a, complex b) {
    return a.real_ == b.real_ && a.imag_ == b.imag_;
  }
};

/// "(1,2)", as std::complex prints.
template <typename C, typename Traits, typename T>
std::basic_ostream<C, Traits>& operator<<(std::basic_ostream<C, Traits>& out, complex<T> z) {
  return out << '(' << z.real_ << ',' << z.imag_ << ')';
}

}  // namespace hearth
