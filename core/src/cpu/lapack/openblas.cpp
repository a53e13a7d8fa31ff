// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <climits>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/base/warning.h"
#include "hearth/ops/linalg_decompositions.h"

#include "cpu/lapack/lapack.h"
#include "cpu/lu_kernels.h"
#include "cpu/reflection_kernels.h"
#include "cpu/scratch.h"

// Fortran's routines: everything by address, and the lengths of strings at the end.
extern "C" {
int openblas_get_parallel(void);
char* openblas_get_config(void);
void openblas_set_num_threads(int);

#define HEARTH_INT const int*
#define HEARTH_STR const char*
#define HEARTH_LAPACK_SHARED(p, T, R)                                                             \
  void p##potrf_(HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, int*, size_t);                           \
  void p##potri_(HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, int*, size_t);                           \
  void p##getrf_(HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, int*, int*);                             \
  void p##getrs_(HEARTH_STR, HEARTH_INT, HEARTH_INT, const T*, HEARTH_INT, HEARTH_INT, T*,        \
                 HEARTH_INT, int*, size_t);                                                       \
  void p##getri_(HEARTH_INT, T*, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, int*);                   \
  void p##trsm_(HEARTH_STR, HEARTH_STR, HEARTH_STR, HEARTH_STR, HEARTH_INT, HEARTH_INT, const T*, \
                const T*, HEARTH_INT, T*, HEARTH_INT, size_t, size_t, size_t, size_t);            \
  void p##sytrf_(HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, int*, T*, HEARTH_INT, int*, size_t);     \
  void p##sytrs_(HEARTH_STR, HEARTH_INT, HEARTH_INT, const T*, HEARTH_INT, HEARTH_INT, T*,        \
                 HEARTH_INT, int*, size_t);                                                       \
  void p##geqrf_(HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, T*, T*, HEARTH_INT, int*);               \
  void p##gels_(HEARTH_STR, HEARTH_INT, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, T*, HEARTH_INT,   \
                T*, HEARTH_INT, int*, size_t);
#define HEARTH_LAPACK_REAL(p, T)                                                                   \
  HEARTH_LAPACK_SHARED(p, T, T)                                                                    \
  void p##orgqr_(HEARTH_INT, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, const T*, T*, HEARTH_INT,     \
                 int*);                                                                            \
  void p##ormqr_(HEARTH_STR, HEARTH_STR, HEARTH_INT, HEARTH_INT, HEARTH_INT, const T*, HEARTH_INT, \
                 const T*, T*, HEARTH_INT, T*, HEARTH_INT, int*, size_t, size_t);                  \
  void p##syevd_(HEARTH_STR, HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, T*, T*, HEARTH_INT, int*,     \
                 HEARTH_INT, int*, size_t, size_t);                                                \
  void p##geev_(HEARTH_STR, HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, T*, T*, T*, HEARTH_INT, T*,    \
                HEARTH_INT, T*, HEARTH_INT, int*, size_t, size_t);                                 \
  void p##gesdd_(HEARTH_STR, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, T*, T*, HEARTH_INT, T*,       \
                 HEARTH_INT, T*, HEARTH_INT, int*, int*, size_t);                                  \
  void p##gelsy_(HEARTH_INT, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, T*, HEARTH_INT, int*,         \
                 const T*, int*, T*, HEARTH_INT, int*);                                            \
  void p##gelsd_(HEARTH_INT, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, T*, HEARTH_INT, T*, const T*, \
                 int*, T*, HEARTH_INT, int*, int*);                                                \
  void p##gelss_(HEARTH_INT, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, T*, HEARTH_INT, T*, const T*, \
                 int*, T*, HEARTH_INT, int*);
