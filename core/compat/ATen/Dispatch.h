// SPDX-License-Identifier: Apache-2.0
// A body of code for each of some element types, and the choice between them at run time:
//
//   AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "scale", [&] { scale(x.data_ptr<scalar_t>()); });
//
// Evaluates to what the body returns. Throws NotImplementedError for every other type.
#pragma once

#include "hearth/base/error.h"

#include "ATen/core/DeprecatedTypeProperties.h"
#include "c10/core/ScalarType.h"

namespace hearth::detail {
inline ScalarType scalar_type(ScalarType type) { return type; }
inline ScalarType scalar_type(const DeprecatedTypeProperties& type) { return type.scalarType(); }

[[noreturn]] inline void no_such_case(const char* name, ScalarType type) {
  throw NotImplementedError(cat_str("\"", name, "\" not implemented for '", to_string(type), "'"));
}
}  // namespace hearth::detail

#define AT_DISPATCH_SWITCH(TYPE, NAME, ...)                                   \
  [&] {                                                                       \
    const auto& the_type = TYPE;                                              \
    const char* at_dispatch_name = NAME;                                      \
    const ::hearth::ScalarType _st = ::hearth::detail::scalar_type(the_type); \
    switch (_st) {                                                            \
      __VA_ARGS__                                                             \
      default:                                                                \
        ::hearth::detail::no_such_case(at_dispatch_name, _st);                \
    }                                                                         \
  }()
/// One case; HINT is what the type is called in the body.
#define AT_PRIVATE_CASE_TYPE_USING_HINT(enum_type, HINT, ...)                \
  case enum_type: {                                                          \
    using HINT [[maybe_unused]] = ::hearth::ScalarTypeToCPPTypeT<enum_type>; \
    return __VA_ARGS__();                                                    \
  }
#define AT_DISPATCH_CASE(enum_type, ...) \
  AT_PRIVATE_CASE_TYPE_USING_HINT(enum_type, scalar_t, __VA_ARGS__)

// The same body for several types.
#define AT_PRIVATE_CASES1(S1, ...) AT_DISPATCH_CASE(S1, __VA_ARGS__)
#define AT_PRIVATE_CASES2(S1, S2, ...) \
  AT_PRIVATE_CASES1(S1, __VA_ARGS__) AT_DISPATCH_CASE(S2, __VA_ARGS__)
#define AT_PRIVATE_CASES3(S1, S2, S3, ...) \
  AT_PRIVATE_CASES2(S1, S2, __VA_ARGS__) AT_DISPATCH_CASE(S3, __VA_ARGS__)
#define AT_PRIVATE_CASES4(S1, S2, S3, S4, ...) \
  AT_PRIVATE_CASES3(S1, S2, S3, __VA_ARGS__) AT_DISPATCH_CASE(S4, __VA_ARGS__)
#define AT_PRIVATE_CASES5(S1, S2, S3, S4, S5, ...) \
  AT_PRIVATE_CASES4(S1, S2, S3, S4, __VA_ARGS__) AT_DISPATCH_CASE(S5, __VA_ARGS__)
#define AT_PRIVATE_CASES6(S1, S2, S3, S4, S5, S6, ...) \
  AT_PRIVATE_CASES5(S1, S2, S3, S4, S5, __VA_ARGS__) AT_DISPATCH_CASE(S6, __VA_ARGS__)
#define AT_PRIVATE_CASES7(S1, S2, S3, S4, S5, S6, S7, ...) \
  AT_PRIVATE_CASES6(S1, S2, S3, S4, S5, S6, __VA_ARGS__) AT_DISPATCH_CASE(S7, __VA_ARGS__)
#define AT_PRIVATE_CASES8(S1, S2, S3, S4, S5, S6, S7, S8, ...) \
  AT_PRIVATE_CASES7(S1, S2, S3, S4, S5, S6, S7, __VA_ARGS__) AT_DISPATCH_CASE(S8, __VA_ARGS__)

