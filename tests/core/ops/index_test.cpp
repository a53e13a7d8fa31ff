// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/index.h"

#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/base/threads.h"
#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/indexing.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

using indexing::Ellipsis;
using indexing::None;
using indexing::Slice;

Tensor grid() { return arange(60, kFloat).view({4, 3, 5}); }

template <class E, class F>
std::string message(const F& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(Indexing, NumbersSlicesNoneAndEllipsisMakeViews) {
  const Tensor x = grid();
  EXPECT_TRUE(x.index({1, 2}).equal(tensor({25.0, 26.0, 27.0, 28.0, 29.0})));
  EXPECT_EQ(x.index({-1, -1, -1}).item<float>(), 59);
  EXPECT_TRUE(x.index({Slice(1, 3)}).equal(x.slice(0, 1, 3)));
  EXPECT_TRUE(x.index({Slice(), Slice(None, None, 2)}).equal(x.slice(1, 0, 3, 2)));
  EXPECT_EQ(x.index({Ellipsis, 0}).sizes(), (IntArrayRef{4, 3}));
  EXPECT_EQ(x.index({"...", None}).sizes(), (IntArrayRef{4, 3, 5, 1}));
  EXPECT_EQ(x.index({None, 0, None, Slice(-2)}).sizes(), (IntArrayRef{1, 1, 2, 5}));
  EXPECT_EQ(x.index({Slice(3, 1)}).sizes(), (IntArrayRef{0, 3, 5}));
  EXPECT_EQ(x.index({0, Ellipsis, 0, 0}).dim(), 0);
  EXPECT_TRUE(x.index({1}).is_alias_of(x));
  EXPECT_TRUE(x[2].equal(x.select(0, 2)));
  EXPECT_TRUE(x[tensor(2)].equal(x[2]));
  EXPECT_TRUE(x[Scalar(2)].equal(x[2]));
}

TEST(Indexing, WholeTensorsAreNewAliases) {
  const Tensor x = arange(3.0).requires_grad_();
  for (const Tensor& alias : {x.index({"..."}), x.index({Ellipsis}), x.index({Slice()})}) {
    EXPECT_FALSE(alias.is_same(x));
    EXPECT_TRUE(alias.is_alias_of(x) && alias.equal(x) && alias.is_view());
  }
  x.index({"..."}).sum().backward();
  EXPECT_TRUE(x.grad().equal(ones({3})));
  const Tensor strided = arange(6).view({2, 3}).t();
  EXPECT_EQ(strided.index({"..."}).strides(), strided.strides());
}

TEST(Indexing, Assignment) {
  Tensor x = zeros({3, 4});
  x[0] = tensor({1.0, 2.0, 3.0, 4.0});
  x[1][2] = 7;
  x.index({Slice(), 3}) = tensor({-1.0, -2.0, -3.0});
  x.index_put_({2, Slice(0, 2)}, 5);
  EXPECT_TRUE(
      x.equal(tensor({{1.0, 2.0, 3.0, -1.0}, {0.0, 0.0, 7.0, -2.0}, {5.0, 5.0, 0.0, -3.0}})));
  x.index_put_({Ellipsis}, 0);
  EXPECT_TRUE(x.equal(zeros({3, 4})));
  x.index_put_({Slice(1), None}, ones({1, 1, 1, 4}));
  EXPECT_EQ(x.sum().item<float>(), 8);
  x.index_put_({tensor({0, 2}), tensor({1, 3})}, tensor({9.0, 8.0}));
  EXPECT_EQ(x[0][1].item<float>(), 9);
  EXPECT_EQ(x[2][3].item<float>(), 8);
  x.index_put_({x > 2}, -1);
  EXPECT_EQ(x[0][1].item<float>(), -1);
  x.index_put_({Slice(), tensor({0, 0})}, tensor({{3.0}, {4.0}, {5.0}}));
  EXPECT_TRUE(x.select(1, 0).equal(tensor({3.0, 4.0, 5.0})));
}

TEST(Indexing, TensorsFollowPyTorchsRules) {
  const Tensor x = grid();
  const Tensor i = tensor({3, 0, -1}), j = tensor({{0}, {2}});
  EXPECT_TRUE(x.index({i}).equal(stack({x[3], x[0], x[3]})));
  EXPECT_EQ(x.index({j}).sizes(), (IntArrayRef{2, 1, 3, 5}));
  EXPECT_EQ(x.index({Slice(), j}).sizes(), (IntArrayRef{4, 2, 1, 5}));
  EXPECT_EQ(x.index({i, j}).sizes(), (IntArrayRef{2, 3, 5}));
  // With a gap between index tensors, their dims come first.
  EXPECT_EQ(x.index({i, Slice(), j}).sizes(), (IntArrayRef{2, 3, 3}));
  EXPECT_EQ(x.index({Slice(), j, i}).sizes(), (IntArrayRef{4, 2, 3}));
  EXPECT_EQ(x.index({i, None, tensor({0, 1, 2})}).sizes(), (IntArrayRef{3, 1, 5}));
  EXPECT_TRUE(x.index({i, Slice(), i})
                  .equal(stack({x[3].select(1, 3), x[0].select(1, 0), x[3].select(1, 4)})));
  EXPECT_EQ(x.index({Ellipsis, tensor({0, 4})}).sizes(), (IntArrayRef{4, 3, 2}));
  EXPECT_EQ(x.index({zeros({}, kLong), tensor({0, 1})}).sizes(), (IntArrayRef{2, 5}));
  EXPECT_EQ(x.index({tensor({}, kLong)}).sizes(), (IntArrayRef{0, 3, 5}));
  EXPECT_TRUE(
      x.permute({2, 0, 1}).index({tensor({4, 1})}).equal(stack({x.select(2, 4), x.select(2, 1)})));
  EXPECT_TRUE(x.index({tensor({1, 2}, kInt)}).equal(x.index({tensor({1, 2})})));
  for (ScalarType t : {kBool, kByte, kHalf, kDouble, kComplexDouble})
    EXPECT_TRUE(x.to(t).index({i}).equal(x.index({i}).to(t)));
}

TEST(Indexing, MasksOfBytesWarnEvenIfTheyDoNotFit) {
  struct Count : WarningHandler {
    void process(const Warning&) override { ++warnings; }
    int warnings = 0;
  } count;
  const WarningUtils::WarningHandlerGuard guard(&count);
  const Tensor x = grid();
  EXPECT_THROW(x.index({ones({4, 4}, kByte)}), IndexError);
  EXPECT_THROW(x.index({Slice(), ones({4}, kByte)}), IndexError);
  EXPECT_THROW(x.index({ones({4, 3, 5, 1}, kBool)}), IndexError);
  EXPECT_EQ(count.warnings, 2);
}

TEST(Indexing, Masks) {
  const Tensor x = grid();
  EXPECT_TRUE(x.index({tensor({true, false, true, true})}).equal(stack({x[0], x[2], x[3]})));
  EXPECT_TRUE(x.index({x > 57}).equal(tensor({58.0, 59.0})));
  EXPECT_TRUE(x.index({tensor({1, 0, 0, 1}, kByte)}).equal(stack({x[0], x[3]})));
  EXPECT_EQ(x.index({ones({4, 3}, kBool)}).sizes(), (IntArrayRef{12, 5}));
  EXPECT_EQ(x.index({ones({4, 3}, kBool), Slice(1)}).sizes(), (IntArrayRef{12, 4}));
  EXPECT_EQ(x.index({true}).sizes(), (IntArrayRef{1, 4, 3, 5}));
  EXPECT_EQ(x.index({false}).sizes(), (IntArrayRef{0, 4, 3, 5}));
  EXPECT_EQ(x.index({tensor(true)}).sizes(), (IntArrayRef{1, 4, 3, 5}));
  EXPECT_EQ(x.index({zeros({4}, kBool)}).sizes(), (IntArrayRef{0, 3, 5}));
}

TEST(Indexing, BadIndicesAreNamedAndNothingIsWritten) {
  const Tensor x = zeros({3, 4});
  const auto says = [](const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  says(message<IndexError>([&] { x.index({tensor({5})}); }),
       "index 5 is out of bounds for dimension 0 with size 3");
  says(message<IndexError>([&] {
         x.index({Slice(), tensor({0, -5})});
       }),
       "index -5 is out of bounds for dimension 1 with size 4");
  says(message<IndexError>([&] {
         x.index({0, 4});
       }),
       "index 4 is out of bounds for dimension 1 with size 4");
  says(message<IndexError>([&] {
         x.index({None, 0, None, -5});
       }),
       "index -5 is out of bounds for dimension 1 with size 4");
  says(message<IndexError>([&] {
         x.index({Ellipsis, 4});
       }),
       "index 4 is out of bounds for dimension 1 with size 4");
  says(message<IndexError>([&] { tensor(1.0).index({0}); }), "invalid index of a 0-dim tensor");
  says(message<IndexError>([&] {
         empty({3, 0}).index({Slice(), tensor({0})});
       }),
       "index is out of bounds for dimension with size 0");
  says(message<IndexError>([&] { x.index_put_(ArrayRef<indexing::TensorIndex>(), 1); }),
       "Tensor::index_put_() is not valid syntax");
  says(message<IndexError>([&] { x.index({3}); }),
       "index 3 is out of bounds for dimension 0 with size 3");
  says(message<IndexError>([&] {
         x.index({0, 0, 0});
       }),
       "too many indices for tensor of dimension 2");
  says(message<IndexError>([&] {
         x.index({tensor({0, 1}), tensor({0, 1, 2})});
       }),
       "shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]");
  says(
      message<IndexError>([&] {
        x.index({tensor({true, false})});
      }),
      "The shape of the mask [2] at index 0 does not match the shape of the indexed tensor [3, 4]");
  says(message<DtypeError>([&] { x.index({zeros({2})}); }),
       "tensors used as indices must be long, int, byte or bool tensors");
  says(message<ValueError>([&] { x.index({Slice(0, 2, 0)}); }), "slice step cannot be zero");
  says(message<ValueError>([&] { x.index({Slice(0, 2, -1)}); }), "step must be greater than zero");
  says(message<ShapeError>([&] {
         x.index_put_({tensor({1, 2})}, zeros({3}));
       }),
       "shape mismatch: value tensor of shape [3] cannot be broadcast to indexing result of shape "
       "[2, 4]");
  says(message<DtypeError>([&] { x.index_put_({tensor({1})}, zeros({}, kLong)); }),
       "Index put requires the source and destination dtypes match");
  EXPECT_THROW(x.index({Ellipsis, Ellipsis}), IndexError);
  EXPECT_THROW(x.index({"x"}), ValueError);
  EXPECT_THROW(x.index(ArrayRef<indexing::TensorIndex>()), IndexError);
  EXPECT_THROW(x.index_put_({tensor({0, 9})}, 1), IndexError);
  EXPECT_THROW(x.scatter_(0, tensor({{0, 9}}), 1), IndexError);
  EXPECT_THROW(x.scatter_add_(0, tensor({{0, 9}}), ones({1, 2})), IndexError);
  EXPECT_THROW(x.index_add_(0, tensor({0, 9}), ones({2, 4})), IndexError);
  EXPECT_TRUE(x.equal(zeros({3, 4})));
}

TEST(Index, LargeOnesPastTheCaches) {
  manual_seed(2);
  const Tensor table = rand({70000, 130}), rows = randint(70000, {70000});
  const Tensor picked = table.index_select(0, rows);
  const Tensor at = rows.unsqueeze(1).expand({70000, 130});
  EXPECT_TRUE(table.gather(0, at).equal(picked));
  EXPECT_TRUE(table.gather(0, at.contiguous()).equal(picked));
  EXPECT_TRUE(table.t().gather(1, at.t()).t().equal(picked));
  const Tensor order = rows.argsort();
  Tensor moved = zeros({70000, 130}), added = zeros({70000, 130});
  moved.index_copy_(0, order, picked);
  EXPECT_TRUE(moved.index_select(0, order).equal(picked));
  added.index_add_(0, order, picked);
  EXPECT_TRUE(added.equal(moved));
  EXPECT_TRUE(zeros({70000, 130}).index_put({order}, picked).equal(moved));
}

TEST(Index, AccumulateAddsDuplicates) {
  Tensor x = zeros({3});
  x.index_put_(ArrayRef<std::optional<Tensor>>({tensor({1, 1, 2})}), tensor({1.0, 2.0, 4.0}), true);
  EXPECT_TRUE(x.equal(tensor({0.0, 3.0, 4.0})));
  const Tensor h =
      index_put(zeros({2}, kHalf), {tensor({0, 0, 0}).to(kLong)}, full({3}, 2048.25, kHalf), true);
  EXPECT_EQ(h[0].item<float>(), 6144);
}

TEST(Index, SelectAddCopyFill) {
  const Tensor x = grid();
  EXPECT_TRUE(x.index_select(1, tensor({2, 0, 2}))
                  .equal(stack({x.select(1, 2), x.select(1, 0), x.select(1, 2)}, 1)));
  EXPECT_TRUE(
      x.transpose(0, 2).index_select(0, tensor({1})).equal(x.transpose(0, 2).slice(0, 1, 2)));
  EXPECT_EQ(x.index_select(2, tensor({}, kLong)).sizes(), (IntArrayRef{4, 3, 0}));
  EXPECT_TRUE(zeros({3, 2})
                  .index_add(0, tensor({1, 1}), ones({2, 2}), 2)
                  .equal(tensor({{0.0, 0.0}, {4.0, 4.0}, {0.0, 0.0}})));
  EXPECT_TRUE(
      zeros({3}).index_copy(0, tensor({2, 0}), tensor({5.0, 6.0})).equal(tensor({6.0, 0.0, 5.0})));
  EXPECT_TRUE(zeros({2, 3})
                  .index_fill(1, tensor({1}), 4)
                  .equal(tensor({{0.0, 4.0, 0.0}, {0.0, 4.0, 0.0}})));
  EXPECT_THROW(x.index_select(0, tensor({4})), IndexError);
  EXPECT_THROW(x.index_select(0, tensor({-1})), IndexError);
  EXPECT_THROW(x.index_select(0, tensor({{1}})), ShapeError);
  EXPECT_THROW(x.index_select(0, tensor({1.0})), DtypeError);
  EXPECT_THROW(x.index_add(0, tensor({0}), zeros({2, 3, 5})), ShapeError);
}

TEST(Index, NumbersAreVectorsOfOneElement) {
  const Tensor x = tensor(5.0), first = tensor({0}), seven = tensor(7.0);
  for (const Tensor& i : {first, tensor(0), tensor({0}, kInt)}) {
    EXPECT_TRUE(x.index_fill(0, i, 7).equal(seven));
    EXPECT_TRUE(x.index_fill(-1, i, seven).equal(seven));
    EXPECT_TRUE(x.index_copy(0, i, seven).equal(seven));
    EXPECT_TRUE(x.index_copy(0, i, tensor({7.0})).equal(seven));
    EXPECT_TRUE(x.clone().index_fill_(0, i, 7).equal(seven));
    EXPECT_TRUE(x.clone().index_copy_(0, i, seven).equal(seven));
    EXPECT_TRUE(arange(3.0).index_copy(0, i, seven).equal(tensor({7.0, 1.0, 2.0})));
  }
  EXPECT_TRUE(x.index_fill(0, tensor({0, -1}), 7).equal(seven));
  EXPECT_TRUE(x.index_copy(0, tensor({0, 0}), tensor({7.0, 8.0})).equal(tensor(8.0)));
  EXPECT_TRUE(x.index_fill(0, empty({0}, kLong), 7).equal(x));
  EXPECT_THROW(x.index_fill(0, tensor({1}), 7), IndexError);
  EXPECT_THROW(x.index_fill(1, first, 7), IndexError);
  EXPECT_THROW(x.index_copy(0, tensor({0, 0}), seven), IndexError);
  EXPECT_THROW(x.index_copy(0, empty({0}, kLong), seven), IndexError);
  EXPECT_THROW(x.index_copy(0, first, tensor({7.0, 8.0})), IndexError);
  EXPECT_THROW(x.index_copy(0, tensor({-1}), seven), IndexError);
  // A number holds no more than one element for scatter to take.
  EXPECT_THROW(x.scatter(0, tensor({0, 0}), seven), ShapeError);
  EXPECT_THROW(arange(3.0).scatter(0, tensor({0, 1}), seven), ShapeError);
  EXPECT_THROW(arange(3.0).scatter_add(0, tensor({0, 1}), seven), ShapeError);
  const Tensor leaf = tensor(5.0, TensorOptions(kDouble)).requires_grad_();
  const Tensor source = tensor({2.0}, TensorOptions(kDouble)).requires_grad_();
  leaf.index_copy(0, first, source).backward();
  EXPECT_TRUE(leaf.grad().equal(zeros({}, kDouble)));
  EXPECT_TRUE(source.grad().equal(ones({1}, kDouble)));
}

TEST(Index, CopiesTakeSlicesOfTheSameSizes) {
  const Tensor x = zeros({2, 3});
  EXPECT_TRUE(x.index_copy(1, tensor({2, 0}), tensor({{1.0, 2.0}, {3.0, 4.0}}))
                  .equal(tensor({{2.0, 0.0, 1.0}, {4.0, 0.0, 3.0}})));
  EXPECT_TRUE(x.t()
                  .index_copy(0, tensor({2}), ones({1, 2}))
                  .t()
                  .equal(tensor({{0.0, 0.0, 1.0}, {0.0, 0.0, 1.0}})));
  EXPECT_THROW(x.index_copy(0, tensor({0}), ones({1, 2})), ShapeError);
  EXPECT_THROW(x.index_copy(0, tensor({0}), ones({1, 1})), ShapeError);
  EXPECT_THROW(x.index_copy(0, tensor({0, 1}), ones({1, 3})), IndexError);
  EXPECT_THROW(x.index_copy(0, tensor({0}), ones({})), ShapeError);
  EXPECT_THROW(x.index_copy(0, tensor({-1}), ones({1, 3})), IndexError);
  EXPECT_THROW(x.index_copy(0, tensor({0}), ones({1, 3}, kDouble)), DtypeError);
}

TEST(Index, MasksAreNoIndexVectors) {
  const Tensor x = arange(6.0).view({2, 3});
  for (const ScalarType type : {kByte, kBool, kChar, kShort, kDouble}) {
    const Tensor i = tensor({1, 0}).to(type);
    EXPECT_THROW(x.index_fill(0, i, 7), DtypeError);
    EXPECT_THROW(x.index_copy(0, i, x), DtypeError);
    EXPECT_THROW(x.take(i), DtypeError);
    EXPECT_THROW(x.index_select(0, i), DtypeError);
  }
  EXPECT_TRUE(x.index({tensor({1, 0}, kByte)}).equal(x.slice(0, 0, 1)));
  EXPECT_TRUE(repeat_interleave(x, tensor({1, 0}, kByte), 0).equal(x.slice(0, 0, 1)));
  EXPECT_THROW(repeat_interleave(x, tensor({true, false}), 0), DtypeError);
}

TEST(Index, NegativeIndices) {
  const Tensor x = arange(12.0).view({3, 4});
  EXPECT_TRUE(take(x, tensor({-1, 0, -12})).equal(tensor({11.0, 0.0, 0.0})));
  EXPECT_TRUE(take(x, tensor(-2)).equal(tensor(10.0)));
  EXPECT_THROW(take(x, tensor({-13})), IndexError);
  EXPECT_THROW(take(x, tensor({12})), IndexError);
  EXPECT_THROW(take(empty({0}), tensor({0})), IndexError);
  EXPECT_EQ(take(x, empty({0, 2}, kLong)).sizes(), (IntArrayRef{0, 2}));
  // Along a dim, indices count modulo its size.
  EXPECT_TRUE(take_along_dim(x, tensor({{-1}, {0}, {-4}}), 1).equal(tensor({{3.0}, {4.0}, {8.0}})));
  EXPECT_TRUE(take_along_dim(x, tensor({{4}}), 1).equal(tensor({{0.0}, {4.0}, {8.0}})));
  EXPECT_THROW(take_along_dim(x, tensor({-1})), IndexError);
  EXPECT_EQ(take_along_dim(empty({3, 0}), empty({3, 0}, kLong), 1).numel(), 0);
  EXPECT_TRUE(x[0].index_fill(0, tensor({-1}), 7).equal(tensor({0.0, 1.0, 2.0, 7.0})));
  const Tensor leaf = arange(6, kDouble).view({2, 3}).requires_grad_();
  take(leaf, tensor({-1, 5, 0})).sum().backward();
  EXPECT_TRUE(leaf.grad().equal(tensor({{1, 0, 0}, {0, 0, 2}}, kDouble)));
}

TEST(Index, GatherAndScatter) {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  EXPECT_TRUE(x.gather(1, tensor({{2, 0}, {1, 1}})).equal(tensor({{3, 1}, {5, 5}})));
  EXPECT_TRUE(x.gather(0, tensor({{1, 0, 1}})).equal(tensor({{4, 2, 6}})));
  EXPECT_TRUE(x.t().gather(0, tensor({{2, 2}})).equal(tensor({{3, 6}})));
  EXPECT_TRUE(tensor(3).gather(0, tensor(0)).equal(tensor(3)));
  EXPECT_TRUE(zeros({2, 3}, kLong)
                  .scatter(1, tensor({{2, 0}, {1, 1}}), x)
                  .equal(tensor({{2, 0, 1}, {0, 5, 0}})));
  EXPECT_TRUE(
      zeros({2, 3}, kLong).scatter(1, tensor({{2}, {0}}), 7).equal(tensor({{0, 0, 7}, {7, 0, 0}})));
  EXPECT_TRUE(zeros({2, 3}, kLong)
                  .scatter_add(1, tensor({{0, 0, 2}}), x)
                  .equal(tensor({{3, 0, 3}, {0, 0, 0}})));
  Tensor strided = zeros({3, 2}, kLong).t();
  strided.scatter_add_(1, tensor({{0, 0, 2}}), x);
  EXPECT_TRUE(strided.equal(tensor({{3, 0, 3}, {0, 0, 0}})));
  EXPECT_EQ(x.gather(1, empty({0, 3}, kLong)).sizes(), (IntArrayRef{0, 3}));
  EXPECT_THROW(x.gather(1, tensor({{3}})), IndexError);
  EXPECT_THROW(x.gather(1, tensor({{-1}})), IndexError);
  EXPECT_THROW(x.gather(1, tensor({0})), ShapeError);
  EXPECT_THROW(x.gather(0, zeros({1, 4}, kLong)), ShapeError);
  EXPECT_THROW(x.gather(0, tensor({{0.5}})), DtypeError);
  EXPECT_THROW(x.scatter(0, tensor({{0, 0}}), zeros({1, 1}, kLong)), ShapeError);
  EXPECT_THROW(x.scatter(0, tensor({{0}}), zeros({1, 1})), DtypeError);
  EXPECT_TRUE(take_along_dim(x, tensor({{1}, {0}}), 1).equal(tensor({{2}, {4}})));
  EXPECT_TRUE(take_along_dim(x, tensor({{1}}), 1).equal(tensor({{2}, {5}})));
  EXPECT_TRUE(take(x, tensor({{5, 0}})).equal(tensor({{6, 1}})));
}

TEST(Index, MasksAndNonzero) {
  const Tensor x = tensor({{0.0, 2.0}, {NAN, 0.0}});
  EXPECT_TRUE(nonzero(x).equal(tensor({{0, 1}, {1, 0}})));
  EXPECT_EQ(nonzero(zeros({3})).sizes(), (IntArrayRef{0, 1}));
  EXPECT_EQ(nonzero(tensor(1)).sizes(), (IntArrayRef{1, 0}));
  EXPECT_EQ(nonzero(tensor(0)).sizes(), (IntArrayRef{0, 0}));
  const std::vector<Tensor> parts = where(x.t() == 2);
  EXPECT_TRUE(parts[0].equal(tensor({1})));
  EXPECT_TRUE(parts[1].equal(tensor({0})));
  EXPECT_TRUE(masked_select(tensor({1, 2}), tensor({{true, false}, {true, true}}))
                  .equal(tensor({1, 1, 2})));
  EXPECT_TRUE(masked_scatter(zeros({3}), tensor({true, false, true}), tensor({5.0, 6.0, 7.0}))
                  .equal(tensor({5.0, 0.0, 6.0})));
  EXPECT_THROW(masked_select(x, tensor({1.0})), DtypeError);
  EXPECT_THROW(masked_select(x, ones({3}, kBool)), ShapeError);
  EXPECT_THROW(masked_scatter(zeros({3}), ones({3}, kBool), ones({2})), ShapeError);
  EXPECT_THROW(nonzero(empty({2}, TensorOptions(kMeta))), Error);
}

TEST(Index, OneHotAndEmbedding) {
  EXPECT_TRUE(one_hot(tensor({0, 2})).equal(tensor({{1, 0, 0}, {0, 0, 1}})));
  EXPECT_EQ(one_hot(tensor({{1}}), 5).sizes(), (IntArrayRef{1, 1, 5}));
  EXPECT_THROW(one_hot(tensor({3}), 2), ValueError);
  EXPECT_THROW(one_hot(tensor({-1}), 2), ValueError);
  EXPECT_THROW(one_hot(tensor({0.5}), 2), DtypeError);
  const Tensor w = randn({6, 3}, TensorOptions(kDouble).requires_grad(true));
  const Tensor i = tensor({{1, 5}, {1, 0}});
  const Tensor y = embedding(w, i);
  EXPECT_TRUE(y.equal(w.index_select(0, i.view({-1})).view({2, 2, 3})));
  embedding(w, i, /*padding_idx=*/5).sum().backward();
  EXPECT_TRUE(w.grad().equal(
      tensor({{1, 1, 1}, {2, 2, 2}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}}, kDouble)));
  w.mutable_grad() = Tensor();
  embedding(w, i, -1, /*scale_grad_by_freq=*/true).sum().backward();
  EXPECT_TRUE(w.grad().select(0, 1).equal(ones({3}, kDouble)));
  EXPECT_THROW(embedding(w, tensor({6})), IndexError);
  EXPECT_THROW(embedding(w, tensor({0.5})), DtypeError);
  EXPECT_THROW(embedding(w.select(0, 0), i), ShapeError);
}

TEST(Index, GradientsOfIndexExpressions) {
  const Tensor x = randn({4, 3}, TensorOptions(kDouble).requires_grad(true));
  const Tensor v = randn({2, 3}, TensorOptions(kDouble).requires_grad(true));
  const auto read = [](const autograd::variable_list& in) -> autograd::variable_list {
    return {in[0].index({tensor({1, 1, 0}), Slice(1)}), in[0].index({in[0].detach() > 0})};
  };
  EXPECT_TRUE(autograd::gradcheck(read, {x}));
  const auto write = [](const autograd::variable_list& in) -> autograd::variable_list {
    Tensor y = in[0] * 1;
    y.index_put_({tensor({3, 0})}, in[1]);
    y[1] = in[1][0];
    y.index({Slice(), 2}) = in[1][1][0];
    return {y};
  };
  EXPECT_TRUE(autograd::gradcheck(write, {x, v}));
}

TEST(Index, SumsDoNotDependOnThreads) {
  manual_seed(1);
  const Tensor rows = randint(0, 50, {5000});
  const Tensor g = randn({5000, 300});
  const auto sums = [&] {
    std::vector<Tensor> out;
    out.push_back(zeros({50, 300}).index_add(0, rows, g));
    out.push_back(index_put(zeros({50, 300}), {rows}, g, true));
    out.push_back(zeros({50, 300}).scatter_add(0, rows.unsqueeze(1).expand({5000, 300}), g));
    const Tensor w = zeros({50, 300}, requires_grad());
    embedding(w, rows).backward(g);
    out.push_back(w.grad());
    return out;
  };
  set_num_threads(1);
  const std::vector<Tensor> one = sums();
  for (size_t i = 1; i < one.size(); ++i) EXPECT_TRUE(one[i].equal(one[0])) << i;
  for (int n : {3, 7}) {
    set_num_threads(n);
    const std::vector<Tensor> many = sums();
    for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(one[i].equal(many[i])) << i;
  }
  set_num_threads(1);
}

TEST(Embedding, ScaledByFrequencyHasASecondDerivative) {
  const Tensor w = arange(12.0, kDouble).view({4, 3}).requires_grad_();
  const Tensor at = tensor({1, 2, 1, 3}, kLong);
  EXPECT_NO_THROW(autograd::gradgradcheck(
      [&](const std::vector<Tensor>& in) {
        const Tensor y = embedding(in[0], at, -1, /*scale_grad_by_freq=*/true);
        return std::vector<Tensor>{y};
      },
      {w}));
}

TEST(IndexFill, ValueGetsItsGradientOncePerPlace) {
  const Tensor x = zeros({4, 3}, kDouble);
  const Tensor v = scalar_tensor(2.0, kDouble).requires_grad_();
  const Tensor weights = arange(12.0, kDouble).view({4, 3});
  (x.index_fill(0, tensor({1, 1, -2}, kLong), v) * weights).sum().backward();
  EXPECT_EQ(v.grad().item<double>(), 3 + 4 + 5 + 6 + 7 + 8);
}

}  // namespace
}  // namespace hearth
