// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cpu/vmath_kernels.h"

namespace hearth::cpu {
namespace {

long double erfcx_reference(long double x) {
  if (x < 50) return std::exp(x * x) * std::erfc(x);
  const long double z = 1 / (x * x);
  return (1 + z * (-0.5L + z * (0.75L + z * (-1.875L + z * 6.5625L)))) /
         (x * std::sqrt(std::numbers::pi_v<long double>));
}
long double rsqrt_reference(long double x) { return 1 / std::sqrt(x); }
long double sigmoid_reference(long double x) { return 1 / (1 + std::exp(-x)); }

template <class T>
struct Unary {
  const char* name;
  void (*VmathFunctions<T>::*run)(const T*, T*, int64_t);
  long double (*reference)(long double);
  double float_ulp, double_ulp;
};
using LongDouble = long double (*)(long double);

#define HEARTH_CASE(name, float_ulp, double_ulp)                                         \
  {                                                                                      \
#name, &VmathFunctions < T> ::name, static_cast < LongDouble>(std::name), float_ulp, \
        double_ulp                                                                       \
  }
template <class T>
std::vector<Unary<T>> unary_cases() {
  return {
      HEARTH_CASE(exp, 1.0, 1.0),
      HEARTH_CASE(exp2, 1.0, 1.2),
      HEARTH_CASE(expm1, 2.0, 2.0),
      HEARTH_CASE(log, 1.0, 1.0),
      HEARTH_CASE(log2, 1.0, 1.0),
      HEARTH_CASE(log10, 1.0, 1.0),
      HEARTH_CASE(log1p, 2.0, 2.0),
      HEARTH_CASE(sin, 1.3, 1.0),
      HEARTH_CASE(cos, 1.3, 1.0),
      HEARTH_CASE(tan, 1.0, 2.5),
      HEARTH_CASE(asin, 1.0, 2.5),
      HEARTH_CASE(acos, 1.0, 2.0),
      HEARTH_CASE(atan, 1.0, 2.0),
      HEARTH_CASE(sinh, 1.0, 2.5),
      HEARTH_CASE(cosh, 1.0, 2.5),
      HEARTH_CASE(tanh, 3.0, 3.0),
      HEARTH_CASE(asinh, 1.0, 3.0),
      HEARTH_CASE(acosh, 1.0, 3.0),
      HEARTH_CASE(atanh, 1.0, 3.0),
      HEARTH_CASE(erf, 3.0, 3.0),
      HEARTH_CASE(erfc, 1.0, 6.0),
      {"sigmoid", &VmathFunctions<T>::sigmoid, sigmoid_reference, 2.5, 2.5},
      {"erfcx", &VmathFunctions<T>::erfcx, erfcx_reference, 1.0, 6.0},
      {"rsqrt", &VmathFunctions<T>::rsqrt, rsqrt_reference, 1.5, 1.5},
  };
}
#undef HEARTH_CASE

/// The distance in units of the last place of T at the reference.
template <class T>
double ulps(T got, long double want) {
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) && std::isnan(got) ? 0 : 1e30;
  const T rounded = static_cast<T>(want);
  if (std::isinf(rounded) || std::isinf(got)) {
    if (got == rounded) return 0;
    // One past the largest number is one step away.
    const T largest = std::numeric_limits<T>::max();
    return std::abs(got) >= largest && std::abs(rounded) >= largest &&
                   std::signbit(got) == std::signbit(rounded)
               ? 1
               : 1e30;
  }
  if (rounded == 0 && got == 0) return std::signbit(rounded) == std::signbit(got) ? 0 : 1e30;
  int exponent;
  std::frexp(rounded, &exponent);
  exponent = std::max(exponent, std::numeric_limits<T>::min_exponent);
  const long double ulp = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
  return static_cast<double>(std::abs(static_cast<long double>(got) - want) / ulp);
}

template <class T>
std::vector<T> special_values() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values = {0,
                           1,
                           2,
                           3,
                           10,
                           100,
                           1000,
                           static_cast<T>(0.5),
                           static_cast<T>(0.25),
                           static_cast<T>(1.5),
                           static_cast<T>(2.5),
                           static_cast<T>(88.72),
                           static_cast<T>(88.73),
                           static_cast<T>(709.78),
                           static_cast<T>(709.79),
                           static_cast<T>(710.47),
                           static_cast<T>(745.1),
                           static_cast<T>(1e10),
                           static_cast<T>(1e15),
                           static_cast<T>(1e30),
                           Limits::min(),
                           Limits::denorm_min(),
                           3 * Limits::denorm_min(),
                           Limits::max(),
                           Limits::infinity(),
                           Limits::quiet_NaN(),
                           Limits::epsilon(),
                           1 + Limits::epsilon(),
                           1 - Limits::epsilon() / 2};
  for (int k = 1; k < 40; ++k) {
    values.push_back(static_cast<T>(k * 3.14159265358979323846L / 4));
    values.push_back(static_cast<T>(std::ldexp(1.0L, 3 * k)));
    values.push_back(static_cast<T>(std::ldexp(1.0L, -3 * k)));
  }
  for (size_t i = values.size(); i-- > 0;) values.push_back(-values[i]);
  return values;
}

template <class T>
std::vector<T> inputs() {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  std::vector<T> values = special_values<T>();
  std::mt19937_64 rng(3);
  for (int i = 0; i < 6000; ++i) values.push_back(std::bit_cast<T>(static_cast<Bits>(rng())));
  for (const double range : {1e-3, 0.7, 1.0, 1.5, 6.0, 30.0, 110.0, 760.0, 1e5, 1e9}) {
    std::uniform_real_distribution<double> uniform(-range, range);
    for (int i = 0; i < 3000; ++i) values.push_back(static_cast<T>(uniform(rng)));
  }
  return values;
}

