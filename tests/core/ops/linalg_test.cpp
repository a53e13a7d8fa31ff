// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/linalg.h"

#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/exact.h"

namespace hearth {
namespace {

using ::testing::HasSubstr;

const complex<double> kComplexNan(std::numeric_limits<double>::quiet_NaN(), 0);

/// matmul of two at least 2-d tensors by broadcasting and a sum.
Tensor naive(const Tensor& a, const Tensor& b) {
  return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(IntArrayRef{-2});
}

TEST(Matmul, EveryRank) {
  const Tensor v = numbers({4}), w = numbers({4}, kDouble, 2), m = numbers({3, 4}),
               n = numbers({4, 5}, kDouble, 3), bm = numbers({2, 3, 4}),
               bn = numbers({2, 4, 5}, kDouble, 2);
  expect_equal(matmul(v, w), (v * w).sum());
  expect_equal(matmul(m, v), (m * v).sum(IntArrayRef{1}));
  expect_equal(matmul(v, n), naive(v.unsqueeze(0), n).squeeze(0));
  expect_equal(matmul(m, n), naive(m, n));
  expect_equal(matmul(bm, n), naive(bm, n.unsqueeze(0)));
  expect_equal(matmul(m, bn), naive(m.unsqueeze(0), bn));
  expect_equal(matmul(bm, bn), naive(bm, bn));
  expect_equal(matmul(bm, v), (bm * v).sum(IntArrayRef{2}));
  expect_equal(matmul(v, bn), naive(v.unsqueeze(0).unsqueeze(0), bn).squeeze(1));
  expect_equal(mm(m, n), naive(m, n));
  expect_equal(bmm(bm, bn), naive(bm, bn));
  expect_equal(mv(m, v), (m * v).sum(IntArrayRef{1}));
  expect_equal(dot(v, w), (v * w).sum());
  expect_equal(outer(v, w), v.unsqueeze(1) * w);
  expect_equal(inner(bm, m), naive(bm, m.t().unsqueeze(0)));
}

TEST(Matmul, BatchesBroadcast) {
  const Tensor a = numbers({2, 1, 3, 4}), b = numbers({5, 4, 2}, kDouble, 2);
  expect_equal(matmul(a, b), naive(a, b.unsqueeze(0)));
  // More batch dims than the kernel takes, and none that merge.
  const Tensor c = numbers({2, 1, 2, 1, 2, 1, 2, 1, 3, 2});
  const Tensor d = numbers({1, 2, 1, 2, 1, 2, 1, 2, 2, 3}, kDouble, 2);
  expect_equal(matmul(c, d), naive(c, d));
}

TEST(Matmul, AnyStrides) {
  const Tensor a = numbers({6, 8}), b = numbers({8, 6}, kDouble, 2);
  expect_equal(matmul(a.t(), b.t()), naive(a.t().contiguous(), b.t().contiguous()));
  const Tensor s = a.slice(1, 0, 8, 2), t = b.slice(0, 1, 8, 2);
  expect_equal(matmul(s, t), naive(s.contiguous(), t.contiguous()));
  expect_equal(matmul(s, t.slice(1, 0, 6, 3)), naive(s, t.slice(1, 0, 6, 3)));
  const Tensor e = numbers({4}).expand({6, 4});
  expect_equal(matmul(e, t), naive(e.contiguous(), t));
  const Tensor p = numbers({3, 2, 4}).permute({1, 0, 2}), q = numbers({5, 4, 2}).permute({2, 1, 0});
  expect_equal(matmul(p, q), naive(p.contiguous(), q.contiguous()));
  expect_equal(matmul(a.select(1, 3), b.slice(0, 0, 6)),
               naive(a.select(1, 3).unsqueeze(0), b.slice(0, 0, 6)).squeeze(0));
}

TEST(Matmul, EveryType) {
  for (ScalarType t : {kByte, kChar, kShort, kInt, kLong, kHalf, kBFloat16, kFloat, kDouble,
                       kComplexFloat, kComplexDouble}) {
    SCOPED_TRACE(to_string(t));
    const Tensor a = numbers({5, 3}, t), b = numbers({3, 4}, t, 2), bias = numbers({4}, t, 3);
    const Tensor want = naive(as_double(a), as_double(b));
    EXPECT_EQ(matmul(a, b).dtype(), t);
    expect_equal(matmul(a, b), want.to(t));
    expect_equal(linear(a, b.t(), bias), (want + as_double(bias)).to(t));
    expect_equal(addmm(bias, a, b, 2, 3), (want * 3 + as_double(bias) * 2).to(t));
  }
}

TEST(Matmul, EmptyOperands) {
  EXPECT_EQ(matmul(zeros({0, 3}), zeros({3, 2})).sizes(), IntArrayRef({0, 2}));
  expect_equal(matmul(zeros({2, 0}), zeros({0, 3})), zeros({2, 3}));
  expect_equal(matmul(zeros({0}), zeros({0})), zeros({}));
  EXPECT_EQ(matmul(zeros({0, 2, 3}), zeros({3, 4})).sizes(), IntArrayRef({0, 2, 4}));
  expect_equal(linear(zeros({2, 0}), zeros({3, 0}), ones({3})), ones({2, 3}));
  expect_equal(addmm(ones({3}), zeros({2, 0}), zeros({0, 3})), ones({2, 3}));
  expect_equal(inner(zeros({2, 0}), zeros({3, 0})), zeros({2, 3}));
}

TEST(Matmul, NaNAndInfinityPropagate) {
  const Tensor a = full({2, 2}, 0.0), b = full({2, 2}, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(matmul(a, b).isnan().all().item<bool>());
  // With beta 0 the input is not read.
  const Tensor nan = full({2}, std::numeric_limits<double>::quiet_NaN());
  expect_equal(addmm(nan, ones({2, 2}), ones({2, 2}), 0), full({2, 2}, 2.0));
}

TEST(Matmul, OutMayBeAnInput) {
  const Tensor a = numbers({3, 3}), want = naive(a, a);
  Tensor x = a.clone();
  mm_out(x, x, x);
  expect_equal(x, want);
  Tensor y = empty({0}, TensorOptions(kDouble));
  matmul_out(y, a, a);
  expect_equal(y, want);
  const Tensor z = a.clone();
  z.addmm_(a, a, 2, -1);
  expect_equal(z, a * 2 - want);
}

TEST(Matmul, MetaTensorsHaveShapes) {
  const TensorOptions meta = TensorOptions(kFloat).device(kMeta);
  const Tensor y = linear(empty({7, 1000000, 30}, meta), empty({50, 30}, meta), empty({50}, meta));
  EXPECT_EQ(y.sizes(), IntArrayRef({7, 1000000, 50}));
  EXPECT_TRUE(y.is_meta());
}

TEST(Matmul, Errors) {
  const Tensor a = zeros({2, 3}), b = zeros({4, 5});
  const std::string shapes = "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)";
  EXPECT_THAT(error_of([&] { matmul(a, b); }), HasSubstr(shapes));
  EXPECT_THAT(error_of([&] { mm(a, b); }), HasSubstr(shapes));
  EXPECT_THAT(error_of([&] { linear(a, b.t()); }), HasSubstr(shapes));
  EXPECT_THAT(error_of([&] { addmm(a, a, b); }), HasSubstr(shapes));
  EXPECT_THROW(matmul(a, b), ShapeError);
  EXPECT_THAT(error_of([&] { matmul(zeros({}), a); }),
              HasSubstr("both arguments to matmul need to be at least 1D, but they are 0D and 2D"));
  EXPECT_THAT(error_of([&] { mm(zeros({3}), a); }), HasSubstr("self must be a matrix"));
  EXPECT_THAT(error_of([&] { bmm(a, a); }), HasSubstr("batch1 must be a 3D tensor"));
  EXPECT_THAT(error_of([&] {
                bmm(zeros({2, 3, 4}), zeros({1, 4, 5}));
              }),
              HasSubstr("Expected size for first two dimensions of batch2 tensor to be: [2, 4] but "
                        "got: [1, 4]"));
  EXPECT_THAT(error_of([&] { dot(a, a); }), HasSubstr("1D tensors expected, but got 2D and 2D"));
  EXPECT_THAT(error_of([&] { dot(zeros({3}), zeros({4})); }),
              HasSubstr("inconsistent tensor size, expected tensor [3] and src [4]"));
  EXPECT_THAT(error_of([&] { mv(a, zeros({4})); }), HasSubstr("size mismatch"));
  EXPECT_THAT(error_of([&] { matmul(a, a.t().to(kDouble)); }),
              HasSubstr("to have the same dtype, but got: float32 != float64"));
  EXPECT_THAT(error_of([&] { matmul(a.to(kBool), a.t().to(kBool)); }), HasSubstr("Bool"));
  EXPECT_THAT(error_of([&] { matmul(Tensor(), a); }), HasSubstr("undefined"));
  EXPECT_THAT(error_of([&] { addmm(zeros({4}), a, a.t()); }), HasSubstr("size"));
  EXPECT_THAT(error_of([&] { linear(a, zeros({4, 3}), zeros({3})); }), HasSubstr("bias"));
}

Tensor oracle_matmul(const std::vector<Tensor>& x) {
  Tensor a = x[0], b = x[1];
  const bool va = a.dim() == 1, vb = b.dim() == 1;
  if (va) a = a.unsqueeze(0);
  if (vb) b = b.unsqueeze(1);
  Tensor y = naive(a, b);
  if (va) y = y.squeeze(-2);
  return vb ? y.squeeze(-1) : y;
}

TEST(MatmulGradient, EveryRank) {
  const std::vector<std::pair<DimVector, DimVector>> shapes = {{{3}, {3}},
                                                               {{2, 3}, {3}},
                                                               {{3}, {3, 2}},
                                                               {{2, 3}, {3, 4}},
                                                               {{2, 2, 3}, {3, 4}},
                                                               {{2, 3}, {2, 3, 4}},
                                                               {{2, 2, 3}, {3}},
                                                               {{3}, {2, 3, 4}},
                                                               {{2, 2, 3}, {2, 3, 2}},
                                                               {{2, 1, 2, 3}, {3, 3, 2}},
                                                               {{2, 2, 2, 3}, {3}},
                                                               {{3}, {2, 2, 3, 2}}};
  for (const auto& [a, b] : shapes) {
    SCOPED_TRACE(testing::PrintToString(a.vec()) + testing::PrintToString(b.vec()));
    expect_same_gradients(
        {numbers(a), numbers(b, kDouble, 2)},
        [](const std::vector<Tensor>& x) { return matmul(x[0], x[1]); }, oracle_matmul);
  }
  expect_same_gradients(
      {numbers({2, 3}, kComplexDouble) * complex<double>(1, 2),
       numbers({3, 4}, kComplexDouble, 2) * complex<double>(2, -1)},
      [](const std::vector<Tensor>& x) { return matmul(x[0], x[1]); }, oracle_matmul);
}

TEST(MatmulGradient, Linear) {
  const auto oracle = [](const std::vector<Tensor>& x) {
    const Tensor w = x[1].dim() == 1 ? x[1].unsqueeze(0) : x[1];
    const Tensor y = (x[0].unsqueeze(-2) * w).sum(IntArrayRef{-1});
    return (x[1].dim() == 1 ? y.squeeze(-1) : y) + x[2];
  };
  const auto f = [](const std::vector<Tensor>& x) { return linear(x[0], x[1], x[2]); };
  for (const DimVector& sizes : {DimVector{3}, DimVector{2, 3}, DimVector{2, 2, 3}}) {
    SCOPED_TRACE(testing::PrintToString(sizes.vec()));
    expect_same_gradients({numbers(sizes), numbers({4, 3}, kDouble, 2), numbers({4}, kDouble, 3)},
                          f, oracle);
    expect_same_gradients({numbers(sizes), numbers({3}, kDouble, 2), numbers({}, kDouble, 3)}, f,
                          oracle);
  }
}

TEST(MatmulGradient, Addmm) {
  const auto oracle = [](const std::vector<Tensor>& x) {
    return x[0] * 3 + oracle_matmul({x[1], x[2]}) * 2;
  };
  const auto f = [](const std::vector<Tensor>& x) {
    return x[1].dim() == 3   ? baddbmm(x[0], x[1], x[2], 3, 2)
           : x[2].dim() == 1 ? addmv(x[0], x[1], x[2], 3, 2)
                             : addmm(x[0], x[1], x[2], 3, 2);
  };
  expect_same_gradients({numbers({4}), numbers({2, 3}), numbers({3, 4})}, f, oracle);
  expect_same_gradients({numbers({2, 1}), numbers({2, 3}), numbers({3, 4})}, f, oracle);
  expect_same_gradients({numbers({2}), numbers({2, 3}), numbers({3})}, f, oracle);
  expect_same_gradients({numbers({2, 4}), numbers({2, 2, 3}), numbers({2, 3, 4})}, f, oracle);
}

TEST(MatmulGradient, FrozenOperandsAreNotSaved) {
  const Tensor w = numbers({4, 3}).requires_grad_();
  Tensor x = numbers({2, 3}).requires_grad_();
  const Tensor frozen = numbers({4, 3});
  const Tensor y = linear(x, frozen);
  const Tensor before = x.detach();
  before.add_(1);  // x itself is not needed to differentiate by x
  y.sum().backward();
  expect_equal(x.grad(), frozen.sum(IntArrayRef{0}).expand({2, 3}));
  const Tensor z = linear(x.detach(), w);
  z.sum().backward();
  expect_equal(w.grad(), x.detach().sum(IntArrayRef{0}).expand({4, 3}));
}

TEST(Einsum, Contractions) {
  const Tensor a = numbers({2, 3}), b = numbers({3, 4}, kDouble, 2),
               c = numbers({4, 5}, kDouble, 3);
  expect_equal(einsum("ij,jk->ik", {a, b}), naive(a, b));
  expect_equal(einsum("ij,jk", {a, b}), naive(a, b));
  expect_equal(einsum("ba,cb", {b, a}), naive(a, b).t());
  expect_equal(einsum(" i j , j k -> k i ", {a, b}), naive(a, b).t());
  expect_equal(einsum("ij,jk,kl->il", {a, b, c}), naive(naive(a, b), c));
  expect_equal(einsum("ij,jk,kl->il", {a, b, c}, {1, 2, 0, 1}), naive(a, naive(b, c)));
  expect_equal(einsum("ij->ji", {a}), a.t());
  expect_equal(einsum("ij->", {a}), a.sum());
  expect_equal(einsum("ij->i", {a}), a.sum(IntArrayRef{1}));
  expect_equal(einsum("i,j->ij", {a.select(1, 0), b.select(0, 0)}),
               outer(a.select(1, 0), b.select(0, 0)));
  expect_equal(einsum("ij,ij->", {a, a}), (a * a).sum());
  expect_equal(einsum("ij,ij->ij", {a, a}), a * a);
  // Where nothing is summed, types may differ, as in products of elements.
  expect_equal(einsum("i,j->ij", {arange(2), b.select(0, 0)}),
               arange(2).unsqueeze(1) * b.select(0, 0));
  expect_equal(einsum("ij,k->j", {a, c.select(1, 0)}),
               a.sum(IntArrayRef{0}) * c.select(1, 0).sum());
}

TEST(Einsum, RepeatedSubscriptsAndEllipses) {
  const Tensor s = numbers({3, 3}), x = numbers({3, 2, 3}), a = numbers({2, 3, 4}),
               b = numbers({5, 1, 4, 2}, kDouble, 2);
  expect_equal(einsum("ii->i", {s}), s.diagonal());
  expect_equal(einsum("ii", {s}), s.diagonal().sum());
  expect_equal(einsum("iji->ji", {x}), x.diagonal(0, 0, 2));
  expect_equal(einsum("iii->i", {numbers({2, 2, 2})}),
               numbers({2, 2, 2}).diagonal(0, 0, 1).diagonal());
  expect_equal(einsum("...ij,...jk->...ik", {a, b}), naive(a, b));
  expect_equal(einsum("...ij,...jk", {a, b}), naive(a, b));
  expect_equal(einsum("i...->...", {a}), a.sum(IntArrayRef{0}));
  expect_equal(einsum("...->", {a}), a.sum());
  expect_equal(einsum("...j,j->...", {a, b.select(0, 0).select(0, 0).select(1, 0)}),
               naive(a, b.select(0, 0).select(0, 0).select(1, 0).unsqueeze(1)).squeeze(-1));
  // A size of 1 broadcasts.
  expect_equal(einsum("ij,jk->ik", {a.select(0, 0).slice(1, 0, 1), b.select(0, 0).select(0, 0)}),
               a.select(0, 0).slice(1, 0, 1) * b.select(0, 0).select(0, 0).sum(IntArrayRef{0}));
}

TEST(Einsum, GradientsAndErrors) {
  const Tensor a = numbers({2, 3}), b = numbers({2, 3, 2}, kDouble, 2);
  expect_same_gradients(
      {a, b},
      [](const std::vector<Tensor>& x) {
        return einsum("ij,ijk->ki", {x[0], x[1]});
      },
      [](const std::vector<Tensor>& x) {
        return (x[0].unsqueeze(-1) * x[1]).sum(IntArrayRef{1}).t();
      });
  EXPECT_THAT(error_of([&] { einsum("ij,jk", {a}); }), HasSubstr("fewer operands"));
  EXPECT_THAT(error_of([&] { einsum("ij", {a, a}); }), HasSubstr("more operands"));
  EXPECT_THAT(error_of([&] { einsum("i1", {a}); }), HasSubstr("subscripts must be in [a-zA-Z]"));
  EXPECT_THAT(error_of([&] { einsum("i..", {a}); }), HasSubstr("not part of any ellipsis"));
  EXPECT_THAT(error_of([&] { einsum("ijk", {a}); }), HasSubstr("does not match the number of dim"));
  EXPECT_THAT(error_of([&] { einsum("ijk...", {a}); }),
              HasSubstr("is more than the number of dim"));
  EXPECT_THAT(error_of([&] { einsum("ij->ii", {a}); }), HasSubstr("appears more than once"));
  EXPECT_THAT(error_of([&] { einsum("ij->k", {a}); }), HasSubstr("does not appear"));
  EXPECT_THAT(error_of([&] { einsum("ii", {a}); }), HasSubstr("repeated for an operand"));
  EXPECT_THAT(error_of([&] { einsum("ij,ik->jk", {a, a.t()}); }), HasSubstr("broadcast"));
}

TEST(Tensordot, PairsDims) {
  const Tensor a = numbers({2, 3, 4}), b = numbers({4, 5, 3}, kDouble, 2);
  expect_equal(tensordot(a, b, {1, 2}, {2, 0}), einsum("ijk,klj->il", {a, b}));
  expect_equal(tensordot(a, b, {-1}, {0}), einsum("ijk,klm->ijlm", {a, b}));
  EXPECT_EQ(tensordot(a, b, {}, {}).sizes(), IntArrayRef({2, 3, 4, 4, 5, 3}));
  EXPECT_THAT(error_of([&] { tensordot(a, b, {0}, {0}); }),
              HasSubstr("contracted dimensions need to match"));
  EXPECT_THAT(error_of([&] { tensordot(a, b, {0, 1}, {0}); }), HasSubstr("same length"));
}

TEST(Addmm, ComplexFactorsInEveryForm) {
  const complex<double> beta(1, 2), alpha(2, -1);
  const Tensor m =
      tensor(std::vector<complex<double>>{{1, 2}, {0, 0}, {3, 0}, {0, 1}}, kComplexDouble)
          .view({2, 2});
  const Tensor expected = m * beta + m.matmul(m) * alpha;
  const auto same = [](const Tensor& a, const Tensor& b) { return a.allclose(b, 1e-14, 1e-14); };
  EXPECT_TRUE(same(addmm(m, m, m, beta, alpha), expected));
  EXPECT_TRUE(same(m.clone().addmm_(m, m, beta, alpha), expected));
  Tensor out = empty({0}, kComplexDouble);
  EXPECT_TRUE(same(addmm_out(out, m, m, m, beta, alpha), expected));
  const Tensor batch = m.unsqueeze(0);
  EXPECT_TRUE(same(batch.clone().baddbmm_(batch, batch, beta, alpha), expected.unsqueeze(0)));
  const Tensor v = m[0];
  EXPECT_TRUE(same(v.clone().addmv_(m, v, beta, alpha), v * beta + m.matmul(v) * alpha));
  // A factor of zero leaves out its part, NaN or not; and self never widens the product.
  const Tensor nan = full({}, kComplexNan, kComplexDouble);
  EXPECT_TRUE(same(addmm(nan, m, m, complex<double>(0, 0), alpha), m.matmul(m) * alpha));
  EXPECT_THROW(addmm(m.expand({3, 2, 2}), m, m, beta, alpha), ShapeError);
  const Tensor x = m.clone().requires_grad_(), y = x * 1;
  y.addmm_(m, m, beta, alpha);
  EXPECT_TRUE(same(autograd::grad({y}, {x}, {ones_like(m)})[0],
                   full({2, 2}, complex<double>(1, -2), kComplexDouble)));
}

TEST(Addmm, FactorsOfIntegersLoseTheirFractions) {
  const Tensor one = ones({2, 2}, kLong);
  EXPECT_TRUE(addmm(one, one, one, 1.7, 2.9).equal(full({2, 2}, 5, kLong)));
  EXPECT_TRUE(addmv(one[0], one, one[0], 1.7, 2.9).equal(full({2}, 5, kLong)));
}

}  // namespace
}  // namespace hearth
