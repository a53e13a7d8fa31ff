// SPDX-License-Identifier: Apache-2.0
// What golden cases do not say of decompositions: gradients of any order where a row reads one
// triangle or gives complex results, errors in their words, batches, and given outputs.
#include <limits>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/base/context.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/derivatives.h"
#include "core/ops/samples.h"

namespace hearth {
namespace {

using autograd::variable_list;
using testing_ops::values;

#define NEEDS_LAPACK() \
  if (!has_lapack()) GTEST_SKIP() << "this build has no LAPACK (Debian: libopenblas-openmp-dev)"

Tensor matrix(IntArrayRef sizes, int seed = 0) { return values(sizes, -0.5, 0.5, seed); }
/// Of a pair of real tensors, which tests can differentiate by differences.
Tensor complex_of(const Tensor& parts) { return view_as_complex(parts); }

void expect_derivatives(const testing_ops::Fn& f, const variable_list& in, int orders = 3) {
  for (const Tensor& t : in) t.requires_grad_();
  EXPECT_EQ(testing_ops::compare_derivatives(f, in, orders, testing_ops::Entry::Grad), "");
}

template <class F>
std::string refusal(const F& f) {
  try {
    f();
    return "";
  } catch (const LinAlgError& e) {
    return e.what();
  }
}

TEST(Decompositions, CholeskyHasDerivatives) {
  for (const bool upper : {false, true})
    expect_derivatives(
        [=](const variable_list& in) -> variable_list {
          const Tensor a = in[0].matmul(in[0].mT()) + eye(3, TensorOptions(kDouble));
          return {linalg_cholesky(a, upper)};
        },
        {matrix({2, 3, 3})});
  expect_derivatives(
      [](const variable_list& in) -> variable_list {
        const Tensor a = complex_of(in[0]);
        const Tensor l = linalg_cholesky(a.matmul(adjoint(a)) + eye(3, TensorOptions(kDouble)));
        return {view_as_real(l)};
      },
      {matrix({3, 3, 2})});
}

TEST(Decompositions, EighHasDerivatives) {
  NEEDS_LAPACK();
  expect_derivatives(
      [](const variable_list& in) -> variable_list {
        const auto [w, v] = linalg_eigh(in[0] + in[0].mT());
        return {w, v};
      },
      {matrix({2, 3, 3})});
  expect_derivatives(
      [](const variable_list& in) -> variable_list {
        const Tensor a = complex_of(in[0]);
        const auto [w, v] = linalg_eigh(a + adjoint(a));
        return {w, v.abs(),
                view_as_real(v.matmul(w.exp().to(kComplexDouble).unsqueeze(-1) * adjoint(v)))};
      },
      {matrix({3, 3, 2})}, 2);
}

TEST(Decompositions, EigHasDerivatives) {
  NEEDS_LAPACK();
  const auto f = [](const Tensor& a) -> variable_list {
    const auto [w, v] = linalg_eig(a);
    return {view_as_real(w), v.abs()};
  };
  expect_derivatives([&](const variable_list& in) { return f(in[0]); }, {matrix({2, 3, 3})}, 2);
  expect_derivatives([&](const variable_list& in) { return f(complex_of(in[0])); },
                     {matrix({3, 3, 2})}, 2);
}

/// A function of a complex matrix, differentiated by its parts.
void expect_complex_derivatives(const char* text, Tensor (*f)(const Tensor&),
                                const std::vector<int64_t>& sizes) {
  SCOPED_TRACE(cat_str(text, " of parts ", sizes));
  Tensor parts = randn(sizes, Generator(7), TensorOptions(kDouble));
  expect_derivatives(
      [=](const variable_list& in) -> variable_list {
        const Tensor out = f(complex_of(in[0]));
        return {out.is_complex() ? view_as_real(out) : out};
      },
      {parts}, 2);
}
#define EXPECT_COMPLEX(...)   \
  expect_complex_derivatives( \
      #__VA_ARGS__, [](const Tensor& a) -> Tensor { return __VA_ARGS__; }, sizes)

Tensor solved_by_lu(const Tensor& a, bool left, bool adjoint) {
  const auto [lu, pivots] = linalg_lu_factor(a);
  return linalg_lu_solve(lu, pivots, a.mT(), left, adjoint);
}
Tensor multiplied(const Tensor& a, bool left, bool transpose) {
  const Tensor tau = a.select(-1, 0).narrow(-1, 0, 3);
  return ormqr(a, tau, left ? a : a.mT(), left, transpose);
}
/// A lower triangle with a positive diagonal.
Tensor cholesky_factor(const Tensor& a) {
  const Tensor diagonal = a.diagonal(0, -2, -1).abs() + 1;
  return a.tril(-1) + diag_embed(diagonal.to(a.scalar_type()));
}
Tensor polar_factor(const Tensor& a) {
  const auto [u, s, vh] = linalg_svd(a, false);
  return u.matmul(vh);
}
template <size_t I, class... T>
Tensor part(const std::tuple<T...>& results) {
  return std::get<I>(results);
}

TEST(Decompositions, RootsHaveDerivatives) {
  NEEDS_LAPACK();
  // Equal eigenvalues too, where those of eigenvectors do not exist.
  for (const Tensor& a : {matrix({2, 3, 3}), zeros({3, 3}, TensorOptions(kDouble))})
    expect_derivatives(
        [](const variable_list& in) -> variable_list {
          const Tensor b = in[0] + in[0].mT() + eye(3, TensorOptions(kDouble)) * 3;
          return {linalg_matrix_sqrth(b)};
        },
        {a});
  for (const Tensor& a : {matrix({2, 4, 3}), eye(4, 3, TensorOptions(kDouble)) * 2}) {
    const auto u_and_h = [](const variable_list& in) -> variable_list {
      const auto [u, h] = linalg_polar(in[0]);
      return {u, h};
    };
    expect_derivatives(u_and_h, {a});
    expect_derivatives([&](const variable_list& in) { return variable_list{u_and_h(in)[0]}; }, {a});
    expect_derivatives([&](const variable_list& in) { return variable_list{u_and_h(in)[1]}; }, {a});
  }
}

TEST(Decompositions, RootsTimesThemselvesAreTheMatrix) {
  NEEDS_LAPACK();
  for (const auto type : {kFloat, kDouble, kComplexFloat, kComplexDouble}) {
    const Tensor a = randn({5, 40, 33}, TensorOptions(type));
    const double tol = to_real(type) == kFloat ? 1e-3 : 1e-10;
    const auto [u, h] = linalg_polar(a);
    EXPECT_TRUE(u.matmul(h).allclose(a, tol, tol)) << type;
    EXPECT_TRUE(
        u.mH().matmul(u).allclose(eye(33, TensorOptions(type)).expand({5, 33, 33}), tol, tol));
    EXPECT_TRUE(h.equal(h.mH()));
    EXPECT_TRUE(linalg_matrix_sqrth(a.mH().matmul(a)).allclose(h, tol, tol)) << type;
  }
}

TEST(Decompositions, ComplexOnesHaveDerivatives) {
  NEEDS_LAPACK();
  using Sizes = std::vector<int64_t>;
  for (const Sizes& sizes : {Sizes{3, 3, 2}, Sizes{4, 2, 2}, Sizes{2, 4, 2}, Sizes{2, 3, 3, 2}}) {
    EXPECT_COMPLEX(part<1>(linalg_svd(a, false)));
    EXPECT_COMPLEX(part<0>(linalg_svd(a, false)).abs());
    EXPECT_COMPLEX(part<2>(linalg_svd(a, true)).narrow(-2, 0, 2).abs());
    EXPECT_COMPLEX(polar_factor(a));
    EXPECT_COMPLEX(part<0>(linalg_qr(a)));
    EXPECT_COMPLEX(part<1>(linalg_qr(a)));
    EXPECT_COMPLEX(part<0>(linalg_lu_factor(a)));
    EXPECT_COMPLEX(linalg_pinv(a));
    EXPECT_COMPLEX(part<0>(linalg_polar(a.size(-2) < a.size(-1) ? a.mT() : a)));
    EXPECT_COMPLEX(part<1>(linalg_polar(a.size(-2) < a.size(-1) ? a.mT() : a)));
  }
  for (const Sizes& sizes : {Sizes{3, 3, 2}, Sizes{2, 3, 3, 2}}) {
    EXPECT_COMPLEX(linalg_inv(a));
    EXPECT_COMPLEX(linalg_det(a));
    EXPECT_COMPLEX(part<0>(linalg_slogdet(a)));
    EXPECT_COMPLEX(part<1>(linalg_slogdet(a)));
    EXPECT_COMPLEX(linalg_solve(a, a.mT()));
    EXPECT_COMPLEX(linalg_solve(a, a.mT(), /*left=*/false));
    EXPECT_COMPLEX(linalg_solve_triangular(a, a.mT(), true));
    EXPECT_COMPLEX(linalg_matrix_exp(a));
    EXPECT_COMPLEX(linalg_matrix_sqrth(a.matmul(a.mH()) + eye(3, TensorOptions(kDouble))));
    EXPECT_COMPLEX(solved_by_lu(a, true, true));
    EXPECT_COMPLEX(solved_by_lu(a, true, false));
    EXPECT_COMPLEX(solved_by_lu(a, false, true));
    EXPECT_COMPLEX(solved_by_lu(a, false, false));
    EXPECT_COMPLEX(cholesky_inverse(cholesky_factor(a)));
  }
  for (const Sizes& sizes : {Sizes{4, 3, 2}}) {
    EXPECT_COMPLEX(multiplied(a, true, true));
    EXPECT_COMPLEX(multiplied(a, true, false));
    EXPECT_COMPLEX(multiplied(a, false, true));
    EXPECT_COMPLEX(multiplied(a, false, false));
    EXPECT_COMPLEX(linalg_householder_product(a, a.select(-2, 0)));
  }
}

TEST(Decompositions, DeterminantsOfSingularMatricesHaveDerivatives) {
  NEEDS_LAPACK();
  // One of rank 2, one regular; the first derivative of a determinant of rank 1 is 0.
  Tensor a = matrix({2, 3, 3});
  a.select(0, 0).select(0, 2).copy_(a.select(0, 0).select(0, 0) * 2);
  expect_derivatives([](const variable_list& in) -> variable_list { return {linalg_det(in[0])}; },
                     {a}, 2);
  // Without a graph of the gradient as well, and where LU has an exact 0.
  const Tensor exact = tensor({{1.0, 2.0, 3.0}, {2.0, 4.0, 6.0}, {1.0, 1.0, 1.0}}).requires_grad_();
  linalg_det(exact).backward();
  EXPECT_TRUE(exact.grad().allclose(
      tensor({{-2.0, 4.0, -2.0}, {1.0, -2.0, 1.0}, {0.0, 0.0, 0.0}}).to(exact.scalar_type()), 1e-5,
      1e-6));
  const Tensor one = values({3, 1}).matmul(values({1, 3}, 0.1, 0.8, 1)).requires_grad_();
  linalg_det(one).backward();
  EXPECT_LT(one.grad().abs().max().item<double>(), 1e-12);
}

TEST(Decompositions, EqualSingularValuesDoNotHurtPinv) {
  NEEDS_LAPACK();
  expect_derivatives([](const variable_list& in) -> variable_list { return {linalg_pinv(in[0])}; },
                     {eye(3, TensorOptions(kDouble)) * 2}, 2);
}

TEST(Decompositions, SayWhatIsWrongAsPyTorchDoes) {
  const Tensor singular = tensor({{1.0, 2.0}, {2.0, 4.0}}),
               batch = stack({eye(2, TensorOptions(kDouble)), singular});
  const auto contains = [](const std::string& text, const char* phrase) {
    EXPECT_NE(text.find(phrase), std::string::npos) << text;
  };
  contains(
      refusal([&] { linalg_inv(singular); }),
      "linalg.inv: The diagonal element 2 is zero, the inversion could not be completed because "
      "the input matrix is singular.");
  contains(refusal([&] { linalg_inv(batch); }),
           "linalg.inv: (Batch element 1): The diagonal element 2");
  contains(refusal([&] { linalg_solve(singular, singular); }),
           "The solver failed because the input matrix is singular.");
  contains(refusal([&] { linalg_cholesky(-singular); }),
           "linalg.cholesky: The factorization could not be completed because the input is not "
           "positive-definite (the leading minor of order 1 is not positive-definite).");
  contains(refusal([&] { linalg_lu_factor(singular); }),
           "U[2,2] is zero and using it on lu_solve would result in a division by zero.");
  contains(refusal([&] { linalg_inv_ex(singular, /*check_errors=*/true); }), "linalg.inv");
  contains(refusal([&] {
             cholesky_inverse(zeros({2, 2}));
           }),
           "cholesky_inverse: The diagonal element 1");
  EXPECT_THROW(linalg_qr(eye(3), "full"), ValueError);
  EXPECT_THROW(linalg_inv(zeros({2, 3})), ShapeError);
  EXPECT_THROW(linalg_inv(eye(3).to(kHalf)), DtypeError);
  EXPECT_THROW(linalg_inv(Tensor()), Error);
  EXPECT_THROW(linalg_lu(eye(3), /*pivot=*/false), NotImplementedError);
}

TEST(Decompositions, RefuseLossesThatDependOnThePhase) {
  NEEDS_LAPACK();
  const Tensor a = complex_of(matrix({3, 3, 2})).requires_grad_();
  const auto [u, s, vh] = linalg_svd(a);
  EXPECT_THROW(imag(u.sum()).backward(), AutogradError);
  EXPECT_THROW(imag(std::get<1>(linalg_eigh(a + adjoint(a))).sum()).backward(), AutogradError);
  EXPECT_THROW(std::get<1>(linalg_qr(a, "r")).abs().sum().backward(), AutogradError);
  EXPECT_THROW(std::get<0>(geqrf(a)).abs().sum().backward(), NotImplementedError);
}

TEST(Decompositions, BatchesAreTheirMatrices) {
  const Tensor a = matrix({9, 33, 33}) + eye(33, TensorOptions(kDouble)) * 3;
  const int before = get_num_threads();
  for (const int threads : {1, 3}) {
    set_num_threads(threads);
    const Tensor all = linalg_inv(a);
    const auto [sign, size] = linalg_slogdet(a);
    for (int64_t i = 0; i < 9; ++i) {
      EXPECT_TRUE(all[i].allclose(linalg_inv(a[i]), 1e-12, 1e-12));
      EXPECT_TRUE(size[i].allclose(std::get<1>(linalg_slogdet(a[i]))));
    }
    EXPECT_TRUE(
        all.matmul(a).allclose(eye(33, TensorOptions(kDouble)).expand({9, 33, 33}), 0, 1e-11));
  }
  set_num_threads(before);
}

TEST(Decompositions, LargeOnesAreExact) {
  NEEDS_LAPACK();
  const Tensor a = randn({300, 200}, TensorOptions(kDouble));
  const auto [q, r] = linalg_qr(a);
  EXPECT_TRUE(q.matmul(r).allclose(a, 1e-10, 1e-10));
  for (const bool full : {false, true}) {
    const auto [u, s, vh] = linalg_svd(a, full);
    EXPECT_TRUE((u.narrow(1, 0, 200) * s).matmul(vh).allclose(a, 1e-10, 1e-10));
  }
  const Tensor square = a.narrow(0, 0, 200), symmetric = square + square.mT();
  const auto [w, v] = linalg_eigh(symmetric);
  EXPECT_TRUE((v * w).matmul(v.mT()).allclose(symmetric, 1e-10, 1e-10));
  const auto [values, vectors] = linalg_eig(square);
  const Tensor wide = square.to(kComplexDouble);
  EXPECT_TRUE(wide.matmul(vectors).allclose(vectors * values, 1e-9, 1e-9));
  set_deterministic(true);
  EXPECT_TRUE(
      linalg_inv(square).matmul(square).allclose(eye(200, TensorOptions(kDouble)), 0, 1e-8));
  set_deterministic(false);
}

TEST(Decompositions, FactorsOfAnySideGiveTheMatrix) {
  manual_seed(3);
  for (const auto type : {kFloat, kDouble})
    for (const int64_t m : {1, 2, 3, 4, 5, 8, 13, 33, 64, 65, 70})
      for (const int64_t n : {m, m / 2 + 1, m + 3}) {
        const Tensor a = randn({3, m, n}, TensorOptions(type));
        a.select(0, 1).select(-1, n / 2).zero_();
        const auto [p, l, u] = linalg_lu(a);
        EXPECT_TRUE(p.matmul(l).matmul(u).allclose(a, 1e-4, 1e-5)) << type << m << " x " << n;
        EXPECT_LE(l.abs().max().item<double>(), 1);
        const auto [lu, pivots, info] = linalg_lu_factor_ex(a);
        // A column of zeros has no pivot, unless it lies beyond the last row.
        EXPECT_TRUE(
            info.equal(tensor({int64_t{0}, n / 2 < m ? n / 2 + 1 : 0, int64_t{0}}).to(kInt)));
      }
  // The first of equal magnitudes is the pivot.
  EXPECT_TRUE(std::get<1>(linalg_lu_factor(tensor({{1.f, 2.f}, {-1.f, 3.f}})))
                  .equal(tensor({1, 2}).to(kInt)));
}

/// The largest magnitude among the elements.
double largest(const Tensor& t) { return t.abs().max().item<double>(); }

TEST(Decompositions, ReflectionsOfAnySideGiveTheMatrix) {
  NEEDS_LAPACK();
  manual_seed(4);
  for (const auto type : {kFloat, kDouble}) {
    const double close = type == kFloat ? 2e-5 : 2e-13;
    for (const double scale : {1.0, 1e-35, 1e35})
      for (const int64_t m : {1, 2, 5, 33, 64, 65})
        for (const int64_t n : {m, m / 2 + 1, m + 3}) {
          if (scale != 1 && (n != m || m == 33)) continue;
          SCOPED_TRACE(cat_str(type, " ", m, " x ", n, " times ", scale));
          const Tensor a = randn({3, m, n}, TensorOptions(type)) * scale;
          a.select(0, 1).select(-1, n / 2).zero_();
          a.select(0, 2).copy_(a.select(0, 2).triu());  // nothing to reflect
          for (const char* mode : {"reduced", "complete"}) {
            const auto [q, r] = linalg_qr(a, mode);
            const Tensor unit = eye(q.size(-1), TensorOptions(type)).expand_as(q.mT().matmul(q));
            EXPECT_LE(largest(q.mT().matmul(q) - unit), close);
            EXPECT_LE(largest(q.matmul(r / scale) - a / scale), close * 10);
            EXPECT_TRUE(r.equal(r.triu()));
          }
          // A triangle is its own factor, with the signs that it has.
          EXPECT_TRUE(std::get<1>(linalg_qr(a[2], "r")).equal(a[2].narrow(0, 0, std::min(m, n))));
        }
  }
  // The rest of a column may be too small to change its length; it is turned all the same.
  const auto [q, r] = linalg_qr(tensor({{1e20f, 0.f}, {1e-20f, 1.f}}));
  EXPECT_TRUE(r.allclose(tensor({{-1e20f, 0.f}, {0.f, 1.f}}), 1e-6, 1e-30)) << r;
  // What is no number stays in its columns.
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor b = eye(9, TensorOptions(kFloat));
  b[0][5].fill_(nan);
  const Tensor rest = std::get<1>(linalg_qr(b));
  EXPECT_TRUE(rest.isnan().sum().item<int64_t>() == 1 && rest[0][5].isnan().item<bool>()) << rest;
}

TEST(Decompositions, SpectraOfAnySideGiveTheMatrix) {
  NEEDS_LAPACK();
  manual_seed(5);
  for (const auto type : {kFloat, kDouble}) {
    const double close = type == kFloat ? 3e-5 : 3e-13;
    const TensorOptions options(type);
    const auto check = [&](const Tensor& a, double scale = 1) {
      const int64_t n = a.size(-1);
      const auto [w, v] = linalg_eigh(a);
      EXPECT_LE(largest(v.mT().matmul(v) - eye(n, options).expand_as(a)), close);
      EXPECT_LE(largest((v * (w / scale).unsqueeze(-2)).matmul(v.mT()) - a / scale), close * 10);
      EXPECT_TRUE(n < 2 || (w.diff() >= 0).all().item<bool>()) << w;
      EXPECT_LE(largest(w / scale - linalg_eigvalsh(a) / scale), close * 10);
      // One triangle is read, whatever the other holds.
      const Tensor lower = a.tril() + full_like(a, 7).triu(1);
      EXPECT_TRUE(std::get<0>(linalg_eigh(lower, "L")).equal(w));
      EXPECT_LE(largest(std::get<0>(linalg_eigh(lower.mT(), "U")) / scale - w / scale), close * 10);
    };
    for (const int64_t n : {1, 2, 5, 33, 64, 65}) {
      SCOPED_TRACE(cat_str(type, " of side ", n));
      const Tensor x = randn({2, n, n}, options), a = x + x.mT();
      check(a);
      check(a * 1e-36, 1e-36);
      check(a * 1e35, 1e35);
      check(zeros({1, n, n}, options));
      check(ones({1, n, n}, options));
      check(diag_embed(arange(n, options)).unsqueeze(0));
      // A graded one, and one with pairs of nearly equal values.
      const Tensor grade = pow(10, arange(n, options) / -8).unsqueeze(0);
      check(grade.unsqueeze(-1) * grade.unsqueeze(-2) + diag_embed(grade));
      const Tensor far = (arange(n, options) - (n - 1) / 2.0).abs();
      check((diag_embed(far) + diag_embed(ones({n - 1}, options), 1) +
             diag_embed(ones({n - 1}, options), -1))
                .unsqueeze(0));
    }
  }
}

TEST(Decompositions, ExponentialsOfLargeMatricesAreThoseOfTheirHalves) {
  for (const double scale : {0.001, 0.1, 1.0, 10.0, 100.0}) {
    const Tensor a = matrix({3, 3}) * scale, half = linalg_matrix_exp(a / 2);
    EXPECT_TRUE(linalg_matrix_exp(a).allclose(half.matmul(half), 1e-9, 1e-9)) << scale;
  }
  EXPECT_TRUE(linalg_matrix_exp(full({2, 2}, std::numeric_limits<double>::infinity()))
                  .isnan()
                  .all()
                  .item<bool>());
}

TEST(Decompositions, WriteGivenOutputs) {
  const Tensor a = matrix({3, 3}) + eye(3, TensorOptions(kDouble)) * 2;
  Tensor out = empty({0}, TensorOptions(kDouble));
  EXPECT_EQ(&linalg_inv_out(out, a), &out);
  EXPECT_TRUE(out.allclose(linalg::inv(a)));
  Tensor sign = empty({}, TensorOptions(kDouble)), size = empty({}, TensorOptions(kDouble));
  linalg::slogdet_out(sign, size, a);
  EXPECT_TRUE(size.exp().allclose(linalg_det(a)));
  Tensor whole = empty({3, 3}, TensorOptions(kLong));
  EXPECT_THROW(linalg_inv_out(whole, a), DtypeError);
  Tensor leaf = empty({3, 3}, TensorOptions(kDouble)).requires_grad_();
  EXPECT_THROW(linalg_inv_out(leaf, a), AutogradError);
}

TEST(Decompositions, OldNamesAreTheNewOnes) {
  const Tensor a = matrix({3, 3}) + eye(3, TensorOptions(kDouble)) * 2, b = values({3, 2});
  EXPECT_TRUE(a.inverse().equal(linalg_inv(a)));
  EXPECT_TRUE(a.det().equal(linalg_det(a)));
  EXPECT_TRUE(a.logdet().allclose(linalg_det(a).log()));
  EXPECT_TRUE(a.matrix_power(3).allclose(a.matmul(a).matmul(a)));
  EXPECT_TRUE(a.matrix_power(-3).allclose(a.matmul(a).matmul(a).inverse()));
  const Tensor one = eye(2);
  EXPECT_TRUE(one.matrix_power(std::numeric_limits<int64_t>::min()).equal(one));
  EXPECT_TRUE(std::get<0>(b.triangular_solve(a)).equal(linalg_solve_triangular(a, b, true)));
  EXPECT_TRUE(b.cholesky_solve(a.cholesky()).defined());
  const auto [lu, pivots] = linalg_lu_factor(a);
  EXPECT_TRUE(b.lu_solve(lu, pivots).allclose(linalg_solve(a, b)));
}

}  // namespace
}  // namespace hearth