#define HEARTH_LAPACK_COMPLEX(p, T, R)                                                             \
  HEARTH_LAPACK_SHARED(p, T, R)                                                                    \
  void p##hetrf_(HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, int*, T*, HEARTH_INT, int*, size_t);      \
  void p##hetrs_(HEARTH_STR, HEARTH_INT, HEARTH_INT, const T*, HEARTH_INT, HEARTH_INT, T*,         \
                 HEARTH_INT, int*, size_t);                                                        \
  void p##ungqr_(HEARTH_INT, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, const T*, T*, HEARTH_INT,     \
                 int*);                                                                            \
  void p##unmqr_(HEARTH_STR, HEARTH_STR, HEARTH_INT, HEARTH_INT, HEARTH_INT, const T*, HEARTH_INT, \
                 const T*, T*, HEARTH_INT, T*, HEARTH_INT, int*, size_t, size_t);                  \
  void p##heevd_(HEARTH_STR, HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, R*, T*, HEARTH_INT, R*,       \
                 HEARTH_INT, int*, HEARTH_INT, int*, size_t, size_t);                              \
  void p##geev_(HEARTH_STR, HEARTH_STR, HEARTH_INT, T*, HEARTH_INT, T*, T*, HEARTH_INT, T*,        \
                HEARTH_INT, T*, HEARTH_INT, R*, int*, size_t, size_t);                             \
  void p##gesdd_(HEARTH_STR, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, R*, T*, HEARTH_INT, T*,       \
                 HEARTH_INT, T*, HEARTH_INT, R*, int*, int*, size_t);                              \
  void p##gelsy_(HEARTH_INT, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, T*, HEARTH_INT, int*,         \
                 const R*, int*, T*, HEARTH_INT, R*, int*);                                        \
  void p##gelsd_(HEARTH_INT, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, T*, HEARTH_INT, R*, const R*, \
                 int*, T*, HEARTH_INT, R*, int*, int*);                                            \
  void p##gelss_(HEARTH_INT, HEARTH_INT, HEARTH_INT, T*, HEARTH_INT, T*, HEARTH_INT, R*, const R*, \
                 int*, T*, HEARTH_INT, R*, int*);
HEARTH_LAPACK_REAL(s, float)
HEARTH_LAPACK_REAL(d, double)
HEARTH_LAPACK_COMPLEX(c, hearth::complex<float>, float)
HEARTH_LAPACK_COMPLEX(z, hearth::complex<double>, double)
}

