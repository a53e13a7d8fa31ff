// SPDX-License-Identifier: Apache-2.0
// LAPACK behind the stand-ins of cuBLAS and cuSOLVER, with the names it has for each type.
#pragma once

#include <algorithm>
#include <complex>
#include <type_traits>
#include <vector>

extern "C" {
#define HEARTH_INT const int*
#define HEARTH_STR const char*
#define HEARTH_LAPACK(p, T, R, orthogonal, symmetric)                                             \
  void p##potrf_(HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, int*, size_t);                           \
  void p##getrf_(HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, int*, int*);                             \
  void p##getrs_(HEARTH_STR, HEARTH_INT, HEARTH_INT, const T*, HEARTH_INT, HEARTH_INT, T*,        \
                 HEARTH_INT, int*, size_t);                                                       \
  void p##trsm_(HEARTH_STR, HEARTH_STR, HEARTH_STR, HEARTH_STR, HEARTH_INT, HEARTH_INT, const T*, \
                const T*, HEARTH_INT, T*, HEARTH_INT, size_t, size_t, size_t, size_t);            \
  void p##geqrf_(HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, T*, T*, HEARTH_INT, int*);               \
  void p##orthogonal##gqr_(HEARTH_INT, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, const T*, T*,      \
                           HEARTH_INT, int*);                                                     \
  void p##orthogonal##mqr_(HEARTH_STR, HEARTH_STR, HEARTH_INT, HEARTH_INT, HEARTH_INT, const T*,  \
                           HEARTH_INT, const T*, T*, HEARTH_INT, T*, HEARTH_INT, int*, size_t,    \
                           size_t);
#define HEARTH_LAPACK_REAL(p, T)                                                                \
  HEARTH_LAPACK(p, T, T, or, sy)                                                                \
  void p##syev_(HEARTH_STR, HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, T*, T*, HEARTH_INT, int*,   \
                size_t, size_t);                                                                \
  void p##geev_(HEARTH_STR, HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, T*, T*, T*, HEARTH_INT, T*, \
                HEARTH_INT, T*, HEARTH_INT, int*, size_t, size_t);                              \
  void p##gesvd_(HEARTH_STR, HEARTH_STR, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, T*, T*,        \
                 HEARTH_INT, T*, HEARTH_INT, T*, HEARTH_INT, int*, size_t, size_t);
#define HEARTH_LAPACK_COMPLEX(p, T, R)                                                            \
  HEARTH_LAPACK(p, T, R, un, he)                                                                  \
  void p##heev_(HEARTH_STR, HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, R*, T*, HEARTH_INT, R*, int*, \
                size_t, size_t);                                                                  \
  void p##geev_(HEARTH_STR, HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, T*, T*, HEARTH_INT, T*,       \
                HEARTH_INT, T*, HEARTH_INT, R*, int*, size_t, size_t);                            \
  void p##gesvd_(HEARTH_STR, HEARTH_STR, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, R*, T*,          \
                 HEARTH_INT, T*, HEARTH_INT, T*, HEARTH_INT, R*, int*, size_t, size_t);
HEARTH_LAPACK_REAL(s, float)
HEARTH_LAPACK_REAL(d, double)
HEARTH_LAPACK_COMPLEX(c, std::complex<float>, float)
HEARTH_LAPACK_COMPLEX(z, std::complex<double>, double)
#undef HEARTH_LAPACK_COMPLEX
#undef HEARTH_LAPACK_REAL
#undef HEARTH_LAPACK
#undef HEARTH_STR
#undef HEARTH_INT
}

namespace hearth::emulator {

template <class T>
struct Lapack;
#define HEARTH_LAPACK(p, T, R, orthogonal, symmetric)      \
  template <>                                              \
  struct Lapack<T> {                                       \
    using Real = R;                                        \
    static constexpr bool complex = !std::is_same_v<T, R>; \
    static constexpr auto potrf = &p##potrf_;              \
    static constexpr auto getrf = &p##getrf_;              \
    static constexpr auto getrs = &p##getrs_;              \
    static constexpr auto trsm = &p##trsm_;                \
    static constexpr auto geqrf = &p##geqrf_;              \
    static constexpr auto orgqr = &p##orthogonal##gqr_;    \
    static constexpr auto ormqr = &p##orthogonal##mqr_;    \
    static constexpr auto syev = &p##symmetric##ev_;       \
    static constexpr auto geev = &p##geev_;                \
    static constexpr auto gesvd = &p##gesvd_;              \
  };
HEARTH_LAPACK(s, float, float, or, sy)
HEARTH_LAPACK(d, double, double, or, sy)
HEARTH_LAPACK(c, std::complex<float>, float, un, he)
HEARTH_LAPACK(z, std::complex<double>, double, un, he)
#undef HEARTH_LAPACK

/// Asks how much working memory a call wants, then makes the call: f(work, length).
template <class T, class F>
void with_work(const F& f) {
  T size{};
  const int query = -1;
  f(&size, &query);
  // A float does not count every integer.
  const auto n = static_cast<int>(std::real(size) * 1.001) + 1;
  std::vector<T> work(static_cast<size_t>(n));
  f(work.data(), &n);
}

}  // namespace hearth::emulator
