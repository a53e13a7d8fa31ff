// SPDX-License-Identifier: Apache-2.0
// The texts of pointwise.def as functions of one element: a struct <name>_op per line, with forward
// and the derivatives d0, d1, d2 by each input. Include after pointwise/px_element.h. Kernel
// header.
#pragma once

#include "pointwise/px_element.h"

namespace HEARTH_ELEMENT_NAMESPACE {
namespace {

struct None {};
enum class Result { SAME, NUMBER, FLOAT, BOOL, REAL };

/// The element type of an op's result.
template <Result R, class T>
struct Output {
  using type = T;
};
template <class T>
struct Output<Result::BOOL, T> {
  using type = unsigned char;
};
template <class T>
struct Output<Result::REAL, T> {
  using type = px::real_t<T>;
};

constexpr unsigned I = 1, F = 2, C = 4, FC = F | C, IF = I | F, IFC = I | F | C;
#define MASK_A
#define MASK_B
#define NO_BOOL
#define K(v) T(v)
#define none None()

// An op's texts as functions of one element. Member templates, so that only the classes an op has
// are compiled.
#define HEARTH_UNARY(name, forms, types, kind, expr, da)                                           \
  struct name##_op {                                                                               \
    static constexpr unsigned classes = types;                                                     \
    static constexpr Result result = Result::kind;                                                 \
    template <class T>                                                                             \
    static HEARTH_ELEMENT_FN auto forward(T x, T, T, [[maybe_unused]] T p0, [[maybe_unused]] T p1, \
                                          [[maybe_unused]] T p2) {                                 \
      return expr;                                                                                 \
    }                                                                                              \
    HEARTH_DERIVATIVE(d0, x, b, c, da)                                                             \
    HEARTH_DERIVATIVE(d1, a, b, c, none)                                                           \
    HEARTH_DERIVATIVE(d2, a, b, c, none)                                                           \
  };
#define HEARTH_BINARY(name, forms, types, kind, expr, da, db)                         \
  struct name##_op {                                                                  \
    static constexpr unsigned classes = types;                                        \
    static constexpr Result result = Result::kind;                                    \
    template <class T>                                                                \
    static HEARTH_ELEMENT_FN auto forward(T a, T b, T, [[maybe_unused]] T p0, T, T) { \
      return expr;                                                                    \
    }                                                                                 \
    HEARTH_DERIVATIVE(d0, a, b, c, da)                                                \
    HEARTH_DERIVATIVE(d1, a, b, c, db)                                                \
    HEARTH_DERIVATIVE(d2, a, b, c, none)                                              \
  };
#define HEARTH_TERNARY(name, forms, types, kind, expr, da, db, dc)                      \
  struct name##_op {                                                                    \
    static constexpr unsigned classes = types;                                          \
    static constexpr Result result = Result::kind;                                      \
    template <class T>                                                                  \
    static HEARTH_ELEMENT_FN auto forward(T a, T b, T c, [[maybe_unused]] T p0, T, T) { \
      return expr;                                                                      \
    }                                                                                   \
    HEARTH_DERIVATIVE(d0, a, b, c, da)                                                  \
    HEARTH_DERIVATIVE(d1, a, b, c, db)                                                  \
    HEARTH_DERIVATIVE(d2, a, b, c, dc)                                                  \
  };
#define HEARTH_DERIVATIVE(fn, a, b, c, text)                                                       \
  template <class T>                                                                               \
  static HEARTH_ELEMENT_FN auto fn(                                                                \
      [[maybe_unused]] T g, [[maybe_unused]] T a, [[maybe_unused]] T b, [[maybe_unused]] T c,      \
      [[maybe_unused]] T y, [[maybe_unused]] T p0, [[maybe_unused]] T p1, [[maybe_unused]] T p2) { \
    return text;                                                                                   \
  }
#include "hearth/ops/pointwise.def"
#undef HEARTH_UNARY
#undef HEARTH_BINARY
#undef HEARTH_TERNARY
#undef HEARTH_DERIVATIVE
#undef K
#undef none

#undef MASK_A
#undef MASK_B
#undef NO_BOOL

}  // namespace
}  // namespace HEARTH_ELEMENT_NAMESPACE
