// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "tensor/tensor_impl.h"

namespace hearth {
namespace {

Tensor grid(IntArrayRef sizes) {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  return arange(n, kFloat).view(sizes);
}

TEST(Shape, AsStridedReadsTheStorage) {
  const Tensor x = grid({3, 4});
  EXPECT_TRUE(x.as_strided({2, 2}, {4, 1}, 5).equal(tensor({{5.0, 6.0}, {9.0, 10.0}})));
  EXPECT_TRUE(x.as_strided({3, 3}, {1, 1})
                  .equal(tensor({{0.0, 1.0, 2.0}, {1.0, 2.0, 3.0}, {2.0, 3.0, 4.0}})));
  EXPECT_EQ(x[1].as_strided({2}, {1}).data_ptr(), x[1].data_ptr());
  EXPECT_TRUE(x.as_strided({0, 5}, {100, 100}).numel() == 0);
  EXPECT_THROW(x.as_strided({4, 4}, {4, 1}), ShapeError);
  EXPECT_THROW(x.as_strided({2}, {-1}), ValueError);
  EXPECT_THROW(x.as_strided({2}, {1}, -1), ValueError);
  EXPECT_THROW(x.as_strided({2, 2}, {1}), ShapeError);
  EXPECT_THROW(x.as_strided({2}, {int64_t{1} << 62}), ShapeError);
}

TEST(Shape, AsStridedGradientsOfOverlaps) {
  const Tensor x = randn({6}, TensorOptions(kDouble).requires_grad(true));
  const auto f = [](const autograd::variable_list& in) -> autograd::variable_list {
    return {in[0].as_strided({3, 3}, {1, 1}, 1),
            (in[0] * 2).view({2, 3}).t().as_strided({2, 2}, {1, 1})};
  };
  EXPECT_TRUE(autograd::gradcheck(f, {x}));
  EXPECT_TRUE(autograd::gradgradcheck(f, {x}));
}

TEST(Shape, UnfoldAndDiagonal) {
  EXPECT_TRUE(arange(7).unfold(0, 3, 2).equal(tensor({{0, 1, 2}, {2, 3, 4}, {4, 5, 6}})));
  EXPECT_EQ(grid({2, 5}).unfold(-1, 2, 3).sizes(), (IntArrayRef{2, 2, 2}));
  EXPECT_EQ(tensor(3.0).unfold(0, 1, 1).sizes(), (IntArrayRef{1}));
  EXPECT_THROW(arange(3).unfold(0, 4, 1), ValueError);
  EXPECT_THROW(arange(3).unfold(0, 2, 0), ValueError);
  const Tensor x = grid({3, 4});
  EXPECT_TRUE(x.diagonal().equal(tensor({0.0, 5.0, 10.0})));
  EXPECT_TRUE(x.diagonal(2).equal(tensor({2.0, 7.0})));
  EXPECT_TRUE(x.diagonal(-2).equal(tensor({8.0})));
  EXPECT_EQ(x.diagonal(9).numel(), 0);
  EXPECT_EQ(grid({2, 3, 4}).diagonal(0, 0, 2).sizes(), (IntArrayRef{3, 2}));
  EXPECT_THROW(x.diagonal(0, 1, -1), ValueError);
  EXPECT_TRUE(x.diag(1).equal(x.diagonal(1)));
  EXPECT_TRUE(tensor({1, 2}).diag(-1).equal(tensor({{0, 0, 0}, {1, 0, 0}, {0, 2, 0}})));
  EXPECT_TRUE(
      diag_embed(tensor({{1, 2}, {3, 4}})).equal(tensor({{{1, 0}, {0, 2}}, {{3, 0}, {0, 4}}})));
  EXPECT_THROW(zeros({2, 2, 2}).diag(), ShapeError);
}

TEST(Shape, OtherTypesOnTheSameBytes) {
  const Tensor x = tensor({1.0, -2.0});
  EXPECT_TRUE(x.view(kInt).equal(tensor({0x3f800000, -0x40000000}, kInt)));
  EXPECT_EQ(x.view(kByte).sizes(), (IntArrayRef{8}));
  EXPECT_TRUE(x.view(kByte).view(kFloat).equal(x));
  EXPECT_TRUE(x.view(kFloat).is_same(x));
  EXPECT_EQ(zeros({4, 6}).view(kDouble).sizes(), (IntArrayRef{4, 3}));
  EXPECT_THROW(zeros({3, 3}).view(kDouble), ShapeError);
  EXPECT_THROW(zeros({4, 4}).t().view(kDouble), ShapeError);
  EXPECT_THROW(tensor(1.0).view(kByte), ShapeError);
  const Tensor c = tensor({complex<float>(1, 2), complex<float>(3, -4)});
  EXPECT_TRUE(view_as_real(c).equal(tensor({{1.0, 2.0}, {3.0, -4.0}})));
  EXPECT_TRUE(view_as_complex(view_as_real(c)).equal(c));
  EXPECT_TRUE(real(c).equal(tensor({1.0, 3.0})));
  EXPECT_TRUE(imag(c).equal(tensor({2.0, -4.0})));
  EXPECT_TRUE(real(x).is_same(x));
  EXPECT_THROW(imag(x), DtypeError);
  EXPECT_THROW(view_as_complex(zeros({2, 3})), ShapeError);
  EXPECT_THROW(view_as_complex(zeros({4, 3}).slice(1, 0, 2)), ShapeError);
  const Tensor p = randn({3, 2}, TensorOptions(kDouble).requires_grad(true));
  real(view_as_complex(p)).sum().backward();
  EXPECT_TRUE(p.grad().equal(tensor({{1, 0}, {1, 0}, {1, 0}}, kDouble)));
}

TEST(Shape, FlipRollTriangles) {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  EXPECT_TRUE(x.flip({0}).equal(tensor({{4, 5, 6}, {1, 2, 3}})));
  EXPECT_TRUE(x.t().flip({0, 1}).equal(tensor({{6, 3}, {5, 2}, {4, 1}})));
  EXPECT_TRUE(fliplr(x).equal(tensor({{3, 2, 1}, {6, 5, 4}})));
  EXPECT_EQ(empty({0, 2}).flip({0}).sizes(), (IntArrayRef{0, 2}));
  EXPECT_TRUE(tensor(3).flip({0}).equal(tensor(3)));
  EXPECT_THROW(x.flip({0, -2}), ValueError);
  EXPECT_TRUE(x.roll({1}, {1}).equal(tensor({{3, 1, 2}, {6, 4, 5}})));
  EXPECT_TRUE(x.roll({-1}).equal(tensor({{2, 3, 4}, {5, 6, 1}})));
  EXPECT_TRUE(x.roll({1, 4}, {0, 1}).equal(tensor({{6, 4, 5}, {3, 1, 2}})));
  EXPECT_THROW(x.roll({1}, {0, 1}), ValueError);
  EXPECT_TRUE(x.tril().equal(tensor({{1, 0, 0}, {4, 5, 0}})));
  EXPECT_TRUE(x.t().triu(1).equal(tensor({{0, 4}, {0, 0}, {0, 0}})));
  EXPECT_TRUE(x.triu(-9).equal(x));
  EXPECT_TRUE(x.tril(-9).equal(zeros_like(x)));
  Tensor y = x.clone();
  y.triu_();
  EXPECT_TRUE(y.equal(tensor({{1, 2, 3}, {0, 5, 6}})));
  EXPECT_THROW(zeros({3}).tril(), ShapeError);
  EXPECT_TRUE(full({2, 2}, NAN).tril().equal(full({2, 2}, NAN).tril()) == false);
  EXPECT_EQ(full({2, 2}, NAN).triu(1)[0][0].item<float>(), 0);
  EXPECT_TRUE(tril_indices(3, 3).equal(tensor({{0, 1, 1, 2, 2, 2}, {0, 0, 1, 0, 1, 2}})));
  EXPECT_TRUE(triu_indices(2, 3, 1).equal(tensor({{0, 0, 1}, {1, 2, 2}})));
}

TEST(Shape, Repetition) {
  const Tensor x = tensor({{1, 2}, {3, 4}});
  EXPECT_TRUE(x.repeat({1, 2}).equal(tensor({{1, 2, 1, 2}, {3, 4, 3, 4}})));
  EXPECT_EQ(x.repeat({3, 2, 1}).sizes(), (IntArrayRef{3, 4, 2}));
  EXPECT_EQ(x.repeat({0, 1}).sizes(), (IntArrayRef{0, 2}));
  EXPECT_FALSE(x.repeat({1, 1}).is_alias_of(x));
  EXPECT_TRUE(tile(x, {2}).equal(x.repeat({1, 2})));
  EXPECT_THROW(x.repeat({2}), ShapeError);
  EXPECT_THROW(x.repeat({1, -1}), ShapeError);
  EXPECT_TRUE(x.repeat_interleave(2).equal(tensor({1, 1, 2, 2, 3, 3, 4, 4})));
  EXPECT_TRUE(x.repeat_interleave(2, 0).equal(tensor({{1, 2}, {1, 2}, {3, 4}, {3, 4}})));
  EXPECT_TRUE(repeat_interleave(x, tensor({0, 2}), 1).equal(tensor({{2, 2}, {4, 4}})));
  EXPECT_THROW(x.repeat_interleave(-1), ValueError);
  EXPECT_THROW(repeat_interleave(x, tensor({1, 2, 3}), 0), ShapeError);
  const Tensor p = randn({2, 2}, TensorOptions(kDouble).requires_grad(true));
  EXPECT_TRUE(autograd::gradcheck(
      [](const autograd::variable_list& in) -> autograd::variable_list {
        return {in[0].repeat({2, 3}), in[0].repeat_interleave(2, 1),
                in[0].roll({1}, {0}), in[0].diag(1),
                diag_embed(in[0]),    in[0].flip({1})};
      },
      {p}));
}

TEST(Shape, JoinsAndGrids) {
  const Tensor a = tensor({1, 2}), b = tensor({3, 4});
  EXPECT_TRUE(hstack({a, b}).equal(tensor({1, 2, 3, 4})));
  EXPECT_TRUE(vstack({a, b}).equal(tensor({{1, 2}, {3, 4}})));
  EXPECT_EQ(dstack({a, b}).sizes(), (IntArrayRef{1, 2, 2}));
  EXPECT_TRUE(hstack({tensor(1), tensor(2)}).equal(a));
  const std::vector<Tensor> ij = meshgrid({a, tensor({5, 6, 7})});
  EXPECT_TRUE(ij[0].equal(tensor({{1, 1, 1}, {2, 2, 2}})));
  EXPECT_TRUE(ij[1].equal(tensor({{5, 6, 7}, {5, 6, 7}})));
  EXPECT_EQ(meshgrid({a, tensor({5, 6, 7})}, "xy")[0].sizes(), (IntArrayRef{3, 2}));
  EXPECT_THROW(meshgrid({zeros({2, 2})}), ShapeError);
  EXPECT_THROW(meshgrid({a}, "yx"), ValueError);
  const std::vector<Tensor> same = broadcast_tensors({a, zeros({3, 1})});
  EXPECT_EQ(same[0].sizes(), (IntArrayRef{3, 2}));
  EXPECT_EQ(same[1].sizes(), (IntArrayRef{3, 2}));
  EXPECT_THROW(broadcast_tensors({a, zeros({3})}), ShapeError);
  EXPECT_EQ(atleast_3d(tensor(1)).sizes(), (IntArrayRef{1, 1, 1}));
  EXPECT_EQ(atleast_3d(a).sizes(), (IntArrayRef{1, 2, 1}));
  EXPECT_EQ(movedim(zeros({2, 3, 4}), {0, 2}, {2, 0}).sizes(), (IntArrayRef{4, 3, 2}));
  EXPECT_EQ(movedim(zeros({2, 3, 4}), 0, -1).sizes(), (IntArrayRef{3, 4, 2}));
  EXPECT_THROW(movedim(zeros({2, 3}), {0, 1}, {0}), ShapeError);
  EXPECT_THROW(movedim(zeros({2, 3}), {0, 0}, {0, 1}), ShapeError);
}

TEST(Shape, EyeAndLinspace) {
  EXPECT_TRUE(eye(2).equal(tensor({{1.0, 0.0}, {0.0, 1.0}})));
  EXPECT_TRUE(eye(2, 3, kLong).equal(tensor({{1, 0, 0}, {0, 1, 0}})));
  EXPECT_EQ(eye(0).sizes(), (IntArrayRef{0, 0}));
  EXPECT_THROW(eye(-1), ValueError);
  EXPECT_TRUE(linspace(0, 1, 5).equal(tensor({0.0, 0.25, 0.5, 0.75, 1.0})));
  EXPECT_TRUE(linspace(3, 7, 1).equal(tensor({3.0})));
  EXPECT_EQ(linspace(0, 1, 0).numel(), 0);
  EXPECT_TRUE(linspace(0, 10, 5, kLong).equal(tensor({0, 2, 5, 7, 10})));
  EXPECT_THROW(linspace(0, 1, -1), ValueError);
}

TEST(Shape, TransposedCopies) {
  for (ScalarType t : {kByte, kHalf, kFloat, kDouble, kComplexDouble}) {
    for (const std::vector<int64_t>& s :
         {std::vector<int64_t>{100, 67}, {3, 64, 65}, {2, 33, 3, 40}, {17, 16}}) {
      const Tensor x = (arange(checked_numel(s)) % 101).to(t).view(s);
      const Tensor y = x.transpose(-1, -2).contiguous();
      ASSERT_TRUE(y.is_contiguous());
      ASSERT_TRUE(y.transpose(-1, -2).equal(x)) << dtype_name(t) << " " << s.size();
      const Tensor z = x.transpose(0, -1).contiguous();
      ASSERT_TRUE(z.transpose(0, -1).equal(x));
      // Element by element, not through another copy.
      const Tensor f = z.to(kFloat), g = x.to(kFloat).transpose(0, -1);
      const float* v = f.const_data_ptr<float>();
      const float* w = g.const_data_ptr<float>();
      int64_t at = 0;
      DimVector i(s.size(), 0);
      for (int64_t k = 0; k < f.numel(); ++k) {
        int64_t from = 0;
        for (size_t d = 0; d < s.size(); ++d) from += i[d] * g.strides()[d];
        ASSERT_EQ(v[at++], w[from]);
        for (size_t d = s.size(); d-- > 0;) {
          if (++i[d] < g.sizes()[d]) break;
          i[d] = 0;
        }
      }
    }
  }
}

TEST(Linspace, IntegersStartFromRoundedEnds) {
  EXPECT_TRUE(linspace(-4, 5.7, 5, kLong).equal(tensor({-4, -1, 0, 2, 5}, kLong)));
  EXPECT_TRUE(linspace(2.9, 4.7, 3, kInt).equal(tensor({2, 3, 4}, kInt)));
}

TEST(Shape, ListsOfDimsNameEachOnce) {
  const Tensor x = zeros({1, 2, 1}), number = zeros({});
  EXPECT_THROW(x.squeeze(IntArrayRef{0, -3}), ValueError);
  EXPECT_THROW(x.squeeze(IntArrayRef{1, 1}), ValueError);
  EXPECT_THROW(x.clone().squeeze_(IntArrayRef{2, 2}), ValueError);
  EXPECT_THROW(x.flip({0, -3}), ValueError);
  EXPECT_THROW(x.sum(IntArrayRef{0, -3}), ValueError);
  EXPECT_THROW(number.squeeze(IntArrayRef{0, -1}), ValueError);
  EXPECT_THROW(number.flip({0, 0}), ValueError);
  EXPECT_EQ(number.squeeze(IntArrayRef{-1}).dim(), 0);
  EXPECT_EQ(x.squeeze(IntArrayRef{0, 1, 2}).sizes(), IntArrayRef{2});
}

TEST(Shape, SizesThatDoNotFitAreCalledSo) {
  const auto error = [](const Tensor& t, IntArrayRef sizes) {
    try {
      t.view(sizes);
    } catch (const ShapeError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_NE(error(zeros({6}), {0, -1}).find("invalid for input of size 6"), std::string::npos);
  EXPECT_NE(error(zeros({0}), {0, -1}).find("ambiguous"), std::string::npos);
}

TEST(Shape, WindowsOfANumber) {
  for (const int64_t size : {0, 1}) {
    const Tensor x = full({}, 2.0).requires_grad_();
    x.unfold(0, size, 1).sum().backward();
    EXPECT_EQ(x.grad().item<double>(), static_cast<double>(size));
  }
}

TEST(SumToSize, CountsBools) {
  EXPECT_TRUE(ones({3, 2}, kBool).sum_to_size({1, 2}).equal(full({1, 2}, 3, kLong)));
  EXPECT_TRUE(ones({3, 2}, kBool).sum_to_size({3, 2}).equal(ones({3, 2}, kBool)));
}

}  // namespace
}  // namespace hearth