namespace hearth {

bool has_lapack() { return true; }

namespace cpu::lapack {

namespace {

/// The routines of a type. What complex types call otherwise has one name here.
template <class T>
struct Routines;

#define HEARTH_SHARED_ROUTINES(p)           \
  static constexpr auto potrf = &p##potrf_; \
  static constexpr auto potri = &p##potri_; \
  static constexpr auto getrf = &p##getrf_; \
  static constexpr auto getrs = &p##getrs_; \
  static constexpr auto getri = &p##getri_; \
  static constexpr auto trsm = &p##trsm_;   \
  static constexpr auto sytrf = &p##sytrf_; \
  static constexpr auto sytrs = &p##sytrs_; \
  static constexpr auto geqrf = &p##geqrf_; \
  static constexpr auto geev = &p##geev_;   \
  static constexpr auto gesdd = &p##gesdd_; \
  static constexpr auto gels = &p##gels_;   \
  static constexpr auto gelsy = &p##gelsy_; \
  static constexpr auto gelsd = &p##gelsd_; \
  static constexpr auto gelss = &p##gelss_;
#define HEARTH_REAL_ROUTINES(p, T)            \
  template <>                                 \
  struct Routines<T> {                        \
    HEARTH_SHARED_ROUTINES(p)                 \
    static constexpr auto hetrf = &p##sytrf_; \
    static constexpr auto hetrs = &p##sytrs_; \
    static constexpr auto orgqr = &p##orgqr_; \
    static constexpr auto ormqr = &p##ormqr_; \
    static constexpr auto syevd = &p##syevd_; \
  };
#define HEARTH_COMPLEX_ROUTINES(p, T)         \
  template <>                                 \
  struct Routines<T> {                        \
    HEARTH_SHARED_ROUTINES(p)                 \
    static constexpr auto hetrf = &p##hetrf_; \
    static constexpr auto hetrs = &p##hetrs_; \
    static constexpr auto orgqr = &p##ungqr_; \
    static constexpr auto ormqr = &p##unmqr_; \
    static constexpr auto syevd = &p##heevd_; \
  };
HEARTH_REAL_ROUTINES(s, float)
HEARTH_REAL_ROUTINES(d, double)
HEARTH_COMPLEX_ROUTINES(c, complex<float>)
HEARTH_COMPLEX_ROUTINES(z, complex<double>)

void check(const char* routine, int info) {
  HEARTH_CHECK(info >= 0, "[", routine, "] LAPACK refuses its argument ", -info);
}

/// Asks how much working memory a call wants, then makes the call: f(work, length).
template <class T, class F>
void with_work(const F& f) {
  T size{};
  f(&size, -1);
  double wanted;
  if constexpr (is_complex<T>) {
    wanted = static_cast<double>(size.real_);
  } else {
    wanted = static_cast<double>(size);
  }
  // A float does not count every integer, and LAPACK rounds down.
  const int n = static_cast<int>(std::min<double>(INT_MAX, std::max(1.0, wanted * (1 + 1e-6) + 1)));
  Scratch<T> work(static_cast<size_t>(n));
  f(work.data(), n);
}

size_t words(int64_t n) { return static_cast<size_t>(std::max<int64_t>(1, n)); }

}  // namespace

void prepare() {
  [[maybe_unused]] static const bool once = [] {
    constexpr int kSerial = 0, kOpenMP = 2;
    const int kind = openblas_get_parallel();
    if (kind == kOpenMP) return true;
    openblas_set_num_threads(1);
    if (kind != kSerial)
      HEARTH_WARN("[linalg] OpenBLAS (", static_cast<const char*>(openblas_get_config()),
                  ") brings threads of its own, so it runs on one; install one built for OpenMP "
                  "(Debian: libopenblas0-openmp)");
    return true;
  }();
}

template <class T>
int potrf(char uplo, int n, T* a, int lda) {
  int info = 0;
  Routines<T>::potrf(&uplo, &n, a, &lda, &info, 1);
  check("potrf", info);
  return info;
}
template <class T>
int potri(char uplo, int n, T* a, int lda) {
  int info = 0;
  Routines<T>::potri(&uplo, &n, a, &lda, &info, 1);
  check("potri", info);
  return info;
}

template <class T>
const LuKernels<T>& small_lu();
template <>
const LuKernels<float>& small_lu() {
  static const LuKernels<float>& kernels = HEARTH_SELECT_ISA(lu_kernels_f32);
  return kernels;
}
template <>
const LuKernels<double>& small_lu() {
  static const LuKernels<double>& kernels = HEARTH_SELECT_ISA(lu_kernels_f64);
  return kernels;
}

template <class T>
inline constexpr bool is_real = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// What is done here where the sides are small.
template <class T>
const ReflectionKernels<T>& small_reflections();
template <>
const ReflectionKernels<float>& small_reflections() {
  static const ReflectionKernels<float>& kernels = HEARTH_SELECT_ISA(reflection_kernels_f32);
  return kernels;
}
template <>
const ReflectionKernels<double>& small_reflections() {
  static const ReflectionKernels<double>& kernels = HEARTH_SELECT_ISA(reflection_kernels_f64);
  return kernels;
}

template <class T>
int getrf(int m, int n, T* a, int lda, int* pivots) {
  if constexpr (is_real<T>) {
    if (std::max(m, n) <= kSmallLu) return small_lu<T>().factor(m, n, a, lda, pivots);
  }
  int info = 0;
  Routines<T>::getrf(&m, &n, a, &lda, pivots, &info);
  check("getrf", info);
  return info;
}
template <class T>
void getrs(char trans, int n, int columns, const T* lu, int lda, const int* pivots, T* b, int ldb) {
  int info = 0;
  Routines<T>::getrs(&trans, &n, &columns, lu, &lda, pivots, b, &ldb, &info, 1);
  check("getrs", info);
}
template <class T>
void getri(int n, T* lu, int lda, const int* pivots) {
  int info = 0;
  with_work<T>([&](T* work, int size) {
    Routines<T>::getri(&n, lu, &lda, pivots, work, &size, &info);
    check("getri", info);
  });
}

template <class T>
void trsm(char side, char uplo, char trans, char diag, int m, int n, const T* a, int lda, T* b,
          int ldb) {
  const T one(1);
  Routines<T>::trsm(&side, &uplo, &trans, &diag, &m, &n, &one, a, &lda, b, &ldb, 1, 1, 1, 1);
}

template <class T>
int sytrf(bool hermitian, int n, T* a, int lda, int* pivots) {
  int info = 0;
  with_work<T>([&](T* work, int size) {
    (hermitian ? Routines<T>::hetrf : Routines<T>::sytrf)("L", &n, a, &lda, pivots, work, &size,
                                                          &info, 1);
    check("sytrf", info);
  });
  return info;
}
template <class T>
void sytrs(bool hermitian, int n, int columns, const T* a, int lda, const int* pivots, T* b,
           int ldb) {
  int info = 0;
  (hermitian ? Routines<T>::hetrs : Routines<T>::sytrs)("L", &n, &columns, a, &lda, pivots, b, &ldb,
                                                        &info, 1);
  check("sytrs", info);
}

template <class T>
void geqrf(int m, int n, T* a, int lda, T* tau) {
  if constexpr (is_real<T>) {
    if (std::max(m, n) <= kSmallSide) return small_reflections<T>().factor(m, n, a, lda, tau);
  }
  int info = 0;
  with_work<T>([&](T* work, int size) {
    Routines<T>::geqrf(&m, &n, a, &lda, tau, work, &size, &info);
    check("geqrf", info);
  });
}
template <class T>
void orgqr(int m, int n, int k, T* a, int lda, const T* tau) {
  if constexpr (is_real<T>) {
    if (m <= kSmallSide) return small_reflections<T>().form(m, n, k, a, lda, tau);
  }
  int info = 0;
  with_work<T>([&](T* work, int size) {
    Routines<T>::orgqr(&m, &n, &k, a, &lda, tau, work, &size, &info);
    check("orgqr", info);
  });
}
template <class T>
void ormqr(char side, bool adjoint, int m, int n, int k, const T* a, int lda, const T* tau, T* c,
           int ldc) {
  int info = 0;
  const char trans = !adjoint ? 'N' : is_complex<T> ? 'C' : 'T';
  with_work<T>([&](T* work, int size) {
    Routines<T>::ormqr(&side, &trans, &m, &n, &k, a, &lda, tau, c, &ldc, work, &size, &info, 1, 1);
    check("ormqr", info);
  });
}

template <class T>
int syevd(bool vectors, char uplo, int n, T* a, int lda, Real<T>* w) {
  using R = Real<T>;
  int info = 0;
  if constexpr (is_real<T>) {
    if (vectors && n <= kSmallSide) {
      info = small_reflections<T>().eigh(uplo == 'L', n, a, lda, w);
      if (info >= 0) return info;
    }
  }
  const char job = vectors ? 'V' : 'N';
  // The longest that LAPACK asks for, whatever its answer to a query.
  const int64_t order = n;
  const int integers = lapack_int(vectors ? 3 + 5 * order : 1);
  Scratch<int> iwork(words(integers));
  if constexpr (is_complex<T>) {
    const int reals = lapack_int(vectors ? 1 + 5 * order + 2 * order * order : std::max(1, n));
    Scratch<R> rwork(words(reals));
    with_work<T>([&](T* work, int size) {
      Routines<T>::syevd(&job, &uplo, &n, a, &lda, w, work, &size, rwork.data(), &reals,
                         iwork.data(), &integers, &info, 1, 1);
      check("heevd", info);
    });
  } else {
    with_work<T>([&](T* work, int size) {
      Routines<T>::syevd(&job, &uplo, &n, a, &lda, w, work, &size, iwork.data(), &integers, &info,
                         1, 1);
      check("syevd", info);
    });
  }
  return info;
}

template <class T>
int geev(int n, T* a, int lda, complex<Real<T>>* w, complex<Real<T>>* vectors, int ldv) {
  using R = Real<T>;
  int info = 0;
  const char job = vectors ? 'V' : 'N';
  const int one = 1;
  if constexpr (is_complex<T>) {
    Scratch<R> rwork(words(2 * int64_t{n}));
    with_work<T>([&](T* work, int size) {
      Routines<T>::geev("N", &job, &n, a, &lda, w, nullptr, &one, vectors, &ldv, work, &size,
                        rwork.data(), &info, 1, 1);
      check("geev", info);
    });
  } else {
    const auto order = static_cast<size_t>(n);
    Scratch<R> re(words(n)), im(words(n)), packed(vectors ? words(int64_t{n} * n) : 1);
    with_work<T>([&](T* work, int size) {
      Routines<T>::geev("N", &job, &n, a, &lda, re.data(), im.data(), nullptr, &one, packed.data(),
                        &n, work, &size, &info, 1, 1);
      check("geev", info);
    });
    for (size_t i = 0; i < order; ++i) w[i] = {re[i], im[i]};
    // A pair of conjugate vectors comes as its real and its imaginary part.
    for (size_t j = 0; vectors && j < order; ++j) {
      const R* x = packed.data() + j * order;
      complex<R>* to = vectors + j * static_cast<size_t>(ldv);
      const bool pair = im[j] != 0;
      for (size_t i = 0; i < order; ++i) to[i] = {x[i], pair ? x[order + i] : R(0)};
      if (!pair) continue;
      for (size_t i = 0; i < order; ++i) to[static_cast<size_t>(ldv) + i] = {x[i], -x[order + i]};
      ++j;
    }
  }
  return info;
}

template <class T>
int gesdd(bool all, int m, int n, T* a, int lda, Real<T>* s, T* u, int ldu, T* vt, int ldvt) {
  using R = Real<T>;
  int info = 0;
  const char job = !u ? 'N' : all ? 'A' : 'S';
  const int64_t least = std::min(m, n), most = std::max(m, n);
  Scratch<int> iwork(words(8 * least));
  // Not a number is no fault of the call: LAPACK says so with argument 4.
  const auto run = [&](auto... rwork) {
    with_work<T>([&](T* work, int size) {
      Routines<T>::gesdd(&job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &size, rwork...,
                         iwork.data(), &info, 1);
      if (info != -4) check("gesdd", info);
    });
  };
  if constexpr (is_complex<T>) {
    const int64_t reals =
        u ? std::max(5 * least * least + 5 * least, 2 * most * least + 2 * least * least + least)
          : 7 * least;
    Scratch<R> rwork(words(reals));
    run(rwork.data());
  } else {
    run();
  }
  return info;
}

template <class T>
int lstsq(LstsqDriver driver, int m, int n, int columns, T* a, int lda, T* b, int ldb, double rcond,
          int64_t* rank, Real<T>* s) {
  using R = Real<T>;
  int info = 0, found = 0;
  const auto limit = static_cast<R>(rcond);
  if (driver == LstsqDriver::Gels) {
    with_work<T>([&](T* work, int size) {
      Routines<T>::gels("N", &m, &n, &columns, a, &lda, b, &ldb, work, &size, &info, 1);
      check("gels", info);
    });
    return info;
  }
  const int64_t least = std::min(m, n);
  std::vector<int> integers;
  std::vector<R> reals;
  const auto real_memory = [&](size_t size) {
    if constexpr (is_complex<T>) reals.resize(std::max<size_t>(1, size));
  };
  const auto run = [&](const char* name, auto routine, auto... middle) {
    with_work<T>([&](T* work, int size) {
      if constexpr (is_complex<T>) {
        routine(&m, &n, &columns, a, &lda, b, &ldb, middle..., &limit, &found, work, &size,
                reals.data(), &info);
      } else {
        routine(&m, &n, &columns, a, &lda, b, &ldb, middle..., &limit, &found, work, &size, &info);
      }
      check(name, info);
    });
  };
  if (driver == LstsqDriver::Gelsy) {
    integers.assign(words(n), 0);
    real_memory(words(2 * int64_t{n}));
    run("gelsy", Routines<T>::gelsy, integers.data());
  } else if (driver == LstsqDriver::Gelss) {
    real_memory(words(5 * least));
    run("gelss", Routines<T>::gelss, s);
  } else {
    // As much as LAPACK may ask for: its tree has at most 32 levels over leaves of 25.
    constexpr int64_t kLeaf = 25, kLevels = 32;
    integers.resize(words(3 * least * kLevels + 11 * least));
    real_memory(words(10 * int64_t{n} + 10 * int64_t{m} + 2 * least * kLeaf + 8 * least * kLevels +
                      3 * kLeaf * columns +
                      std::max<int64_t>((kLeaf + 1) * (kLeaf + 1),
                                        n * (1 + int64_t{columns}) + 2 * int64_t{columns})));
    with_work<T>([&](T* work, int size) {
      if constexpr (is_complex<T>) {
        Routines<T>::gelsd(&m, &n, &columns, a, &lda, b, &ldb, s, &limit, &found, work, &size,
                           reals.data(), integers.data(), &info);
      } else {
        Routines<T>::gelsd(&m, &n, &columns, a, &lda, b, &ldb, s, &limit, &found, work, &size,
                           integers.data(), &info);
      }
      check("gelsd", info);
    });
  }
  *rank = found;
  return info;
}

#include "cpu/lapack/instances.def"

}  // namespace cpu::lapack
}  // namespace hearth
