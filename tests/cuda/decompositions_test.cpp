// SPDX-License-Identifier: Apache-2.0
// Linear algebra on the device: one matrix or a batch of small or large ones, real and complex, and
// what is wrong with matrices.
#include <cmath>
#include <limits>

#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {
namespace {

constexpr ScalarType kTypes[] = {kDouble, kComplexDouble};
/// Batches of orders for which libraries have routines of their own, and larger ones.
const std::vector<DimVector> kBatches = {{}, {1}, {4}, {2, 3}};

class CudaDecompositions : public Cuda {
 protected:
  void SetUp() override {
    Cuda::SetUp();
    manual_seed(5);
  }
  static DimVector sizes(const DimVector& batch, int64_t m, int64_t n) {
    DimVector all = batch;
    all.push_back(m);
    all.push_back(n);
    return all;
  }
  static Tensor random(const DimVector& batch, int64_t m, int64_t n, ScalarType type) {
    return randn(sizes(batch, m, n), type);
  }
  /// Whose solutions are not sensitive to rounding.
  static Tensor regular(const DimVector& batch, int64_t n, ScalarType type) {
    return random(batch, n, n, type) / std::sqrt(n) + 3 * eye(n, type);
  }
  static Tensor definite(const DimVector& batch, int64_t n, ScalarType type) {
    const Tensor a = random(batch, n, n, type) / std::sqrt(n);
    return a.matmul(a.mH()) + eye(n, type);
  }
  static Tensor hermitian(const DimVector& batch, int64_t n, ScalarType type) {
    const Tensor a = random(batch, n, n, type);
    return a + a.mH();
  }
  /// Calls f(batch, n, type) for small and large matrices.
  template <class F>
  static void for_all(const F& f) {
    for (const ScalarType type : kTypes) {
      for (const DimVector& batch : kBatches) {
        SCOPED_TRACE(cat_str(batch.ref(), " of ", type));
        f(batch, 5, type);
      }
      SCOPED_TRACE(cat_str("large, of ", type));
      f(DimVector{2}, 270, type);
    }
  }
};

/// The same results of the same calls on both devices.
template <class F>
void expect_like_cpu(const std::vector<Tensor>& in, const F& f, double tolerance = 1e-9) {
  const std::vector<Tensor> want = f(in), got = f(to(kCUDA, in));
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    SCOPED_TRACE(cat_str("result ", i));
    expect_same(got[i], want[i], tolerance);
  }
}
std::vector<Tensor> listed(const std::tuple<Tensor, Tensor>& t) {
  return {std::get<0>(t), std::get<1>(t)};
}
std::vector<Tensor> listed(const std::tuple<Tensor, Tensor, Tensor>& t) {
  return {std::get<0>(t), std::get<1>(t), std::get<2>(t)};
}

TEST_F(CudaDecompositions, Cholesky) {
  for_all([&](const DimVector& batch, int64_t n, ScalarType type) {
    const Tensor a = definite(batch, n, type);
    for (const bool upper : {false, true}) {
      expect_like_cpu({a},
                      [&](const auto& in) { return listed(linalg_cholesky_ex(in[0], upper)); });
      expect_like_cpu({linalg_cholesky(a, upper)}, [&](const auto& in) {
        return std::vector<Tensor>{cholesky_inverse(in[0], upper)};
      });
    }
  });
}

TEST_F(CudaDecompositions, LuFactorsAndWhatIsSolvedWithThem) {
  for_all([&](const DimVector& batch, int64_t n, ScalarType type) {
    const Tensor a = regular(batch, n, type), b = random(batch, n, 3, type);
    expect_like_cpu({a}, [](const auto& in) { return listed(linalg_lu_factor_ex(in[0])); });
    expect_like_cpu({a, b}, [](const auto& in) { return listed(linalg_solve_ex(in[0], in[1])); });
    expect_like_cpu({a}, [](const auto& in) { return listed(linalg_inv_ex(in[0])); });
    expect_like_cpu({a}, [](const auto& in) { return listed(linalg_slogdet(in[0])); });
    const auto [lu, pivots] = linalg_lu_factor(a);
    for (const bool adjoint : {false, true})
      for (const bool left : {false, true})
        expect_like_cpu({lu, pivots, left ? b : b.mT()}, [&](const auto& in) {
          return std::vector<Tensor>{linalg_lu_solve(in[0], in[1], in[2], left, adjoint)};
        });
  });
  for (const ScalarType type : kTypes)
    for (const bool wide : {false, true})
      expect_like_cpu({random({3}, wide ? 4 : 6, wide ? 6 : 4, type)},
                      [](const auto& in) { return listed(linalg_lu_factor_ex(in[0])); });
}

