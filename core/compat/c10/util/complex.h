// SPDX-License-Identifier: Apache-2.0
// std::abs(z) and the like of a c10::complex. LibTorch puts them into std, and programs call them
// there.
#pragma once

#include <complex>

#include "hearth/base/complex.h"

#include "c10/macros/Macros.h"

namespace hearth {
/// The type of a complex number's parts; another type is its own.
template <typename T>
struct scalar_value_type {
  using type = T;
};
template <typename T>
struct scalar_value_type<complex<T>> {
  using type = T;
};
template <typename T>
struct scalar_value_type<std::complex<T>> {
  using type = T;
};
}  // namespace hearth

namespace hearth::detail {
template <typename T>
std::complex<T> std_complex(const complex<T>& z) {
  return {z.real(), z.imag()};
}
template <typename T>
complex<T> own_complex(const std::complex<T>& z) {
  return {z.real(), z.imag()};
}
}  // namespace hearth::detail

namespace std {
#define HEARTH_REAL_OF_COMPLEX(name)               \
  template <typename T>                            \
  T name(const ::hearth::complex<T>& z) {          \
    return name(::hearth::detail::std_complex(z)); \
  }
HEARTH_REAL_OF_COMPLEX(real)
HEARTH_REAL_OF_COMPLEX(imag)
HEARTH_REAL_OF_COMPLEX(abs)
HEARTH_REAL_OF_COMPLEX(arg)
HEARTH_REAL_OF_COMPLEX(norm)
#undef HEARTH_REAL_OF_COMPLEX

#define HEARTH_COMPLEX_OF_COMPLEX(name)                                           \
  template <typename T>                                                           \
  ::hearth::complex<T> name(const ::hearth::complex<T>& z) {                      \
    return ::hearth::detail::own_complex(name(::hearth::detail::std_complex(z))); \
  }
HEARTH_COMPLEX_OF_COMPLEX(conj)
HEARTH_COMPLEX_OF_COMPLEX(exp)
HEARTH_COMPLEX_OF_COMPLEX(log)
HEARTH_COMPLEX_OF_COMPLEX(sqrt)
HEARTH_COMPLEX_OF_COMPLEX(sin)
HEARTH_COMPLEX_OF_COMPLEX(cos)
HEARTH_COMPLEX_OF_COMPLEX(tan)
HEARTH_COMPLEX_OF_COMPLEX(sinh)
HEARTH_COMPLEX_OF_COMPLEX(cosh)
HEARTH_COMPLEX_OF_COMPLEX(tanh)
#undef HEARTH_COMPLEX_OF_COMPLEX
}  // namespace std
