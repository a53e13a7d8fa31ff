// SPDX-License-Identifier: Apache-2.0
// How the second column of pointwise.def becomes functions and methods: macros for
// pointwise_forms.def, which says what they are made of.
#pragma once

// A list in parentheses without them; without its first element too.
#define HEARTH_LIST(...) __VA_ARGS__
#define HEARTH_REST(first, ...) __VA_ARGS__
#define HEARTH_APPLY(macro, ...) macro(__VA_ARGS__)

// ---- the second column: set, how, numbers, their count
#define HEARTH_FORMS_ALL all, plain, 0, ()
#define HEARTH_FORMS_NO_METHOD no_method, plain, 0, ()
#define HEARTH_FORMS_NO_IN_PLACE no_in_place, plain, 0, ()
#define HEARTH_FORMS_FUNCTION function, plain, 0, ()
#define HEARTH_FORMS_EITHER either, plain, 0, ()
#define HEARTH_FORMS_EITHER_FUNCTION either_function, plain, 0, ()
#define HEARTH_FORMS_TENSORS tensors, plain, 0, ()
#define HEARTH_FORMS_TENSORS_FUNCTION tensors_function, plain, 0, ()
#define HEARTH_FORMS_TENSORS_NO_IN_PLACE tensors_no_in_place, plain, 0, ()
#define HEARTH_FORMS_INNER none, plain, 0, ()
#define HEARTH_FORMS_ROUNDING rounding, plain, 0, ()
#define HEARTH_FORMS_BOUNDS bounds, plain, 0, ()
#define HEARTH_FORMS_EPS eps, plain, 0, ()
#define HEARTH_FORMS_EPS_FUNCTION eps_function, plain, 0, ()
#define HEARTH_FORMS_DECIMALS decimals, plain, 0, ()
#define HEARTH_FORMS_CHECKED(set) HEARTH_HOW(checked, HEARTH_FORMS_##set)
#define HEARTH_FORMS_BY_HAND(set) HEARTH_HOW(by_hand, HEARTH_FORMS_##set)
#define HEARTH_FORMS_WITH(set, ...) \
  HEARTH_WITH(plain, HEARTH_COUNT(__VA_ARGS__), (__VA_ARGS__), HEARTH_FORMS_##set)
#define HEARTH_FORMS_CHECKED_WITH(set, ...) \
  HEARTH_WITH(checked, HEARTH_COUNT(__VA_ARGS__), (__VA_ARGS__), HEARTH_FORMS_##set)
#define HEARTH_HOW(how, ...) HEARTH_APPLY(HEARTH_HOW_, how, __VA_ARGS__)
#define HEARTH_HOW_(how, set, plain, n, numbers) set, how, n, numbers
#define HEARTH_WITH(how, n, numbers, ...) HEARTH_APPLY(HEARTH_WITH_, how, n, numbers, __VA_ARGS__)
#define HEARTH_WITH_(how, n, numbers, set, plain, zero, empty) set, how, n, numbers
#define HEARTH_COUNT(...) HEARTH_APPLY(HEARTH_COUNT_, __VA_ARGS__, 3, 2, 1, 0)
#define HEARTH_COUNT_(a, b, c, n, ...) n

// ---- numbers: as parameters after others, as arguments, as arguments after others
#define HEARTH_NUMBERS_0()
#define HEARTH_NUMBERS_1(a) , HEARTH_NUMBER(a, p0)
#define HEARTH_NUMBERS_2(a, b) HEARTH_NUMBERS_1(a), HEARTH_NUMBER(b, p1)
#define HEARTH_NUMBERS_3(a, b, c) HEARTH_NUMBERS_2(a, b), HEARTH_NUMBER(c, p2)
#define HEARTH_P_0
#define HEARTH_P_1 p0
#define HEARTH_P_2 p0, p1
#define HEARTH_P_3 p0, p1, p2
#define HEARTH_AND_P_0
#define HEARTH_AND_P_1 , p0
#define HEARTH_AND_P_2 , p0, p1
#define HEARTH_AND_P_3 , p0, p1, p2

// ---- which forms a set has
#define HEARTH_MAKE_none(...)
#define HEARTH_MAKE_function(...) HEARTH_FUNCTION(__VA_ARGS__)
#define HEARTH_MAKE_no_method(...) \
  HEARTH_FUNCTION(__VA_ARGS__)     \
  HEARTH_FUNCTION_IN_PLACE(__VA_ARGS__)
#define HEARTH_MAKE_no_in_place(...) \
  HEARTH_FUNCTION(__VA_ARGS__)       \
  HEARTH_METHOD(__VA_ARGS__)
#define HEARTH_MAKE_all(...) \
  HEARTH_MAKE_no_method(__VA_ARGS__) HEARTH_METHOD(__VA_ARGS__) HEARTH_METHOD_IN_PLACE(__VA_ARGS__)

// ---- of one input
#define HEARTH_UNARY_FORMS(name, op, set, how, n, numbers) \
  HEARTH_UNARY_##set(name, op, how, n, numbers)
#define HEARTH_UNARY_none(...)
#define HEARTH_UNARY_function(...) HEARTH_UNARY_SHAPE(function, __VA_ARGS__)
#define HEARTH_UNARY_no_method(...) HEARTH_UNARY_SHAPE(no_method, __VA_ARGS__)
#define HEARTH_UNARY_no_in_place(...) HEARTH_UNARY_SHAPE(no_in_place, __VA_ARGS__)
#define HEARTH_UNARY_all(...) HEARTH_UNARY_SHAPE(all, __VA_ARGS__)
#define HEARTH_UNARY_SHAPE(set, name, op, how, n, numbers)                                    \
  HEARTH_MAKE_##set(name, op, unary, how, (HEARTH_NUMBERS_##n numbers), (with(HEARTH_P_##n)), \
                    (HEARTH_AND_P_##n), (), numbers)

// With a bound for x and 1 - x that may be missing; with a number of decimals.
#define HEARTH_UNARY_eps(...) HEARTH_UNARY_EPS_SHAPE(all, __VA_ARGS__)
#define HEARTH_UNARY_eps_function(...) HEARTH_UNARY_EPS_SHAPE(function, __VA_ARGS__)
#define HEARTH_UNARY_EPS_SHAPE(set, name, op, how, n, numbers)                                 \
  HEARTH_MAKE_##set(name, op, with_eps, how, (, std::optional<double> eps HEARTH_DEFAULT({})), \
                    (with(eps.value_or(0), 1 - eps.value_or(0))), (, eps), (), ())
#define HEARTH_UNARY_decimals(name, op, how, n, numbers) \
  HEARTH_MAKE_all(name, op, with_decimals, how, (, int64_t decimals), (), (, decimals), (), ())

// Within two bounds, of which one may be missing.
#define HEARTH_UNARY_bounds(name, op, how, n, numbers)                                           \
  HEARTH_MAKE_all(                                                                               \
      name, op, bounds, how,                                                                     \
      (, const std::optional<Scalar>& min, const std::optional<Scalar>& max HEARTH_DEFAULT({})), \
      (), (, min, max), (), ())                                                                  \
      HEARTH_MAKE_all(name, op, tensor_bounds, how,                                              \
                      (, const std::optional<Tensor>& min HEARTH_DEFAULT({}),                    \
                       const std::optional<Tensor>& max HEARTH_DEFAULT({})),                     \
                      (), (, min, max), (), ())

// ---- of two inputs
#define HEARTH_BINARY_FORMS(name, op, set, how, n, numbers) \
  HEARTH_BINARY_##set(name, op, how, n, numbers)
#define HEARTH_BINARY_none(...)
#define HEARTH_BINARY_tensors(...) HEARTH_TENSOR_SHAPE(all, __VA_ARGS__)
#define HEARTH_BINARY_tensors_no_in_place(...) HEARTH_TENSOR_SHAPE(no_in_place, __VA_ARGS__)
#define HEARTH_BINARY_tensors_function(...) HEARTH_TENSOR_SHAPE(function, __VA_ARGS__)
#define HEARTH_BINARY_all(...)          \
  HEARTH_TENSOR_SHAPE(all, __VA_ARGS__) \
  HEARTH_SCALAR_SHAPE(all, __VA_ARGS__)
#define HEARTH_BINARY_either(...) \
  HEARTH_BINARY_all(__VA_ARGS__) HEARTH_SELF_SCALAR_SHAPE(__VA_ARGS__)
#define HEARTH_BINARY_either_function(...)   \
  HEARTH_TENSOR_SHAPE(function, __VA_ARGS__) \
  HEARTH_SCALAR_SHAPE(function, __VA_ARGS__) HEARTH_SELF_SCALAR_SHAPE(__VA_ARGS__)
#define HEARTH_BINARY_rounding(...)                                                   \
  HEARTH_BINARY_all(__VA_ARGS__)                                                      \
      HEARTH_ROUNDING_SHAPE(tensor_rounded, Tensor, (with()), (, other), __VA_ARGS__) \
          HEARTH_ROUNDING_SHAPE(scalar_rounded, Scalar, (other_is(other)), (), __VA_ARGS__)
#define HEARTH_TENSOR_SHAPE(set, name, op, how, n, numbers)                                    \
  HEARTH_MAKE_##set(name, op, tensor, how, (, const Tensor& other HEARTH_NUMBERS_##n numbers), \
                    (with(HEARTH_P_##n)), (, other HEARTH_AND_P_##n), (, other), numbers)
#define HEARTH_SCALAR_SHAPE(set, name, op, how, n, numbers)                                    \
  HEARTH_MAKE_##set(name, op, scalar, how, (, const Scalar& other HEARTH_NUMBERS_##n numbers), \
                    (other_is(other HEARTH_AND_P_##n)), (, other HEARTH_AND_P_##n), (), numbers)
#define HEARTH_SELF_SCALAR_SHAPE(name, op, how, n, numbers)                                       \
  HEARTH_FUNCTION_OF_SCALAR(name, op, self_scalar, how, (, const Tensor& other), (self_is(self)), \
                            (, other), (, other), numbers)
#define HEARTH_ROUNDING_SHAPE(shape, Other, fields, tensors, name, op, how, n, numbers)          \
  HEARTH_MAKE_all(name, op, shape, how,                                                          \
                  (, const Other& other, std::optional<std::string_view> rounding_mode), fields, \
                  (, other, rounding_mode), tensors, ())

// ---- of three inputs
#define HEARTH_TERNARY_FORMS(name, op, set, how, n, numbers) \
  HEARTH_TERNARY_##set(name, op, how, n, numbers)
#define HEARTH_TERNARY_none(...)
#define HEARTH_TERNARY_all(name, op, how, n, numbers)                                          \
  HEARTH_MAKE_all(name, op, ternary, how,                                                      \
                  (, const Tensor& tensor1, const Tensor& tensor2 HEARTH_NUMBERS_##n numbers), \
                  (with(HEARTH_P_##n)), (, tensor1, tensor2 HEARTH_AND_P_##n),                 \
                  (, tensor1, tensor2), numbers)
