// SPDX-License-Identifier: Apache-2.0
// Arithmetic on numbers from outside: sizes, offsets, windows.
#pragma once

#include "hearth/base/error.h"

namespace hearth {

/// An int64 that knows when a sum or product that led to it did not fit. Formulas on sizes are
/// written in it; get() throws for those that overflowed.
class Checked {
 public:
  constexpr Checked(int64_t value) : value_(value) {}

  friend constexpr Checked operator+(Checked a, Checked b) {
    Checked r(0);
    r.fits_ = !__builtin_add_overflow(a.value_, b.value_, &r.value_) && a.fits_ && b.fits_;
    return r;
  }
  friend constexpr Checked operator-(Checked a, Checked b) {
    Checked r(0);
    r.fits_ = !__builtin_sub_overflow(a.value_, b.value_, &r.value_) && a.fits_ && b.fits_;
    return r;
  }
  friend constexpr Checked operator*(Checked a, Checked b) {
    Checked r(0);
    r.fits_ = !__builtin_mul_overflow(a.value_, b.value_, &r.value_) && a.fits_ && b.fits_;
    return r;
  }
  constexpr Checked& operator+=(Checked b) { return *this = *this + b; }
  constexpr Checked& operator*=(Checked b) { return *this = *this * b; }
  /// Whether it fits and is `value`.
  constexpr bool is(int64_t value) const { return fits_ && value_ == value; }

  constexpr bool fits() const { return fits_; }
  constexpr int64_t value_or(int64_t other) const { return fits_ ? value_ : other; }
  /// The number. `op` and `what` (an argument, with its value) go into the error.
  template <typename... Ts>
  int64_t get(std::string_view op, const Ts&... what) const {
    HEARTH_CHECK_AS(ShapeError, fits_, "[", op, "] ", cat_str(what...),
                    " is too large: a size that follows from it overflows int64");
    return value_;
  }

 private:
  int64_t value_;
  bool fits_ = true;
};

/// n / by rounded up, for n >= 0 and by > 0.
constexpr int64_t ceil_div(int64_t n, int64_t by) { return n / by + (n % by != 0); }

}  // namespace hearth
