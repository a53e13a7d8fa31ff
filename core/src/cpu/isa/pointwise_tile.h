// SPDX-License-Identifier: Apache-2.0
// Compiles pointwise.def into the loops of one compute type. Include with HEARTH_COMPUTE (the C++
// type), HEARTH_CLASS (I, F or C) and HEARTH_TABLE (the function to define) set.
#include "cpu/isa/loop.h"
#include "cpu/isa/px.h"
#include "cpu/pointwise_kernels.h"
#include "pointwise/element.h"

namespace hearth::cpu::HEARTH_ISA {

namespace {

using T = HEARTH_COMPUTE;

// Inputs an op does not have (or a derivative does not read) alias the first one: the load is dead.
// ivdep: the output may be an input, element for element, and nothing else.
template <class Op, int kArity>
void forward_loop(void* out, const void* const* in, int64_t n, const void* params) {
  const T* p = static_cast<const T*>(params);
  const T p0 = p[0], p1 = p[1], p2 = p[2];
  auto* o = static_cast<typename Output<Op::result, T>::type*>(out);
  const T* a = static_cast<const T*>(in[0]);
  const T* b = kArity > 1 ? static_cast<const T*>(in[1]) : a;
  const T* c = kArity > 2 ? static_cast<const T*>(in[2]) : a;
  HEARTH_IVDEP
  for (int64_t i = 0; i < n; ++i)
    o[i] = static_cast<typename Output<Op::result, T>::type>(
        Op::template forward<T>(a[i], b[i], c[i], p0, p1, p2));
}

template <class Op, int kInput>
void backward_loop(void* out, const void* const* in, int64_t n, const void* params) {
  const T* p = static_cast<const T*>(params);
  const T p0 = p[0], p1 = p[1], p2 = p[2];
  T* o = static_cast<T*>(out);
  const T* g = static_cast<const T*>(in[0]);
  const T* a = in[1] ? static_cast<const T*>(in[1]) : g;
  const T* b = in[2] ? static_cast<const T*>(in[2]) : g;
  const T* c = in[3] ? static_cast<const T*>(in[3]) : g;
  const T* y = in[4] ? static_cast<const T*>(in[4]) : g;
  HEARTH_IVDEP
  for (int64_t i = 0; i < n; ++i) {
    if constexpr (kInput == 0) o[i] = Op::template d0<T>(g[i], a[i], b[i], c[i], y[i], p0, p1, p2);
    if constexpr (kInput == 1) o[i] = Op::template d1<T>(g[i], a[i], b[i], c[i], y[i], p0, p1, p2);
    if constexpr (kInput == 2) o[i] = Op::template d2<T>(g[i], a[i], b[i], c[i], y[i], p0, p1, p2);
  }
}

/// Ops of angles: far from zero, their loops take the angle within [-pi, pi] instead.
template <class Op>
constexpr bool kOfAngle = false;
template <>
inline constexpr bool kOfAngle<sin_op> = HEARTH_CLASS != C;
template <>
inline constexpr bool kOfAngle<cos_op> = HEARTH_CLASS != C;
template <>
inline constexpr bool kOfAngle<tan_op> = HEARTH_CLASS != C;
template <>
inline constexpr bool kOfAngle<exp_op> = HEARTH_CLASS == C;

/// Runs `loop` with huge elements of input kSlot replaced by the same angle near zero.
template <TileFn loop, int kSlot>
void near_zero(void* out, const void* const* in, int64_t n, const void* params) {
  constexpr int kInputs = kSlot == 0 ? 1 : 5;
  const T* x = static_cast<const T*>(in[kSlot]);
  if (!x || !px::any_huge(x, n)) {
    loop(out, in, n, params);
    return;
  }
  constexpr int64_t kBlock = 256;
  T wrapped[kBlock];
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t m = n - i < kBlock ? n - i : kBlock;
    for (int64_t j = 0; j < m; ++j) wrapped[j] = px::wrap_angle(x[i + j]);
    const void* block[kInputs];
    for (int k = 0; k < kInputs; ++k) block[k] = in[k] ? static_cast<const T*>(in[k]) + i : nullptr;
    block[kSlot] = wrapped;
    loop(static_cast<T*>(out) + i, block, m, params);
  }
}

template <class Op, int kArity>
constexpr TileFn forward_entry() {
  if constexpr ((Op::classes & HEARTH_CLASS) != 0) {
    if constexpr (kOfAngle<Op>) return &near_zero<&forward_loop<Op, kArity>, 0>;
    return &forward_loop<Op, kArity>;
  } else {
    return nullptr;
  }
}

template <class Op, int kInput>
constexpr TileFn backward_entry() {
  if constexpr ((Op::classes & HEARTH_CLASS) != 0 && HEARTH_CLASS != I) {
    using D0 = decltype(Op::template d0<T>(T(), T(), T(), T(), T(), T(), T(), T()));
    using D1 = decltype(Op::template d1<T>(T(), T(), T(), T(), T(), T(), T(), T()));
    using D2 = decltype(Op::template d2<T>(T(), T(), T(), T(), T(), T(), T(), T()));
    constexpr bool has = kInput == 0   ? px::is_same<D0, T>
                         : kInput == 1 ? px::is_same<D1, T>
                                       : px::is_same<D2, T>;
    if constexpr (has && kOfAngle<Op>) return &near_zero<&backward_loop<Op, kInput>, 1>;
    if constexpr (has) return &backward_loop<Op, kInput>;
    return nullptr;
  } else {
    return nullptr;
  }
}

/// gelu without erf, which costs more than the one exponential that this and its derivative share.
struct gelu_by_tail : gelu_erf_op {
  template <class T>
  static inline T forward(T x, T, T, T, T, T) {
    return vmath::gelu(x);
  }
  template <class T>
  static inline T d0(T g, T x, T, T, T, T, T, T) {
    return g * vmath::gelu_slope(x);
  }
};

/// What is compiled for an op.
template <class Op>
struct Compiled {
  using type = Op;
};
template <>
struct Compiled<gelu_erf_op> {
  using type = gelu_by_tail;
};

constexpr PointwiseTable make_table() {
  PointwiseTable table{};
  int i = 0;
#define HEARTH_ENTRY(name, arity)                   \
  {                                                 \
    using Op = Compiled<name##_op>::type;           \
    table.forward[i] = forward_entry<Op, arity>();  \
    table.backward[i][0] = backward_entry<Op, 0>(); \
    table.backward[i][1] = backward_entry<Op, 1>(); \
    table.backward[i][2] = backward_entry<Op, 2>(); \
    ++i;                                            \
  }
#define HEARTH_UNARY(name, ...) HEARTH_ENTRY(name, 1)
#define HEARTH_BINARY(name, ...) HEARTH_ENTRY(name, 2)
#define HEARTH_TERNARY(name, ...) HEARTH_ENTRY(name, 3)
#include "hearth/ops/pointwise.def"
#undef HEARTH_UNARY
#undef HEARTH_BINARY
#undef HEARTH_TERNARY
#undef HEARTH_ENTRY
  return table;
}

constexpr PointwiseTable kTable = make_table();

}  // namespace

const PointwiseTable& HEARTH_TABLE() { return kTable; }

}  // namespace hearth::cpu::HEARTH_ISA
