// SPDX-License-Identifier: Apache-2.0
// Every public form of every line of pointwise.def and pointwise_names.def gives the bits of the
// function that makes a new tensor.
#include <cstring>
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "core/ops/samples.h"

namespace hearth::testing_ops {
namespace {

/// What a call may take; a form picks what it has.
struct Given {
  Tensor self, other, tensor1, tensor2, out;
  Scalar number, p0, p1, p2;
};

struct Form {
  std::string_view name, op, shape, kind;
  Tensor (*run)(Given& given);
};

#define HEARTH_GIVEN_unary
#define HEARTH_GIVEN_tensor [[maybe_unused]] const Tensor& other = given.other;
#define HEARTH_GIVEN_scalar [[maybe_unused]] const Scalar& other = given.number;
#define HEARTH_GIVEN_self_scalar [[maybe_unused]] const Tensor& other = given.other;
#define HEARTH_GIVEN_ternary                              \
  [[maybe_unused]] const Tensor& tensor1 = given.tensor1; \
  [[maybe_unused]] const Tensor& tensor2 = given.tensor2;
#define HEARTH_GIVEN_tensor_rounded \
  HEARTH_GIVEN_tensor const std::optional<std::string_view> rounding_mode = "floor";
#define HEARTH_GIVEN_scalar_rounded \
  HEARTH_GIVEN_scalar const std::optional<std::string_view> rounding_mode = "trunc";
#define HEARTH_GIVEN_with_eps const std::optional<double> eps = 0.25;
#define HEARTH_GIVEN_with_decimals const int64_t decimals = 1;
#define HEARTH_GIVEN_bounds const std::optional<Scalar> min = given.number, max = given.p1;
#define HEARTH_GIVEN_tensor_bounds \
  const std::optional<Tensor> min = given.tensor1, max = given.tensor2;

#define HEARTH_FORM(name, op, shape, kind, Self, self_value, ...)                  \
  {#name, #op, #shape, kind, [](Given& given) -> Tensor {                          \
     [[maybe_unused]] Self& self = self_value;                                     \
     [[maybe_unused]] const Scalar &p0 = given.p0, &p1 = given.p1, &p2 = given.p2; \
     HEARTH_GIVEN_##shape return __VA_ARGS__;                                      \
   }},
#define HEARTH_FUNCTION(name, op, shape, how, parameters, fields, arguments, ...) \
  HEARTH_FORM(name, op, shape, "function", const Tensor, given.self,              \
              hearth::name(self HEARTH_LIST arguments))                           \
  HEARTH_FORM(name, op, shape, "out", const Tensor, given.self,                   \
              hearth::name##_out(given.out, self HEARTH_LIST arguments))
#define HEARTH_FUNCTION_OF_SCALAR(name, op, shape, how, parameters, fields, arguments, ...) \
  HEARTH_FORM(name, op, shape, "function", const Scalar, given.number,                      \
              hearth::name(self HEARTH_LIST arguments))                                     \
  HEARTH_FORM(name, op, shape, "out", const Scalar, given.number,                           \
              hearth::name##_out(given.out, self HEARTH_LIST arguments))
#define HEARTH_FUNCTION_IN_PLACE(name, op, shape, how, parameters, fields, arguments, ...) \
  HEARTH_FORM(name, op, shape, "in-place", Tensor, given.self,                             \
              hearth::name##_(self HEARTH_LIST arguments))
#define HEARTH_METHOD(name, op, shape, how, parameters, fields, arguments, ...) \
  HEARTH_FORM(name, op, shape, "method", const Tensor, given.self, self.name(HEARTH_REST arguments))
#define HEARTH_METHOD_IN_PLACE(name, op, shape, how, parameters, fields, arguments, ...) \
  HEARTH_FORM(name, op, shape, "in-place method", const Tensor, given.self,              \
              self.name##_(HEARTH_REST arguments))

const Form kForms[] = {
#include "hearth/ops/pointwise_forms.def"
};

/// The form that makes a new tensor.
const Form& function_of(std::string_view name, std::string_view shape) {
  static const auto functions = [] {
    std::map<std::pair<std::string_view, std::string_view>, const Form*> all;
    for (const Form& f : kForms)
      if (f.kind == "function") all[{f.name, f.shape}] = &f;
    return all;
  }();
  return *functions.at({name, shape});
}

std::string describe(const Form& f, ScalarType type) {
  return cat_str(f.name, ", ", f.kind, ", ", f.shape, ", ", type);
}

/// Small numbers that every dtype has, none of them alike.
Given given_for(ScalarType type) {
  const auto make = [&](int seed) {
    const Tensor t = values({2, 3}, 0.15, 0.85, seed);
    if (type == kBool) return t.gt(0.5);
    return is_integral(type, false) ? (t * 10 + 1).to(type) : t.to(type);
  };
  // Exact in every floating type.
  Given g{make(0), make(1), make(2), make(3), {}, 0.5625, 0.375, 0.6875, 0.3125};
  if (is_integral(type, true)) g.number = 3, g.p0 = 2, g.p1 = 5, g.p2 = 1;
  if (type == kBool) g.number = true;
  return g;
}

std::optional<Tensor> result_of(const Form& f, Given g) {
  try {
    return f.run(g);
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.sizes() != b.sizes() || a.scalar_type() != b.scalar_type()) return false;
  const Tensor x = a.contiguous(), y = b.contiguous();
  return std::memcmp(x.const_data_ptr(), y.const_data_ptr(), x.nbytes()) == 0;
}

const ScalarType kTypes[] = {kFloat, kDouble, kBFloat16, kHalf,         kLong,
                             kInt,   kByte,   kBool,     kComplexFloat, kComplexDouble};

TEST(PointwiseForms, GiveTheSameBits) {
  for (const ScalarType type : kTypes)
    for (const Form& f : kForms) {
      SCOPED_TRACE(describe(f, type));
      Given given = given_for(type);
      // An alias gives what it stands for.
      const auto want = result_of(function_of(f.op, f.shape), given);
      given.self = given.self.clone();
      if (want) given.out = empty({0}, want->options());
      const auto got = result_of(f, given);
      if (f.kind == "in-place" || f.kind == "in-place method") {
        const bool written = want && can_cast(want->scalar_type(), type) &&
                             !(is_complex(type) && f.op == "abs") &&
                             (f.op != "float_power" || want->scalar_type() == type);
        ASSERT_EQ(got.has_value(), written);
        if (!written) continue;
        EXPECT_TRUE(got->is_same(given.self));
        EXPECT_TRUE(same_bits(given.self, want->to(type)));
        continue;
      }
      ASSERT_EQ(got.has_value(), want.has_value());
      if (!want) continue;
      EXPECT_TRUE(same_bits(*got, *want));
      EXPECT_TRUE(f.kind != "out" || got->is_same(given.out));
    }
}

TEST(PointwiseForms, OutputsOfTypesThatCannotHoldTheResultAreRefused) {
  for (const Form& f : kForms) {
    if (f.kind != "out") continue;
    SCOPED_TRACE(describe(f, kDouble));
    Given given = given_for(kDouble);
    given.out = empty({0}, kDouble);
    if (!result_of(f, given)) continue;
    const ScalarType type = function_of(f.name, f.shape).run(given).scalar_type();
    given.out = empty({0}, kBool);
    EXPECT_EQ(result_of(f, given).has_value(), can_cast(type, kBool));
  }
}

/// The same call with 0-dim tensors in the place of numbers.
TEST(PointwiseForms, NumbersAreTensorsWithoutDims) {
  for (const ScalarType type : {kFloat, kDouble, kHalf, kLong, kBool, kComplexDouble})
    for (const Form& f : kForms) {
      const bool other = f.shape == "scalar", self = f.shape == "self_scalar";
      const bool bounds = f.shape == "bounds" && type != kBool;  // two bools are no bounds
      if (f.kind != "function" || !(other || self || bounds)) continue;
      SCOPED_TRACE(describe(f, type));
      const Given given = given_for(type);
      Given tensors = given;
      const Tensor number = full({}, given.number, TensorOptions(type));
      if (other) tensors.other = number;
      if (self) tensors.self = number;
      tensors.tensor1 = number;
      tensors.tensor2 = full({}, given.p1, TensorOptions(type));
      const Form& of_tensors = function_of(f.name, bounds ? "tensor_bounds" : "tensor");
      const auto got = result_of(f, given), want = result_of(of_tensors, tensors);
      ASSERT_EQ(got.has_value(), want.has_value());
      if (!got) continue;
      ASSERT_EQ(got->scalar_type(), want->scalar_type());
      const double tolerance = type == kHalf ? 1e-3 : type == kFloat ? 1e-6 : 1e-14;
      EXPECT_TRUE(got->allclose(*want, tolerance, 0, /*equal_nan=*/true));
    }
}

}  // namespace
}  // namespace hearth::testing_ops
