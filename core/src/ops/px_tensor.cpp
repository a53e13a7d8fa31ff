// SPDX-License-Identifier: Apache-2.0
// The vocabulary of pointwise.def on tensors.
#include "pointwise/px_tensor.h"

#include <limits>
#include <numbers>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "ops/pointwise_call.h"
#include "pointwise/special_kinds.h"

namespace hearth {
namespace ops {

Tensor select(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return hearth::where(condition, a, b);
}

namespace px {

Tensor zero(const Tensor& x) { return zeros_like(x); }
Tensor conj(const Tensor& x) { return hearth::conj(x); }
Scalar conj(const Scalar& x) {
  if (!x.isComplex()) return x;
  const complex<double> c = x.toComplexDouble();
  return Scalar(complex<double>(c.real_, -c.imag_));
}
Tensor abs(const Tensor& x) { return hearth::abs(x); }
Tensor sign(const Tensor& x) { return hearth::sign(x); }
Tensor sgn(const Tensor& x) {
  const Tensor size = hearth::abs(x), none = size.eq(0);
  return (x / size.masked_fill(none, 1)).masked_fill(none, 0);
}
Tensor exp(const Tensor& x) { return hearth::exp(x); }
Tensor exp2(const Tensor& x) { return hearth::exp2(x); }
Tensor log(const Tensor& x) { return hearth::log(x); }
Tensor log1p(const Tensor& x) { return hearth::log1p(x); }
Tensor sin(const Tensor& x) { return hearth::sin(x); }
Tensor cos(const Tensor& x) { return hearth::cos(x); }
Tensor sinh(const Tensor& x) { return hearth::sinh(x); }
Tensor cosh(const Tensor& x) { return hearth::cosh(x); }
Tensor rsqrt(const Tensor& x) { return hearth::rsqrt(x); }
Tensor acosh_slope(const Tensor& x) {
  return x.is_complex() ? hearth::rsqrt(x - 1) * hearth::rsqrt(x + 1) : hearth::rsqrt(x * x - 1);
}
Tensor sigmoid(const Tensor& x) { return hearth::sigmoid(x); }
Tensor erf(const Tensor& x) { return hearth::erf(x); }
Tensor tanh(const Tensor& x) { return hearth::tanh(x); }
Tensor ge0(const Tensor& x) {
  if (!x.is_complex()) return hearth::ge(x, 0);
  return logical_and(hearth::ge(real(x), 0), eq(imag(x), 0));
}
Tensor isfinite(const Tensor& x) { return hearth::isfinite(x); }
Tensor pow(const Tensor& a, const Tensor& b) { return hearth::pow(a, b); }
Tensor xlogy(const Tensor& a, const Tensor& b) { return hearth::xlogy(a, b); }
Tensor xlog1py(const Tensor& a, const Tensor& b) { return special_xlog1py(a, b); }
Tensor div_floor(const Tensor& a, const Tensor& b) { return hearth::div(a, b, "floor"); }
Tensor div_trunc(const Tensor& a, const Tensor& b) { return hearth::div(a, b, "trunc"); }
Tensor maximum(const Tensor& a, const Scalar& b) { return hearth::clamp_min(a, b); }

Tensor gelu_tanh_slope(const Tensor& x) {
  const double a = 0.7978845608028654, b = 0.044715;
  const Tensor t = hearth::tanh(a * (x + b * x * x * x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * a * (1 + 3 * b * x * x);
}

Tensor smooth_l1_slope(const Tensor& d, const Scalar& beta) {
  return hearth::where(hearth::ge(hearth::abs(d), beta), hearth::sign(d), d / beta);
}

Tensor lgamma(const Tensor& x) { return hearth::lgamma(x); }
Tensor digamma(const Tensor& x) { return hearth::digamma(x); }
Tensor polygamma(const Scalar& n, const Tensor& x) { return hearth::polygamma(x, n); }
Tensor polygamma_slope(const Scalar& n, const Tensor& x) {
  return hearth::polygamma(n.toLong() + 1, x);
}
Tensor zeta(const Tensor& x, const Tensor& q) { return special_zeta(x, q); }
Tensor erfcx(const Tensor& x) { return special_erfcx(x); }
Tensor i0(const Tensor& x) { return hearth::i0(x); }
Tensor i1(const Tensor& x) { return special_i1(x); }
Tensor i1e(const Tensor& x) { return special_i1e(x); }

namespace {

/// f(x), and `there` at 0, so that no derivative of f is asked there.
template <typename F>
Tensor unless_zero(const Tensor& x, double there, const F& f) {
  const Tensor zero = x.eq(0);
  return hearth::where(zero, Scalar(there), f(x.masked_fill(zero, 1)));
}

/// Quotients whose terms cancel near 0, and derivatives of quotients still more: near(x) where
/// |x| < reach, else far(x), each asked only of its own.
template <typename Near, typename Far>
Tensor near_or_far(const Tensor& x, double reach, const Near& near, const Far& far) {
  const Tensor small = hearth::lt(hearth::abs(x), reach);
  return hearth::where(small, near(hearth::where(small, x, zeros_like(x))),
                       far(x.masked_fill(small, 1)));
}

/// 1 + r(1) s + r(1) r(2) s^2 + ...: ten terms are exact in double for the small s it is asked of.
template <typename Ratio>
Tensor series(const Tensor& s, const Ratio& r) {
  Tensor sum = ones_like(s);
  for (int k = 10; k > 0; --k) sum = 1 + s * r(k) * sum;
  return sum;
}

/// (J0 - J1 / x) or, with the other sign, I0 - I1 / x: half the sum of
/// (2k + 1) (sign x^2 / 4)^k / (k! (k + 1)!).
Tensor first_order_slope(const Tensor& x, double sign) {
  return 0.5 * series(x * x * (sign / 4),
                      [](double k) { return (2 * k + 1) / ((2 * k - 1) * k * (k + 1)); });
}

Tensor bessel_of(const Tensor& x, Bessel kind) {
  return call(Op::bessel, with(static_cast<int64_t>(kind)), x);
}

}  // namespace

Tensor i1_slope(const Tensor& x) {
  return near_or_far(
      x, 1, [](const Tensor& t) { return first_order_slope(t, 1); },
      [](const Tensor& t) { return hearth::i0(t) - i1(t) / t; });
}
Tensor i1e_slope(const Tensor& x) {
  return near_or_far(
      x, 1,
      [](const Tensor& t) {
        return hearth::exp(-hearth::abs(t)) * first_order_slope(t, 1) - hearth::sign(t) * i1e(t);
      },
      [](const Tensor& t) {
        return special_i0e(t) - i1e(t) * (hearth::sign(t) + hearth::reciprocal(t));
      });
}
Tensor bessel_slope(const Tensor& x, const Scalar& kind) {
  switch (static_cast<Bessel>(kind.toLong())) {
    case Bessel::j0:
      return -bessel_of(x, Bessel::j1);
    case Bessel::j1:
      return near_or_far(
          x, 1, [](const Tensor& t) { return first_order_slope(t, -1); },
          [](const Tensor& t) { return bessel_of(t, Bessel::j0) - bessel_of(t, Bessel::j1) / t; });
    case Bessel::y0:
      return -bessel_of(x, Bessel::y1);
    case Bessel::y1:
      return unless_zero(x, std::numeric_limits<double>::infinity(), [](const Tensor& t) {
        return bessel_of(t, Bessel::y0) - bessel_of(t, Bessel::y1) / t;
      });
    case Bessel::k0:
      return -bessel_of(x, Bessel::k1);
    default:
      return -bessel_of(x, Bessel::k0) - bessel_of(x, Bessel::k1) / x;
  }
}
Tensor sinc_slope(const Tensor& x) {
  const double pi = std::numbers::pi;
  return near_or_far(
      x, 0.5,
      // The sum of (-1)^k 2k (pi x)^(2k) / (2k + 1)! / x, from k = 1.
      [pi](const Tensor& t) {
        return t * (-pi * pi / 3) *
               series(t * t * (-pi * pi), [](double k) { return 1 / (2 * k * (2 * k + 3)); });
      },
      [pi](const Tensor& t) {
        const Tensor p = t * pi;
        return (hearth::cos(p) - hearth::sin(p) / p) / t;
      });
}
Tensor frexp_exponent(const Tensor& x) { return call(Op::frexp_exponent, {}, x.detach()); }

}  // namespace px

namespace {

/// The exponential is of negative elements only: elsewhere it may be infinite, and its derivative
/// 0 * inf. At 0 the slope's own is 0, as PyTorch's.
Tensor elu_slope(const Tensor& g, const Tensor& x, const Pointwise& f) {
  const Tensor below = x.masked_fill(x.ge(0), 0);
  return hearth::where(x.gt(0), g * f.p1, g * f.p0 * f.p1 * f.p2 * hearth::exp(f.p2 * below));
}

/// Above 0 the density over the distribution function, since erfcx overflows there soon.
Tensor log_ndtr_slope(const Tensor& g, const Tensor& x) {
  const double root_half = 1 / std::numbers::sqrt2;
  const double root_2_over_pi = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  const Tensor high = x.gt(0), z = x.masked_fill(high, 0) * -root_half;
  const Tensor t = hearth::where(high, x, zeros_like(x));
  return g * root_2_over_pi *
         hearth::where(high, hearth::exp(-0.5 * t * t) / (1 + hearth::erf(t * root_half)),
                       hearth::reciprocal(special_erfcx(z)));
}

}  // namespace

Tensor recorded_derivative(PointwiseOp op, const Tensor* slots, const Pointwise& fields) {
  switch (op) {
    case PointwiseOp::elu:
      return elu_slope(slots[0], slots[1], fields);
    case PointwiseOp::special_log_ndtr:
      return log_ndtr_slope(slots[0], slots[1]);
    default:
      return {};
  }
}

}  // namespace ops
}  // namespace hearth
