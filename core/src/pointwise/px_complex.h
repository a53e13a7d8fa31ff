// SPDX-License-Identifier: Apache-2.0
// The vocabulary of pointwise.def for one complex element: values on branch cuts, at zeros of
// either sign, infinities and NaN are those of C's complex functions. Scalar code, out of line,
// because it branches; float is computed in double, which neither overflows nor cancels where float
// would. Included by pointwise/px_element.h. Kernel header.
#pragma once

namespace HEARTH_ELEMENT_NAMESPACE {
namespace {
namespace px {

using C128 = complex<double>;

// Parts of a complex number are unbounded angles.
HEARTH_ELEMENT_FN double sin_any(double x) { return vmath::sin(vmath::wrap_angle(x)); }
HEARTH_ELEMENT_FN double cos_any(double x) { return vmath::cos(vmath::wrap_angle(x)); }
HEARTH_ELEMENT_FN bool isnan(double x) { return x != x; }
HEARTH_ELEMENT_FN bool isnan(C128 x) { return isnan(x.real_) || isnan(x.imag_); }
HEARTH_ELEMENT_FN double with_sign(double size, double sign) { return vmath::copysign(size, sign); }
HEARTH_ELEMENT_FN double nan() { return vmath::inf(0.0) - vmath::inf(0.0); }
/// i times the conjugate: exchanges the functions of the circle and of the hyperbola.
HEARTH_ELEMENT_FN C128 swap(C128 x) { return {x.imag_, x.real_}; }
/// The angle of a number with infinite parts.
HEARTH_ELEMENT_FN double far_angle(double y, double x) {
  const double a = isfinite(y) ? with_sign(0, y) : isnan(y) ? y : with_sign(1, y);
  const double b = isfinite(x) ? with_sign(0, x) : isnan(x) ? x : with_sign(1, x);
  return vmath::atan2(a, b);
}

HEARTH_ELEMENT_SLOW C128 sqrt(C128 z) {
  const double x = z.real_, y = z.imag_;
  if (isinf(y)) return {px::abs(y), y};
  if (isinf(x)) {
    const double rest = isnan(y) ? y : 0;
    return x > 0 ? C128(x, with_sign(rest, y)) : C128(rest, with_sign(x, y));
  }
  if (x == 0 && y == 0) return {0, y};
  const double size = maximum(px::abs(x), px::abs(y));
  // By an even power of two into a range where sums of squares are exact enough and finite.
  const double scale = size > 0x1p500 ? 0x1p-600 : (size < 0x1p-500 ? 0x1p600 : 1.0);
  const double root = scale < 1 ? 0x1p300 : (scale > 1 ? 0x1p-300 : 1.0);
  const double a = x * scale, b = y * scale;
  const double large = vmath::sqrt(0.5 * (px::abs(a) + vmath::hypot(a, b)));
  const double small = px::abs(b) / (2 * large);
  return x >= 0 ? C128(large * root, with_sign(small * root, y))
                : C128(small * root, with_sign(large * root, y));
}

/// log |z|.
HEARTH_ELEMENT_FN double log_abs(C128 z) {
  const double a = px::abs(z.real_), b = px::abs(z.imag_);
  if (isinf(z)) return vmath::inf(0.0);
  const double x = maximum(a, b), y = minimum(a, b);
  if (x > 0.5 && x < 1.5) {
    // x^2 + y^2 - 1 nearly exactly: around 1 the logarithm is as small as that.
    const double xx = x * x, yy = y * y;
    const double rest = vmath::fma(x, x, -xx) + vmath::fma(y, y, -yy);
    return 0.5 * vmath::log1p((xx - 1) + yy + rest);
  }
  if (x > 0x1p1000)
    return vmath::log(vmath::hypot(x * 0x1p-60, y * 0x1p-60)) + 60 * 0.6931471805599453;
  if (x < 0x1p-1000)
    return vmath::log(vmath::hypot(x * 0x1p60, y * 0x1p60)) - 60 * 0.6931471805599453;
  return vmath::log(vmath::hypot(x, y));
}
HEARTH_ELEMENT_SLOW C128 log(C128 z) { return {log_abs(z), vmath::atan2(z.imag_, z.real_)}; }
HEARTH_ELEMENT_FN C128 log2(C128 z) {
  const C128 l = log(z);
  return {l.real_ * 1.4426950408889634, l.imag_ * 1.4426950408889634};
}
HEARTH_ELEMENT_FN C128 log10(C128 z) {
  const C128 l = log(z);
  return {l.real_ * 0.4342944819032518, l.imag_ * 0.4342944819032518};
}
HEARTH_ELEMENT_SLOW C128 log1p(C128 z) {
  const double x = z.real_, y = z.imag_, angle = vmath::atan2(y, x + 1);
  if (vmath::hypot(x, y) >= 0.5 || isnan(z)) return {log_abs({x + 1, y}), angle};
  const double r = x * (2 + x) + y * y;
  return {r == 0 ? x : 0.5 * vmath::log1p(r), angle};
}

/// r, which is an exponential of x, at the angle y.
HEARTH_ELEMENT_SLOW C128 turned(double r, double x, double y) {
  if (y == 0) return {r, y};
  if (isinf(x) && !isfinite(y)) return x > 0 ? C128(x, nan()) : C128(0, with_sign(0, y));
  return {r * cos_any(y), r * sin_any(y)};
}
HEARTH_ELEMENT_SLOW C128 exp_any(C128 z) { return turned(vmath::exp(z.real_), z.real_, z.imag_); }
HEARTH_ELEMENT_SLOW C128 exp2(C128 z) {
  return turned(vmath::exp2(z.real_), z.real_, z.imag_ * 0.6931471805599453);
}
HEARTH_ELEMENT_SLOW C128 expm1(C128 z) {
  const double x = z.real_, y = z.imag_, s = sin_any(y * 0.5);
  return {vmath::expm1(x) * cos_any(y) - 2 * s * s, vmath::exp(x) * sin_any(y)};
}

HEARTH_ELEMENT_SLOW C128 sinh(C128 z) {
  const double x = z.real_, y = z.imag_;
  const double im = y == 0 ? y : vmath::cosh(x) * sin_any(y);
  // 0 and infinity keep their size when the angle is undefined.
  if (!isfinite(y) && x == 0) return {x, im};
  if (!isfinite(y) && isinf(x)) return {px::abs(x), im};
  return {vmath::sinh(x) * cos_any(y), im};
}
HEARTH_ELEMENT_SLOW C128 cosh(C128 z) {
  const double x = z.real_, y = z.imag_;
  if (y == 0) return {vmath::cosh(x), isnan(x) ? y : with_sign(1, x) * y};
  if (!isfinite(y) && x == 0) return {nan(), 0};
  if (!isfinite(y) && isinf(x)) return {px::abs(x), nan()};
  return {vmath::cosh(x) * cos_any(y), vmath::sinh(x) * sin_any(y)};
}
HEARTH_ELEMENT_SLOW C128 tanh(C128 z) {
  const double x = z.real_, y = z.imag_;
  if (y == 0) return {vmath::tanh(x), y};
  if (isinf(x) && !isfinite(y)) return {with_sign(1, x), with_sign(0, y)};
  const double s = sin_any(y), c = cos_any(y);
  if (px::abs(x) > 22 && isfinite(y))
    return {with_sign(1, x), 4 * s * c * vmath::exp(-2 * px::abs(x))};
  const double h = vmath::sinh(x), d = h * h + c * c;
  return {x == 0 ? x : h * vmath::cosh(x) / d, s * c / d};
}
HEARTH_ELEMENT_FN C128 sin(C128 z) { return swap(sinh(swap(z))); }
HEARTH_ELEMENT_FN C128 cos(C128 z) { return cosh({-z.imag_, z.real_}); }
HEARTH_ELEMENT_FN C128 tan(C128 z) { return swap(tanh(swap(z))); }

// Kahan, "Branch cuts for complex elementary functions".
HEARTH_ELEMENT_SLOW C128 asin(C128 z) {
  const double x = z.real_, y = z.imag_;
  if (isinf(z))
    return {with_sign(far_angle(px::abs(x), px::abs(y)), x), with_sign(vmath::inf(0.0), y)};
  if (isnan(z)) return {x == 0 ? x : nan(), nan()};
  const C128 a = sqrt(C128(1 - x, -y)), b = sqrt(C128(1 + x, y));
  return {vmath::atan2(x, a.real_ * b.real_ - a.imag_ * b.imag_),
          vmath::asinh(a.real_ * b.imag_ - a.imag_ * b.real_)};
}
HEARTH_ELEMENT_SLOW C128 acos(C128 z) {
  const double x = z.real_, y = z.imag_;
  if (isinf(z)) return {far_angle(px::abs(y), x), with_sign(vmath::inf(0.0), -y)};
  if (isnan(z)) return {x == 0 ? 1.5707963267948966 : nan(), nan()};
  const C128 a = sqrt(C128(1 - x, -y)), b = sqrt(C128(1 + x, y));
  return {2 * vmath::atan2(a.real_, b.real_), vmath::asinh(b.real_ * a.imag_ - b.imag_ * a.real_)};
}
HEARTH_ELEMENT_FN C128 asinh(C128 z) { return swap(asin(swap(z))); }
HEARTH_ELEMENT_FN C128 acosh(C128 z) {
  const C128 a = acos(z);
  return {px::abs(a.imag_), with_sign(a.real_, z.imag_)};
}
HEARTH_ELEMENT_SLOW C128 atanh(C128 z) {
  const double x = z.real_, y = z.imag_, a = px::abs(x), b = px::abs(y);
  if (y == 0 && a <= 1) return {vmath::atanh(x), y};
  if (x == 0) return {x, vmath::atan(y)};
  const double quarter = 1.5707963267948966;
  if (isinf(y)) return {with_sign(0, x), with_sign(quarter, y)};
  if (isinf(x)) return {with_sign(0, x), isnan(y) ? y : with_sign(quarter, y)};
  if (isnan(z)) return {nan(), nan()};
  if (a > 0x1p54 || b > 0x1p54) {
    // The real part of 1 / z.
    const double re = a >= b ? 1 / (a + b * (b / a)) : (a / b) / (b + a * (a / b));
    return {with_sign(re, x), with_sign(quarter, y)};
  }
  const double far = (a - 1) * (a - 1) + b * b;
  // Right above and below 1, where b^2 may vanish.
  const double re = a == 1 && b < 0x1p-500 ? 0.5 * (0.6931471805599453 - vmath::log(b))
                                           : 0.25 * vmath::log1p(4 * a / far);
  const double im =
      a == 1 ? 0.5 * vmath::atan2(2.0, -b) : 0.5 * vmath::atan2(2 * b, (1 - a) * (1 + a) - b * b);
  return {with_sign(re, x), with_sign(im, y)};
}
HEARTH_ELEMENT_FN C128 atan(C128 z) { return swap(atanh(swap(z))); }

HEARTH_ELEMENT_FN C128 sigmoid(C128 z) { return C128(1) / (C128(1) + exp_any(-z)); }
HEARTH_ELEMENT_FN C128 rsqrt(C128 z) { return C128(1) / sqrt(z); }
HEARTH_ELEMENT_SLOW C128 pow(C128 a, C128 b) {
  return b == C128(0) ? C128(1) : exp_any(b * log(a));
}

/// By the size of the real parts, so that the larger exponential is never taken.
HEARTH_ELEMENT_SLOW C128 logaddexp(C128 a, C128 b) {
  if (isnan(a) || isnan(b)) return {nan(), nan()};
  const bool first = a.real_ >= b.real_;
  const C128 high = first ? a : b, low = first ? b : a;
  if (isinf(high.real_) && high.real_ == low.real_)
    return high.real_ < 0 ? low : log1p(exp_any(low) + exp_any(high));
  return log1p(exp_any(low - high)) + high;
}

/// The derivative of acosh, in every quadrant.
HEARTH_ELEMENT_FN C128 acosh_slope(C128 z) { return rsqrt(z + C128(-1)) * rsqrt(z + C128(1)); }

#define HEARTH_PX_IN_DOUBLE(name)                             \
  HEARTH_ELEMENT_SLOW complex<float> name(complex<float> z) { \
    return complex<float>(name(C128(z)));                     \
  }
HEARTH_PX_IN_DOUBLE(sqrt)
HEARTH_PX_IN_DOUBLE(rsqrt)
HEARTH_PX_IN_DOUBLE(log)
HEARTH_PX_IN_DOUBLE(log2)
HEARTH_PX_IN_DOUBLE(log10)
HEARTH_PX_IN_DOUBLE(log1p)
HEARTH_PX_IN_DOUBLE(exp2)
HEARTH_PX_IN_DOUBLE(expm1)
HEARTH_PX_IN_DOUBLE(sin)
HEARTH_PX_IN_DOUBLE(cos)
HEARTH_PX_IN_DOUBLE(tan)
HEARTH_PX_IN_DOUBLE(sinh)
HEARTH_PX_IN_DOUBLE(cosh)
HEARTH_PX_IN_DOUBLE(tanh)
HEARTH_PX_IN_DOUBLE(asin)
HEARTH_PX_IN_DOUBLE(acos)
HEARTH_PX_IN_DOUBLE(atan)
HEARTH_PX_IN_DOUBLE(asinh)
HEARTH_PX_IN_DOUBLE(acosh)
HEARTH_PX_IN_DOUBLE(acosh_slope)
HEARTH_PX_IN_DOUBLE(atanh)
HEARTH_PX_IN_DOUBLE(sigmoid)
#undef HEARTH_PX_IN_DOUBLE
HEARTH_ELEMENT_SLOW complex<float> pow(complex<float> a, complex<float> b) {
  return complex<float>(pow(C128(a), C128(b)));
}
HEARTH_ELEMENT_SLOW complex<float> logaddexp(complex<float> a, complex<float> b) {
  return complex<float>(logaddexp(C128(a), C128(b)));
}

}  // namespace px
}  // namespace
}  // namespace HEARTH_ELEMENT_NAMESPACE
