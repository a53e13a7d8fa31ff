// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string_view>

#include "hearth/base/half.h"
#include "hearth/base/macros.h"

namespace hearth {

template <typename T>
struct complex;

/// Element types, in the order of PyTorch's promotion ladder (bool < integers < floats < complex).
/// The last three have, as in PyTorch, no more than they need to hold, move, compare and convert
/// numbers of files and images; other operators refuse them.
enum class ScalarType : int8_t {
  Bool,
  Byte,
  Char,
  Short,
  Int,
  Long,
  Half,
  BFloat16,
  Float,
  Double,
  ComplexFloat,
  ComplexDouble,
  UInt16,
  UInt32,
  UInt64,
  Undefined,
};
using Dtype = ScalarType;

inline constexpr int kNumDtypes = static_cast<int>(ScalarType::Undefined);

inline constexpr ScalarType kBool = ScalarType::Bool;
inline constexpr ScalarType kByte = ScalarType::Byte, kUInt8 = kByte, kU8 = kByte;
inline constexpr ScalarType kChar = ScalarType::Char, kInt8 = kChar, kI8 = kChar;
inline constexpr ScalarType kShort = ScalarType::Short, kInt16 = kShort, kI16 = kShort;
inline constexpr ScalarType kInt = ScalarType::Int, kInt32 = kInt, kI32 = kInt;
inline constexpr ScalarType kLong = ScalarType::Long, kInt64 = kLong, kI64 = kLong;
inline constexpr ScalarType kUInt16 = ScalarType::UInt16, kU16 = kUInt16;
inline constexpr ScalarType kUInt32 = ScalarType::UInt32, kU32 = kUInt32;
inline constexpr ScalarType kUInt64 = ScalarType::UInt64, kU64 = kUInt64;
inline constexpr ScalarType kHalf = ScalarType::Half, kFloat16 = kHalf, kF16 = kHalf;
inline constexpr ScalarType kBFloat16 = ScalarType::BFloat16;
inline constexpr ScalarType kFloat = ScalarType::Float, kFloat32 = kFloat, kF32 = kFloat;
inline constexpr ScalarType kDouble = ScalarType::Double, kFloat64 = kDouble, kF64 = kDouble;
inline constexpr ScalarType kComplexFloat = ScalarType::ComplexFloat;
inline constexpr ScalarType kComplexDouble = ScalarType::ComplexDouble;

namespace detail {
// Outside the function, which would write it to the stack in every call.
inline constexpr uint8_t kElementSizes[] = {1, 1, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16, 2, 4, 8, 0};
}  // namespace detail

/// Bytes of one element; 0 for Undefined.
constexpr size_t element_size(ScalarType t) { return detail::kElementSizes[static_cast<int>(t)]; }
constexpr bool is_complex(ScalarType t) { return t == kComplexFloat || t == kComplexDouble; }
constexpr bool is_floating_point(ScalarType t) { return t >= kHalf && t <= kDouble; }
/// uint16, uint32 or uint64, which most operators refuse.
constexpr bool is_barebones_unsigned(ScalarType t) { return t >= kUInt16 && t <= kUInt64; }
/// Integers; with include_bool, bool as well.
constexpr bool is_integral(ScalarType t, bool include_bool = false) {
  return (t >= kByte && t <= kLong) || (include_bool && t == kBool) || is_barebones_unsigned(t);
}
/// True for the types that can carry a gradient.
constexpr bool is_differentiable(ScalarType t) { return is_floating_point(t) || is_complex(t); }
/// The type of the real part: Float for ComplexFloat, itself for real types.
constexpr ScalarType to_real(ScalarType t) {
  return t == kComplexFloat ? kFloat : t == kComplexDouble ? kDouble : t;
}
constexpr ScalarType to_complex(ScalarType t) {
  return t == kDouble || t == kComplexDouble ? kComplexDouble : kComplexFloat;
}
/// The type kernels accumulate and compute in: float for half and bfloat16, itself otherwise.
constexpr ScalarType accumulate_type(ScalarType t) {
  return t == kHalf || t == kBFloat16 ? kFloat : t;
}

/// The smallest type both convert to without losing their kind (torch.promote_types). DtypeError
/// for uint16, uint32 or uint64 with a type that is neither the same nor floating.
HEARTH_API ScalarType promote_types(ScalarType a, ScalarType b);
/// Whether a value of type `from` may be written into type `to` (torch.can_cast).
HEARTH_API bool can_cast(ScalarType from, ScalarType to);
/// PyTorch's C++ name: "Float", "Long", "ComplexDouble".
HEARTH_API std::string_view to_string(ScalarType t);
/// Python's name without "torch.": "float32", "int64".
HEARTH_API std::string_view dtype_name(ScalarType t);

/// to_string(t).
HEARTH_API std::ostream& operator<<(std::ostream& out, ScalarType t);

/// The ScalarType of a C++ type.
template <typename T>
struct CppTypeToScalarType;
#define HEARTH_FORALL_SCALAR_TYPES(_)       \
  _(bool, Bool)                             \
  _(uint8_t, Byte)                          \
  _(int8_t, Char)                           \
  _(int16_t, Short)                         \
  _(int32_t, Int)                           \
  _(int64_t, Long)                          \
  _(::hearth::Half, Half)                   \
  _(::hearth::BFloat16, BFloat16)           \
  _(float, Float)                           \
  _(double, Double)                         \
  _(::hearth::complex<float>, ComplexFloat) \
  _(::hearth::complex<double>, ComplexDouble)
/// Those that most operators refuse.
#define HEARTH_FORALL_BAREBONES_TYPES(_) \
  _(uint16_t, UInt16)                    \
  _(uint32_t, UInt32)                    \
  _(uint64_t, UInt64)
#define HEARTH_DEFINE_TYPE_MAP(T, name)                   \
  template <>                                             \
  struct CppTypeToScalarType<T> {                         \
    static constexpr ScalarType value = ScalarType::name; \
  };
HEARTH_FORALL_SCALAR_TYPES(HEARTH_DEFINE_TYPE_MAP)
HEARTH_FORALL_BAREBONES_TYPES(HEARTH_DEFINE_TYPE_MAP)
#undef HEARTH_DEFINE_TYPE_MAP
template <>
struct CppTypeToScalarType<long long> {
  static constexpr ScalarType value = ScalarType::Long;
};
template <typename T>
inline constexpr ScalarType dtype_of = CppTypeToScalarType<T>::value;

/// A ScalarType that prints as its C++ type, "float" or "long": what Tensor::dtype() gives, as in
/// LibTorch. Converts both ways.
class TypeMeta {
 public:
  constexpr TypeMeta() = default;
  constexpr TypeMeta(ScalarType t) : type_(t) {}
  template <typename T>
  static constexpr TypeMeta Make() {
    return dtype_of<T>;
  }
  constexpr operator ScalarType() const { return type_; }
  constexpr ScalarType toScalarType() const { return type_; }
  constexpr size_t itemsize() const { return element_size(type_); }
  HEARTH_API std::string_view name() const;
  template <typename T>
  constexpr bool Match() const {
    return type_ == dtype_of<T>;
  }
  friend constexpr bool operator==(TypeMeta a, TypeMeta b) { return a.type_ == b.type_; }
  // Without it, `x.dtype() == kFloat` could convert either side.
  friend constexpr bool operator==(TypeMeta a, ScalarType b) { return a.type_ == b; }

 private:
  ScalarType type_ = ScalarType::Undefined;
};

/// t.name().
HEARTH_API std::ostream& operator<<(std::ostream& out, TypeMeta t);

/// The type of new floating tensors; Float at first.
HEARTH_API TypeMeta get_default_dtype();
inline ScalarType get_default_dtype_as_scalartype() { return get_default_dtype(); }
/// Throws DtypeError unless `t` is a floating type.
HEARTH_API void set_default_dtype(ScalarType t);

}  // namespace hearth
