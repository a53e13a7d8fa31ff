// SPDX-License-Identifier: Apache-2.0
// A number for what core and a backend must agree on: structs they share and, for every op, its
// name, arguments and outputs, and the names, types and sizes of its fields. It does not depend on
// the compiler.
#pragma once

#include "dispatch/backend.h"
#include "dispatch/op.h"
#include "pointwise/op_ids.h"

namespace hearth::fingerprint {

constexpr uint64_t mix(uint64_t h, uint64_t v) { return (h ^ v) * 1099511628211u; }
constexpr uint64_t mix(uint64_t h, std::string_view text) {
  for (const char c : text) h = mix(h, static_cast<unsigned char>(c));
  return mix(h, text.size());
}

/// What a field's type is called.
template <class T>
struct TypeName;
#define HEARTH_TYPE_NAME(T)                       \
  template <>                                     \
  struct TypeName<T> {                            \
    static constexpr uint64_t value = mix(0, #T); \
  };
HEARTH_TYPE_NAME(bool)
HEARTH_TYPE_NAME(int64_t)
HEARTH_TYPE_NAME(uint64_t)
HEARTH_TYPE_NAME(double)
HEARTH_TYPE_NAME(Scalar)
HEARTH_TYPE_NAME(ScalarType)
HEARTH_TYPE_NAME(Device)
HEARTH_TYPE_NAME(MemoryFormat)
HEARTH_TYPE_NAME(DimVector)
#undef HEARTH_TYPE_NAME
template <class T>
struct TypeName<std::optional<T>> {
  static constexpr uint64_t value = mix(TypeName<T>::value, "optional");
};
/// Enumerations of the ops' own.
template <class E>
requires std::is_enum_v<E>
struct TypeName<E> {
  static constexpr uint64_t value = mix(0, "enum");
};

template <class... T>
constexpr uint64_t fields_of(uint64_t h, std::type_identity<std::tuple<T&...>>) {
  ((h = mix(mix(h, TypeName<T>::value), sizeof(T))), ...);
  return h;
}

constexpr uint64_t of_info(uint64_t h, const OpInfo& info) {
  h = mix(h, info.name);
  h = mix(h, static_cast<uint64_t>(info.kind) | static_cast<uint64_t>(info.strided) << 8 |
                 static_cast<uint64_t>(info.tail) << 16);
  for (const Argument& a : info.args) h = mix(mix(h, a.name), a.flags);
  for (const Output& o : info.outputs)
    h = mix(h, static_cast<uint64_t>(o.kind) | static_cast<uint64_t>(o.constant) << 8 |
                   static_cast<uint64_t>(o.of) << 16);
  return h;
}

/// Of one op's struct: fields stand in it in the order that HEARTH_OP lists them.
template <class Op>
constexpr uint64_t of_op(uint64_t h) {
  h = of_info(h, Op::info);
  h = mix(mix(h, Op::field_names), sizeof(Op));
  return fields_of(h, std::type_identity<decltype(std::declval<Op&>().fields())>());
}

constexpr uint64_t of_shared_structs(uint64_t h) {
  for (const uint64_t size :
       {sizeof(TensorImpl), sizeof(StorageImpl), sizeof(OpTable), sizeof(OpInfo), sizeof(Call),
        sizeof(Backend), sizeof(StreamSlots), sizeof(MemorySlots), sizeof(GraphSlots), sizeof(Spec),
        sizeof(Specs), sizeof(Scalar), sizeof(DimVector)})
    h = mix(h, size);
  return h;
}

/// Of pointwise.def: kernels are found by an op's place in it, and compiled from its text.
constexpr uint64_t of_pointwise(uint64_t h) {
#define HEARTH_UNARY(name, ...) h = mix(mix(h, #name), #__VA_ARGS__);
#define HEARTH_BINARY(name, ...) h = mix(mix(h, #name), #__VA_ARGS__);
#define HEARTH_TERNARY(name, ...) h = mix(mix(h, #name), #__VA_ARGS__);
#include "hearth/ops/pointwise.def"
#undef HEARTH_UNARY
#undef HEARTH_BINARY
#undef HEARTH_TERNARY
  return h;
}

}  // namespace hearth::fingerprint
