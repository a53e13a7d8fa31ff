// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "hearth/ops/creation.h"
#include "hearth/ops/linalg_decompositions.h"

#include "core/ops/samples.h"
#include "ops/decompositions.h"
#include "ops/distances.h"

namespace hearth::testing_ops {

namespace {

using Sizes = std::vector<int64_t>;

/// Square matrices whose singular values are far from 0 and from each other.
Tensor regular(IntArrayRef sizes, int seed = 0) {
  const int64_t n = sizes[sizes.size() - 1];
  return values(sizes, -0.5, 0.5, seed) + eye(n, TensorOptions(kDouble)) * 2;
}
Tensor positive_definite(IntArrayRef sizes, int seed = 0) {
  const Tensor a = values(sizes, -0.5, 0.5, seed);
  return a.matmul(a.mT()) + eye(sizes[sizes.size() - 1], TensorOptions(kDouble));
}
Tensor triangle(IntArrayRef sizes, bool upper) {
  return upper ? regular(sizes).triu() : regular(sizes).tril();
}

}  // namespace

bool needs_lapack(const OpTable& op) {
  for (const OpTable* row :
       {&ops::LdlFactorEx::row(), &ops::LdlSolve::row(), &ops::Qr::row(), &ops::Geqrf::row(),
        &ops::Svd::row(), &ops::Eigh::row(), &ops::Eig::row(), &ops::Lstsq::row(),
        &ops::MatrixSqrth::row(), &ops::Polar::row(), &ops::HermitianSylvester::row()})
    if (row == &op) return true;
  return false;
}

void decomposition_samples(Samples& s) {
  // Rows that read one triangle have the gradient of a symmetric matrix, which differences of
  // single elements do not see; decompositions_test.cpp checks these.
  const bool symmetric = false;
  for (const bool upper : {false, true}) {
    add(s, ops::CholeskyEx{upper}, {positive_definite({3, 3})}, symmetric);
    add(s, ops::CholeskyInverse{upper}, {triangle({2, 3, 3}, upper)});
    for (const bool left : {false, true}) {
      add(s, ops::SolveTriangular{upper, left, false},
          {triangle({3, 3}, upper), values(left ? IntArrayRef{3, 2} : IntArrayRef{2, 3})});
      add(s, ops::SolveTriangular{upper, left, true},
          {triangle({2, 1, 3, 3}, upper),
           values(left ? IntArrayRef{3, 3, 2} : IntArrayRef{3, 2, 3})});
    }
  }
  add(s, ops::CholeskyEx{}, {positive_definite({2, 4, 4}, 1)}, symmetric);
  for (const Sizes& sizes : {Sizes{3, 3}, Sizes{2, 2, 4}, Sizes{4, 3}})
    add(s, ops::LuFactorEx{},
        {values(sizes, -0.5, 0.5) +
         eye(sizes[sizes.size() - 2], sizes[sizes.size() - 1], TensorOptions(kDouble)) * 2});
  const Tensor a = values({2, 3, 3}, -0.5, 0.5);
  const auto [lu, pivots] = linalg_lu_factor(a);
  add(s, ops::LuPermutation{3, kDouble}, {pivots});
  add(s, ops::LuPermutation{5, kFloat}, {pivots});
  for (const bool adjoint : {false, true})
    add(s, ops::LuSolve{adjoint}, {lu, pivots, values({3, 2})});
  add(s, ops::SolveEx{}, {regular({3, 3}), values({3, 2})});
  add(s, ops::SolveEx{}, {regular({2, 1, 3, 3}), values({3, 3, 2}, 0.1, 0.8, 1)});
  add(s, ops::SolveEx{}, {regular({0, 0}), values({0, 2})});
  add(s, ops::InvEx{}, {regular({3, 3})});
  add(s, ops::InvEx{}, {regular({2, 4, 4}, 3)});
  add(s, ops::Det{}, {a});
  add(s, ops::Det{}, {regular({0, 0})});
  add(s, ops::SlogDet{}, {a});
  const Tensor symmetrical = a + a.mT();
  for (const bool hermitian : {false, true}) {
    add(s, ops::LdlFactorEx{hermitian}, {symmetrical}, false);
    if (!has_lapack()) continue;
    const auto [ld, swaps] = linalg_ldl_factor(symmetrical, hermitian);
    add(s, ops::LdlSolve{hermitian}, {ld, swaps, values({3, 2})}, false);
  }
  for (const auto mode : {ops::QrMode::Reduced, ops::QrMode::Complete})
    for (const Sizes& sizes : {Sizes{3, 3}, Sizes{2, 3, 5}, Sizes{4, 2}})
      add(s, ops::Qr{mode}, {values(sizes, -0.5, 0.5)},
          mode == ops::QrMode::Reduced || sizes[sizes.size() - 2] <= sizes[sizes.size() - 1]);
  add(s, ops::Qr{ops::QrMode::R}, {values({4, 3}, -0.5, 0.5)}, false);
  add(s, ops::Geqrf{}, {values({2, 4, 3}, -0.5, 0.5)}, false);
  const Tensor reflections = values({2, 4, 3}, -0.5, 0.5), tau = values({2, 2});
  add(s, ops::HouseholderProduct{}, {reflections, tau});
  add(s, ops::HouseholderProduct{}, {values({3, 3}, -0.5, 0.5), values({0})});
  for (const bool left : {false, true})
    for (const bool adjoint : {false, true})
      add(s, ops::Ormqr{left, adjoint},
          {reflections, values({2, 3}),
           values(left ? IntArrayRef{2, 4, 2} : IntArrayRef{2, 2, 4})});
  for (const Sizes& sizes : {Sizes{3, 3}, Sizes{2, 3, 4}, Sizes{4, 2}}) {
    add(s, ops::Svd{false, true}, {values(sizes, -0.5, 0.5)});
    add(s, ops::Svd{true, true}, {values(sizes, -0.5, 0.5)}, false);
    add(s, ops::Svd{false, false}, {values(sizes, -0.5, 0.5)}, false);
  }
  add(s, ops::Svd{true, true}, {values({2, 0}, -0.5, 0.5)}, false);
  for (const bool upper : {false, true}) {
    add(s, ops::Eigh{upper, true}, {symmetrical}, symmetric);
    add(s, ops::Eigh{upper, false}, {symmetrical}, symmetric);
  }
  // Complex results: a loss that does not see the phase of vectors is not the tests' plain sum.
  add(s, ops::Eig{true}, {a}, false);
  add(s, ops::Eig{false}, {a}, false);
  for (const auto driver : {ops::LstsqDriver::Gels, ops::LstsqDriver::Gelsy,
                            ops::LstsqDriver::Gelsd, ops::LstsqDriver::Gelss})
    for (const Sizes& sizes : {Sizes{2, 4, 3}, Sizes{2, 3, 4}})
      add(s, ops::Lstsq{1e-15, driver}, {values(sizes, -0.5, 0.5), values({2, sizes[1], 2})});
  add(s, ops::MatrixExp{}, {values({2, 3, 3}, -0.5, 0.5)});
  add(s, ops::MatrixExp{}, {values({2, 2}, -5, 5)});
  add(s, ops::MatrixSqrth{}, {positive_definite({2, 3, 3})}, symmetric);
  add(s, ops::HermitianSylvester{}, {positive_definite({2, 3, 3}), values({2, 3, 3})}, symmetric);
  for (const Sizes& sizes : {Sizes{3, 3}, Sizes{2, 4, 3}, Sizes{4, 1}})
    add(s, ops::Polar{}, {values(sizes, -0.5, 0.5)});
  for (const double p : {0.0, 0.5, 1.0, 1.5, 2.0, 3.0, std::numeric_limits<double>::infinity()}) {
    add(s, ops::Cdist{p}, {values({2, 1, 4, 3}), values({2, 5, 3}, 0.1, 0.8, 1)},
        p != 0 && std::isfinite(p));  // their largest differences are ties
    const Tensor x = values({4, 3}), y = values({5, 3}, 0.1, 0.8, 1);
    add(s, ops::CdistBackward{p}, {values({4, 5}), x, y, invoke(ops::Cdist{p}, x, y)}, false);
  }
  add(s, ops::Cdist{2}, {values({2, 0}), values({3, 0})});
  add(s, ops::Cross{-1}, {values({2, 3}), values({2, 3}, 0.1, 0.8, 1)});
  add(s, ops::Cross{0}, {values({3, 2}), values({3, 2}, 0.1, 0.8, 1)});
}

}  // namespace hearth::testing_ops