#define AT_DISPATCH_CASE_FLOATING_TYPES(...) \
  AT_PRIVATE_CASES2(::hearth::ScalarType::Double, ::hearth::ScalarType::Float, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND_HALF(...)                          \
  AT_PRIVATE_CASES3(::hearth::ScalarType::Double, ::hearth::ScalarType::Float, \
                    ::hearth::ScalarType::Half, __VA_ARGS__)
#define AT_DISPATCH_CASE_REDUCED_FLOATING_TYPES(...) \
  AT_PRIVATE_CASES2(::hearth::ScalarType::Half, ::hearth::ScalarType::BFloat16, __VA_ARGS__)
#define AT_DISPATCH_CASE_COMPLEX_TYPES(...)                                                  \
  AT_PRIVATE_CASES2(::hearth::ScalarType::ComplexDouble, ::hearth::ScalarType::ComplexFloat, \
                    __VA_ARGS__)
#define AT_DISPATCH_CASE_INTEGRAL_TYPES(...)                                \
  AT_PRIVATE_CASES5(::hearth::ScalarType::Byte, ::hearth::ScalarType::Char, \
                    ::hearth::ScalarType::Int, ::hearth::ScalarType::Long,  \
                    ::hearth::ScalarType::Short, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(...) \
  AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) AT_DISPATCH_CASE_COMPLEX_TYPES(__VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES(...) \
  AT_DISPATCH_CASE_INTEGRAL_TYPES(__VA_ARGS__) AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(...) \
  AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__) AT_DISPATCH_CASE_COMPLEX_TYPES(__VA_ARGS__)

#define AT_DISPATCH_FLOATING_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND_HALF(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES_AND_HALF(__VA_ARGS__))
#define AT_DISPATCH_REDUCED_FLOATING_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_REDUCED_FLOATING_TYPES(__VA_ARGS__))
#define AT_DISPATCH_COMPLEX_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_COMPLEX_TYPES(__VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__))
#define AT_DISPATCH_INTEGRAL_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_INTEGRAL_TYPES(__VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__))

// With further types, which come first.
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND(S1, ...) \
  AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) AT_PRIVATE_CASES1(S1, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_TYPES_AND(S1, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES_AND(S1, __VA_ARGS__))
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND2(S1, S2, ...) \
  AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) AT_PRIVATE_CASES2(S1, S2, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_TYPES_AND2(S1, S2, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES_AND2(S1, S2, __VA_ARGS__))
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND3(S1, S2, S3, ...) \
  AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) AT_PRIVATE_CASES3(S1, S2, S3, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_TYPES_AND3(S1, S2, S3, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES_AND3(S1, S2, S3, __VA_ARGS__))
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND4(S1, S2, S3, S4, ...) \
  AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) AT_PRIVATE_CASES4(S1, S2, S3, S4, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_TYPES_AND4(S1, S2, S3, S4, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES_AND4(S1, S2, S3, S4, __VA_ARGS__))
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND5(S1, S2, S3, S4, S5, ...) \
  AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__) AT_PRIVATE_CASES5(S1, S2, S3, S4, S5, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_TYPES_AND5(S1, S2, S3, S4, S5, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                             \
                     AT_DISPATCH_CASE_FLOATING_TYPES_AND5(S1, S2, S3, S4, S5, __VA_ARGS__))
#define AT_DISPATCH_CASE_COMPLEX_TYPES_AND(S1, ...) \
  AT_DISPATCH_CASE_COMPLEX_TYPES(__VA_ARGS__) AT_PRIVATE_CASES1(S1, __VA_ARGS__)
#define AT_DISPATCH_COMPLEX_TYPES_AND(S1, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_COMPLEX_TYPES_AND(S1, __VA_ARGS__))
#define AT_DISPATCH_CASE_COMPLEX_TYPES_AND2(S1, S2, ...) \
  AT_DISPATCH_CASE_COMPLEX_TYPES(__VA_ARGS__) AT_PRIVATE_CASES2(S1, S2, __VA_ARGS__)
#define AT_DISPATCH_COMPLEX_TYPES_AND2(S1, S2, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_COMPLEX_TYPES_AND2(S1, S2, __VA_ARGS__))
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND1(S1, ...) \
  AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__) AT_PRIVATE_CASES1(S1, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND1(S1, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND1(S1, __VA_ARGS__))
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND2(S1, S2, ...) \
  AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__) AT_PRIVATE_CASES2(S1, S2, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND2(S1, S2, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                             \
                     AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND2(S1, S2, __VA_ARGS__))
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND3(S1, S2, S3, ...) \
  AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__)                \
  AT_PRIVATE_CASES3(S1, S2, S3, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND3(S1, S2, S3, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                                 \
                     AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND3(S1, S2, S3, __VA_ARGS__))
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND4(S1, S2, S3, S4, ...) \
  AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__)                    \
  AT_PRIVATE_CASES4(S1, S2, S3, S4, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND4(S1, S2, S3, S4, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(                                                                \
      TYPE, NAME, AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND4(S1, S2, S3, S4, __VA_ARGS__))
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND5(S1, S2, S3, S4, S5, ...) \
  AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__)                        \
  AT_PRIVATE_CASES5(S1, S2, S3, S4, S5, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND5(S1, S2, S3, S4, S5, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(                                                                    \
      TYPE, NAME,                                                                        \
      AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND5(S1, S2, S3, S4, S5, __VA_ARGS__))
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND6(S1, S2, S3, S4, S5, S6, ...) \
  AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__)                            \
  AT_PRIVATE_CASES6(S1, S2, S3, S4, S5, S6, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND6(S1, S2, S3, S4, S5, S6, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(                                                                        \
      TYPE, NAME,                                                                            \
      AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND6(S1, S2, S3, S4, S5, S6, __VA_ARGS__))
#define AT_DISPATCH_CASE_INTEGRAL_TYPES_AND(S1, ...) \
  AT_DISPATCH_CASE_INTEGRAL_TYPES(__VA_ARGS__) AT_PRIVATE_CASES1(S1, __VA_ARGS__)
#define AT_DISPATCH_INTEGRAL_TYPES_AND(S1, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_INTEGRAL_TYPES_AND(S1, __VA_ARGS__))
#define AT_DISPATCH_CASE_ALL_TYPES_AND(S1, ...) \
  AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__) AT_PRIVATE_CASES1(S1, __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES_AND(S1, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND(S1, __VA_ARGS__))
#define AT_DISPATCH_CASE_ALL_TYPES_AND2(S1, S2, ...) \
  AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__) AT_PRIVATE_CASES2(S1, S2, __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES_AND2(S1, S2, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND2(S1, S2, __VA_ARGS__))
#define AT_DISPATCH_CASE_ALL_TYPES_AND3(S1, S2, S3, ...) \
  AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__) AT_PRIVATE_CASES3(S1, S2, S3, __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES_AND3(S1, S2, S3, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND3(S1, S2, S3, __VA_ARGS__))
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND(S1, ...) \
  AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__) AT_PRIVATE_CASES1(S1, __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND(S1, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND(S1, __VA_ARGS__))
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND2(S1, S2, ...) \
  AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__) AT_PRIVATE_CASES2(S1, S2, __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND2(S1, S2, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND2(S1, S2, __VA_ARGS__))
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND3(S1, S2, S3, ...) \
  AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__) AT_PRIVATE_CASES3(S1, S2, S3, __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND3(S1, S2, S3, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                            \
                     AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND3(S1, S2, S3, __VA_ARGS__))
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND4(S1, S2, S3, S4, ...) \
  AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__) AT_PRIVATE_CASES4(S1, S2, S3, S4, __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND4(S1, S2, S3, S4, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                                \
                     AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND4(S1, S2, S3, S4, __VA_ARGS__))
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND5(S1, S2, S3, S4, S5, ...) \
  AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__)                        \
  AT_PRIVATE_CASES5(S1, S2, S3, S4, S5, __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND5(S1, S2, S3, S4, S5, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                                    \
                     AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND5(S1, S2, S3, S4, S5, __VA_ARGS__))
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND6(S1, S2, S3, S4, S5, S6, ...) \
  AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__)                            \
  AT_PRIVATE_CASES6(S1, S2, S3, S4, S5, S6, __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND6(S1, S2, S3, S4, S5, S6, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(                                                                   \
      TYPE, NAME,                                                                       \
      AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND6(S1, S2, S3, S4, S5, S6, __VA_ARGS__))
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND7(S1, S2, S3, S4, S5, S6, S7, ...) \
  AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__)                                \
  AT_PRIVATE_CASES7(S1, S2, S3, S4, S5, S6, S7, __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND7(S1, S2, S3, S4, S5, S6, S7, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(                                                                       \
      TYPE, NAME,                                                                           \
      AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND7(S1, S2, S3, S4, S5, S6, S7, __VA_ARGS__))
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND8(S1, S2, S3, S4, S5, S6, S7, S8, ...) \
  AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__)                                    \
  AT_PRIVATE_CASES8(S1, S2, S3, S4, S5, S6, S7, S8, __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND8(S1, S2, S3, S4, S5, S6, S7, S8, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(                                                                           \
      TYPE, NAME,                                                                               \
      AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND8(S1, S2, S3, S4, S5, S6, S7, S8, __VA_ARGS__))

/// int32 and int64, which the body calls index_t.
#define AT_DISPATCH_INDEX_TYPES(TYPE, NAME, ...)                                       \
  AT_DISPATCH_SWITCH(                                                                  \
      TYPE, NAME,                                                                      \
      AT_PRIVATE_CASE_TYPE_USING_HINT(::hearth::ScalarType::Int, index_t, __VA_ARGS__) \
          AT_PRIVATE_CASE_TYPE_USING_HINT(::hearth::ScalarType::Long, index_t, __VA_ARGS__))