TEST_F(CudaDecompositions, Determinants) {
  for (const ScalarType type : kTypes)
    for (const DimVector& batch : kBatches)
      expect_like_cpu({random(batch, 4, 4, type)},
                      [](const auto& in) { return std::vector<Tensor>{linalg_det(in[0])}; });
  const Tensor singular = ones({3, 3}, kDouble);
  expect_like_cpu({singular}, [](const auto& in) { return listed(linalg_slogdet(in[0])); });
}

TEST_F(CudaDecompositions, TrianglesInBatchesThatBroadcast) {
  for (const ScalarType type : kTypes)
    for (const int64_t n : {4, 260})
      for (const bool upper : {false, true})
        for (const bool left : {false, true})
          for (const bool rows : {false, true}) {
            Tensor a = regular({3, 1}, n, type);
            a = upper ? a.triu() : a.tril();
            if (!rows) a = a.mT().contiguous().mT();
            const Tensor b = left ? random({2}, n, 3, type) : random({2}, 3, n, type);
            expect_like_cpu({a, b}, [&](const auto& in) {
              return std::vector<Tensor>{linalg_solve_triangular(in[0], in[1], upper, left)};
            });
          }
  const Tensor a = regular({2, 1}, 4, kDouble), b = random({3}, 4, 2, kDouble);
  const auto [lu, pivots] = linalg_lu_factor(a);
  expect_like_cpu({lu, pivots, b}, [](const auto& in) {
    return std::vector<Tensor>{linalg_lu_solve(in[0], in[1], in[2])};
  });
  expect_like_cpu({a, b},
                  [](const auto& in) { return std::vector<Tensor>{linalg_solve(in[0], in[1])}; });
}

TEST_F(CudaDecompositions, LdlFactors) {
  for (const ScalarType type : kTypes)
    for (const DimVector& batch : kBatches)
      for (const int64_t n : {5, 40})
        for (const bool is_hermitian : {false, true}) {
          SCOPED_TRACE(cat_str(batch.ref(), " ", n, " ", is_hermitian));
          // Without a diagonal, so that the first pivot is of two rows.
          Tensor a = random(batch, n, n, type);
          a = is_hermitian ? a + a.mH() : a + a.mT();
          a.diagonal(0, -2, -1).zero_();
          const Tensor b = random(batch, n, 3, type);
          expect_like_cpu(
              {a},
              [&](const auto& in) { return listed(linalg_ldl_factor_ex(in[0], is_hermitian)); },
              1e-8);
          const auto [ld, pivots] = linalg_ldl_factor(a, is_hermitian);
          EXPECT_TRUE(pivots.select(-1, 0).lt(0).all().item<bool>());
          expect_like_cpu(
              {ld, pivots, b},
              [&](const auto& in) {
                return std::vector<Tensor>{linalg_ldl_solve(in[0], in[1], in[2], is_hermitian)};
              },
              1e-7);
        }
  expect_like_cpu({zeros({3, 3}, kDouble)},
                  [](const auto& in) { return listed(linalg_ldl_factor_ex(in[0])); });
}

/// That A = the product of its factors, whose vectors are orthonormal.
void expect_factors(const Tensor& a, const Tensor& product, std::initializer_list<Tensor> bases) {
  expect_same(product, a.cpu(), 1e-9);
  for (const Tensor& q : bases)
    expect_same(q.mH().matmul(q),
                eye(q.size(-1), TensorOptions(q.scalar_type())).expand(q.mH().matmul(q).sizes()),
                1e-9);
}