long double pow_reference(double x, double y) {
  // The x87 powl of glibc 2.36 gives pow(-inf, -2^63) as infinity.
  if (x == 0 || std::isinf(x)) return std::pow(x, y);
  return std::pow(static_cast<long double>(x), static_cast<long double>(y));
}

std::vector<Isa> available() {
  std::vector<Isa> levels;
  for (const Isa isa : {Isa::Base, Isa::V2, Isa::V3, Isa::V4})
    if (isa_available(isa)) levels.push_back(isa);
  return levels;
}

const VmathFunctions<float>& functions(Isa isa, float) { return vmath(isa).f32; }
const VmathFunctions<double>& functions(Isa isa, double) { return vmath(isa).f64; }

template <class T>
class Vmath : public ::testing::Test {};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Vmath, Types);

TYPED_TEST(Vmath, UnaryFunctionsAreAccurate) {
  using T = TypeParam;
  const std::vector<T> x = inputs<T>();
  std::vector<T> y(x.size());
  for (const auto& c : unary_cases<T>()) {
    std::vector<long double> want;
    for (const T v : x) want.push_back(c.reference(v));
    for (const Isa isa : available()) {
      (functions(isa, T()).*c.run)(x.data(), y.data(), static_cast<int64_t>(x.size()));
      double worst = 0;
      size_t at = 0;
      for (size_t i = 0; i < x.size(); ++i) {
        double e = ulps(y[i], want[i]);
        // Larger angles are rounded once after they have been brought within [-pi, pi].
        const bool trig = c.run == &VmathFunctions<T>::sin || c.run == &VmathFunctions<T>::cos ||
                          c.run == &VmathFunctions<T>::tan;
        if (trig && std::abs(x[i]) > T(0x1p45) && std::isfinite(y[i])) {
          const long double slope = c.run == &VmathFunctions<T>::tan ? 1 + want[i] * want[i] : 1.0L;
          e = static_cast<double>(std::abs(y[i] - want[i]) / std::numeric_limits<T>::epsilon() /
                                  slope / 4);
        }
        if (e > worst) worst = e, at = i;
      }
      EXPECT_LE(worst, sizeof(T) == 4 ? c.float_ulp : c.double_ulp)
          << c.name << " at " << x[at] << " gives " << y[at] << ", expected " << want[at]
          << ", level " << static_cast<int>(isa);
      this->RecordProperty(std::string(c.name) + "_ulp_" + std::to_string(static_cast<int>(isa)),
                           std::to_string(worst));
    }
  }
}

TYPED_TEST(Vmath, BinaryFunctionsAreAccurate) {
  using T = TypeParam;
  std::vector<T> a, b;
  const std::vector<T> special = special_values<T>();
  for (const T u : special)
    for (const T v : special) a.push_back(u), b.push_back(v);
  std::mt19937_64 rng(5);
  auto uniform = [&](double lo, double hi) {
    return static_cast<T>(std::uniform_real_distribution<double>(lo, hi)(rng));
  };
  for (int i = 0; i < 20000; ++i) {
    a.push_back(static_cast<T>(std::exp2(uniform(-30, 30)) * (i % 4 ? 1 : -1)));
    b.push_back(i % 2 ? uniform(-20, 20) : std::rint(uniform(-40, 40)));
    a.push_back(uniform(0.9, 1.1));
    b.push_back(uniform(-5000, 5000));
    a.push_back(uniform(-3, 3));
    b.push_back(uniform(-3, 3));
  }
  std::vector<T> y(a.size());
  for (const Isa isa : available()) {
    functions(isa, T()).pow(a.data(), b.data(), y.data(), static_cast<int64_t>(a.size()));
    for (size_t i = 0; i < a.size(); ++i) {
      const long double want = pow_reference(a[i], b[i]);
      ASSERT_LE(ulps(y[i], want), 1.5)
          << "pow(" << a[i] << ", " << b[i] << ") gives " << y[i] << ", expected " << want
          << ", level " << static_cast<int>(isa);
    }
    functions(isa, T()).atan2(a.data(), b.data(), y.data(), static_cast<int64_t>(a.size()));
    for (size_t i = 0; i < a.size(); ++i) {
      const long double want =
          std::atan2(static_cast<long double>(a[i]), static_cast<long double>(b[i]));
      ASSERT_LE(ulps(y[i], want), 2.5)
          << "atan2(" << a[i] << ", " << b[i] << ") gives " << y[i] << ", expected " << want
          << ", level " << static_cast<int>(isa);
    }
  }
}

TYPED_TEST(Vmath, TailsEqualTheVectorBody) {
  using T = TypeParam;
  std::mt19937_64 rng(11);
  std::uniform_real_distribution<double> uniform(0, 4);
  std::vector<T> x(67), whole(67), part(67);
  for (T& v : x) v = static_cast<T>(uniform(rng));
  for (const Isa isa : available()) {
    const auto& table = functions(isa, T());
    for (const auto& c : unary_cases<T>()) {
      (table.*c.run)(x.data(), whole.data(), 67);
      for (int64_t n = 1; n <= 67; ++n) {
        // From the back, so that every element is once in a tail.
        (table.*c.run)(x.data() + 67 - n, part.data(), n);
        for (int64_t i = 0; i < n; ++i) {
          const T want = whole[static_cast<size_t>(67 - n + i)], got = part[static_cast<size_t>(i)];
          ASSERT_TRUE(got == want || (std::isnan(got) && std::isnan(want))) << c.name << " " << n;
        }
      }
    }
  }
}

}  // namespace
}  // namespace hearth::cpu
