// SPDX-License-Identifier: Apache-2.0
// LibTorch's names for questions about element types.
#pragma once

#include "hearth/base/complex.h"
#include "hearth/base/dtype.h"

#include "c10/macros/Macros.h"

namespace hearth {

/// The C++ type of a ScalarType: ScalarTypeToCPPTypeT<kLong> is int64_t.
template <ScalarType type>
struct ScalarTypeToCPPType;
#define HEARTH_DEFINE_CPP_TYPE(T, name)          \
  template <>                                    \
  struct ScalarTypeToCPPType<ScalarType::name> { \
    using type = T;                              \
  };
HEARTH_FORALL_SCALAR_TYPES(HEARTH_DEFINE_CPP_TYPE)
HEARTH_FORALL_BAREBONES_TYPES(HEARTH_DEFINE_CPP_TYPE)
#undef HEARTH_DEFINE_CPP_TYPE
template <ScalarType type>
using ScalarTypeToCPPTypeT = typename ScalarTypeToCPPType<type>::type;
namespace impl {
using hearth::ScalarTypeToCPPType;
using hearth::ScalarTypeToCPPTypeT;
}  // namespace impl

/// "Float".
inline const char* toString(ScalarType type) { return to_string(type).data(); }
constexpr size_t elementSize(ScalarType type) { return element_size(type); }
constexpr bool isIntegralType(ScalarType type, bool include_bool) {
  return is_integral(type, include_bool);
}
constexpr bool isFloatingType(ScalarType type) { return is_floating_point(type); }
constexpr bool isReducedFloatingType(ScalarType type) { return type == kHalf || type == kBFloat16; }
constexpr bool isComplexType(ScalarType type) { return is_complex(type); }
constexpr bool isBarebonesUnsignedType(ScalarType type) { return is_barebones_unsigned(type); }
constexpr bool isSignedType(ScalarType type) {
  return type != kByte && type != kBool && !is_barebones_unsigned(type);
}
constexpr ScalarType toRealValueType(ScalarType type) { return to_real(type); }
constexpr ScalarType toComplexType(ScalarType type) { return to_complex(type); }
constexpr ScalarType toOpMathType(ScalarType type) { return accumulate_type(type); }
inline ScalarType promoteTypes(ScalarType a, ScalarType b) { return promote_types(a, b); }
inline bool canCast(ScalarType from, ScalarType to) { return can_cast(from, to); }

}  // namespace hearth

// _(C++ type, ScalarType's name) for integers and floats; then with Half, further ones, or all.
#define AT_FORALL_INT_TYPES(_) \
  _(uint8_t, Byte)             \
  _(int8_t, Char)              \
  _(int16_t, Short)            \
  _(int, Int)                  \
  _(int64_t, Long)
#define AT_FORALL_SCALAR_TYPES(_) \
  AT_FORALL_INT_TYPES(_)          \
  _(float, Float)                 \
  _(double, Double)
#define AT_FORALL_SCALAR_TYPES_AND(S1, _) \
  AT_FORALL_SCALAR_TYPES(_)               \
  _(::hearth::ScalarTypeToCPPTypeT<::hearth::ScalarType::S1>, S1)
#define AT_FORALL_SCALAR_TYPES_AND2(S1, S2, _) \
  AT_FORALL_SCALAR_TYPES_AND(S1, _)            \
  _(::hearth::ScalarTypeToCPPTypeT<::hearth::ScalarType::S2>, S2)
#define AT_FORALL_SCALAR_TYPES_AND3(S1, S2, S3, _) \
  AT_FORALL_SCALAR_TYPES_AND2(S1, S2, _)           \
  _(::hearth::ScalarTypeToCPPTypeT<::hearth::ScalarType::S3>, S3)
#define AT_FORALL_COMPLEX_TYPES(_)          \
  _(::hearth::complex<float>, ComplexFloat) \
  _(::hearth::complex<double>, ComplexDouble)
#define AT_FORALL_SCALAR_TYPES_WITH_COMPLEX(_) HEARTH_FORALL_SCALAR_TYPES(_)