TEST_F(CudaDecompositions, Qr) {
  for (const ScalarType type : kTypes)
    for (const DimVector& batch : kBatches)
      for (const int64_t n : {1, 3, 4, 6, 0}) {
        const Tensor a = random(batch, 4, n, type).to(kCUDA);
        for (const char* mode : {"reduced", "complete"}) {
          const auto [q, r] = linalg_qr(a, mode);
          expect_factors(a, q.matmul(r), {q});
          expect_same(r.tril(-1), zeros_like(r).cpu());
        }
        expect_like_cpu({a.cpu()}, [](const auto& in) {
          const Tensor r = std::get<1>(linalg_qr(in[0], "r"));
          return std::vector<Tensor>{r.mH().matmul(r)};
        });
      }
}

TEST_F(CudaDecompositions, SingularValues) {
  for (const ScalarType type : kTypes)
    for (const DimVector& batch : kBatches)
      for (const int64_t n : {1, 3, 4, 6}) {
        const Tensor a = random(batch, 4, n, type).to(kCUDA);
        const int64_t k = std::min<int64_t>(4, n);
        for (const bool full : {false, true}) {
          const auto [u, s, vh] = linalg_svd(a, full);
          expect_factors(a, (u.narrow(-1, 0, k) * s.unsqueeze(-2)).matmul(vh.narrow(-2, 0, k)),
                         {u, vh.mH()});
        }
        expect_like_cpu({a.cpu()},
                        [](const auto& in) { return std::vector<Tensor>{linalg_svdvals(in[0])}; });
      }
}

TEST_F(CudaDecompositions, Eigenvalues) {
  for_all([&](const DimVector& batch, int64_t n, ScalarType type) {
    const Tensor a = hermitian(batch, n, type).to(kCUDA);
    for (const char* triangle : {"L", "U"}) {
      // The other triangle is not read.
      const double nan = std::numeric_limits<double>::quiet_NaN();
      const Tensor other = full_like(a, nan);
      const Tensor half = *triangle == 'L' ? a.tril() + other.triu(1).nan_to_num(0)
                                           : a.triu() + other.tril(-1).nan_to_num(0);
      const auto [w, v] = linalg_eigh(half, triangle);
      expect_factors(a, (v * w.unsqueeze(-2)).matmul(v.mH()), {v});
      expect_like_cpu({half.cpu()}, [&](const auto& in) {
        return std::vector<Tensor>{linalg_eigvalsh(in[0], triangle)};
      });
    }
  });
  for (const ScalarType type : kTypes)
    for (const DimVector& batch : kBatches) {
      const Tensor a = random(batch, 5, 5, type).to(kCUDA);
      const auto [w, v] = linalg_eig(a);
      expect_same(a.to(kComplexDouble).matmul(v), (v * w.unsqueeze(-2)).cpu(), 1e-9);
      expect_same(linalg_eigvals(a).sum(-1), w.sum(-1).cpu(), 1e-9);
    }
}

TEST_F(CudaDecompositions, LeastSquares) {
  for (const ScalarType type : kTypes)
    for (const DimVector& batch : kBatches)
      for (const int64_t n : {2, 4, 6})
        for (const char* driver : {"gels", "gelsy", "gelsd", "gelss"})
          expect_like_cpu({random(batch, 4, n, type), random(batch, 4, 3, type)},
                          [&](const auto& in) {
                            return std::vector<Tensor>{
                                std::get<0>(linalg_lstsq(in[0], in[1], std::nullopt, driver))};
                          });
}

TEST_F(CudaDecompositions, FunctionsOfMatrices) {
  for (const ScalarType type : kTypes)
    for (const DimVector& batch : kBatches) {
      const auto one = [](auto f) {
        return [f](const std::vector<Tensor>& in) { return std::vector<Tensor>{f(in[0])}; };
      };
      expect_like_cpu({definite(batch, 4, type)},
                      one([](const Tensor& a) { return linalg_matrix_sqrth(a); }));
      expect_like_cpu({random(batch, 5, 3, type)},
                      [](const auto& in) { return listed(linalg_polar(in[0])); });
      for (const double scale : {1e-20, 1e-3, 0.1, 1.0, 20.0})
        expect_like_cpu({random(batch, 4, 4, type) * scale},
                        one([](const Tensor& a) { return linalg_matrix_exp(a); }), 1e-8);
    }
  // Each matrix is halved as often as it needs; those without a norm are NaN.
  Tensor mixed = random({4}, 3, 3, kDouble);
  mixed[0] *= 1e-8;
  mixed[1] *= 30;
  mixed[2][1][1] = std::numeric_limits<double>::infinity();
  expect_like_cpu({mixed},
                  [](const auto& in) { return std::vector<Tensor>{linalg_matrix_exp(in[0])}; });
}

TEST_F(CudaDecompositions, WhatIsWrongWithMatrices) {
  const Tensor nan = full({2, 3, 3}, std::numeric_limits<double>::quiet_NaN(), kDouble);
  Tensor singular = eye(3, TensorOptions(kDouble)).repeat({2, 1, 1});
  singular[1][2][2] = 0;
  const Tensor there = singular.to(kCUDA), b = ones({2, 3, 1}, kDouble).to(kCUDA);
  EXPECT_THROW(linalg_inv(there), LinAlgError);
  EXPECT_THROW(linalg_solve(there, b), LinAlgError);
  EXPECT_THROW(linalg_cholesky(-there), LinAlgError);
  EXPECT_THROW(cholesky_inverse(there), LinAlgError);
  EXPECT_THROW(linalg_lu_factor(there), LinAlgError);
  EXPECT_THROW(linalg_ldl_factor(there), LinAlgError);
  EXPECT_THROW(linalg_lstsq(there, b, std::nullopt, "gels"), LinAlgError);
  EXPECT_THROW(linalg_svd(nan.to(kCUDA)), LinAlgError);
  EXPECT_THROW(linalg_eig(nan.to(kCUDA)), Error);
  expect_like_cpu({singular}, [](const auto& in) { return listed(linalg_inv_ex(in[0])); });
  expect_like_cpu({singular}, [](const auto& in) { return listed(linalg_lu_factor_ex(in[0])); });
}

TEST_F(CudaDecompositions, PivotsThatAreNone) {
  const Tensor a = eye(3, TensorOptions(kDouble).device(kCUDA)), b = ones({3, 1}, a.options());
  const Tensor pivots = tensor({1, 2, 4}, kInt).to(kCUDA);
  linalg_lu_solve(a, pivots, b);
  EXPECT_THROW(cuda::synchronize(), IndexError);
  linalg_ldl_solve(a, pivots, b);
  EXPECT_THROW(cuda::synchronize(), IndexError);
  linalg_ldl_solve(a, tensor({1, 2, -3}, kInt).to(kCUDA), b);
  cuda::synchronize();
}

TEST_F(CudaDecompositions, OfNothing) {
  for (const ScalarType type : kTypes)
    for (const DimVector& batch : {DimVector{}, DimVector{2}, DimVector{0}}) {
      const int64_t n = !batch.empty() && batch[0] == 0 ? 3 : 0;
      const Tensor a = zeros(sizes(batch, n, n), type), b = zeros(sizes(batch, n, 2), type);
      expect_like_cpu({a, b}, [](const auto& in) {
        std::vector<Tensor> all = listed(linalg_cholesky_ex(in[0]));
        for (const auto& more : {listed(linalg_lu_factor_ex(in[0])),
                                 listed(linalg_inv_ex(in[0])),
                                 listed(linalg_solve_ex(in[0], in[1])),
                                 listed(linalg_slogdet(in[0])),
                                 listed(linalg_ldl_factor_ex(in[0])),
                                 listed(linalg_qr(in[0])),
                                 listed(linalg_svd(in[0])),
                                 listed(linalg_eigh(in[0])),
                                 listed(linalg_eig(in[0])),
                                 {linalg_det(in[0]), linalg_matrix_exp(in[0]),
                                  linalg_matrix_sqrth(in[0]), cholesky_inverse(in[0])}})
          all.insert(all.end(), more.begin(), more.end());
        return all;
      });
    }
}

}  // namespace
}  // namespace hearth::testing_cuda
