// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/scatter.h"

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth {
namespace {

constexpr const char* kReductions[] = {"sum", "prod", "mean", "amax", "amin"};

template <class F>
void expect_error(const F& f, std::string_view text) {
  const std::string what = error_of(f);
  EXPECT_NE(what.find(text), std::string::npos) << what;
}

TEST(ScatterReduce, SharesAmongMoreTiesThanHalfTypesCount) {
  const int64_t n = 5000;
  for (const ScalarType t : {kHalf, kBFloat16})
    for (const char* reduce : {"amax", "amin"}) {
      const Tensor x = ones({1}, t).requires_grad_(), src = ones({n}, t).requires_grad_();
      x.scatter_reduce(0, zeros({n}, kLong), src, reduce).sum().backward();
      const Tensor share = full({n}, 1.0 / (n + 1), kFloat).to(t);
      EXPECT_TRUE(src.grad().equal(share)) << src.grad()[0] << share[0];
      EXPECT_TRUE(x.grad().equal(share.slice(0, 0, 1)));
    }
}

TEST(ScatterReduce, InPlaceAndOutAreTheSame) {
  manual_seed(1);
  const Tensor x = randn({7, 5}), src = randn({9, 5}), index = randint(7, {9, 5});
  for (const char* reduce : kReductions) {
    for (const bool include_self : {true, false}) {
      const Tensor want = scatter_reduce(x, 0, index, src, reduce, include_self);
      EXPECT_TRUE(x.clone().scatter_reduce_(0, index, src, reduce, include_self).equal(want));
      EXPECT_TRUE(x.scatter_reduce(0, index, src, reduce, include_self).equal(want));
      // Strided targets, given ones of other sizes, and self itself.
      const Tensor strided = x.t().contiguous().t();
      EXPECT_TRUE(strided.scatter_reduce_(0, index, src, reduce, include_self).equal(want));
      Tensor out = empty({0});
      scatter_reduce_out(out, x, 0, index, src, reduce, include_self);
      EXPECT_TRUE(out.equal(want));
      Tensor self = x.clone();
      scatter_reduce_out(self, self, 0, index, src, reduce, include_self);
      EXPECT_TRUE(self.equal(want));
      const Tensor view = cat({x, x}, 1);
      view.narrow(1, 5, 5).scatter_reduce_(0, index, src, reduce, include_self);
      EXPECT_TRUE(view.narrow(1, 5, 5).equal(want));
      EXPECT_TRUE(view.narrow(1, 0, 5).equal(x));
    }
  }
}

TEST(ScatterReduce, IndexReduceIsItWithAnExpandedIndex) {
  manual_seed(2);
  const Tensor x = randn({4, 6, 3}), source = randn({4, 9, 3}), index = randint(6, {9});
  const Tensor spread = index.view({1, 9, 1}).expand({4, 9, 3});
  for (const char* reduce : {"prod", "mean", "amax", "amin"}) {
    const Tensor want = x.scatter_reduce(1, spread.contiguous(), source, reduce);
    EXPECT_TRUE(x.scatter_reduce(1, spread, source, reduce).equal(want));
    EXPECT_TRUE(x.index_reduce(1, index, source, reduce).equal(want));
    EXPECT_TRUE(x.clone().index_reduce_(1, index.to(kInt), source, reduce).equal(want));
    Tensor out = empty({0});
    EXPECT_TRUE(index_reduce_out(out, x, 1, index, source, reduce).equal(want));
  }
  EXPECT_TRUE(x.scatter_add(1, spread, source).equal(x.index_add(1, index, source)));
  EXPECT_TRUE(x.gather(1, spread).equal(x.index_select(1, index)));
}

TEST(ScatterReduce, DoesNotDependOnThreads) {
  manual_seed(3);
  const Tensor x = randn({40, 1000}), src = randn({300, 1000}), index = randint(40, {300, 1000});
  const Tensor mask = rand({300, 1000}) < 0.3, rows = randint(40, {5000});
  const auto all = [&] {
    std::vector<Tensor> out;
    for (const char* reduce : kReductions) out.push_back(x.scatter_reduce(0, index, src, reduce));
    out.push_back(src.gather(0, index));
    out.push_back(x.index_select(0, rows));
    out.push_back(src.masked_select(mask));
    out.push_back(mask.nonzero());
    out.push_back(src.masked_scatter(mask, src.flip({0})));
    return out;
  };
  set_num_threads(1);
  const std::vector<Tensor> want = all();
  set_num_threads(4);
  const std::vector<Tensor> got = all();
  set_num_threads(1);
  for (size_t i = 0; i < want.size(); ++i) EXPECT_TRUE(got[i].equal(want[i])) << i;
}

TEST(ScatterReduce, SecondDerivativesOfProductsWithZeros) {
  const Tensor index = tensor({0, 0, 0, 1, 1, 2, 2, 3});
  // One zero, two of them, self's and one, none.
  const Tensor x = tensor({2.0, 0.5, 0.0, 1.5}, kDouble).requires_grad_();
  const Tensor src = tensor({3.0, 0.0, 2.0, 0.0, 0.0, 0.0, 4.0, 0.7}, kDouble).requires_grad_();
  for (const bool include_self : {true, false}) {
    const auto f = [&](const autograd::variable_list& in) {
      return in[0].scatter_reduce(0, index, in[1], "prod", include_self);
    };
    EXPECT_TRUE(autograd::gradcheck(f, {x, src}));
    EXPECT_TRUE(autograd::gradgradcheck(f, {x, src}));
  }
}

TEST(ScatterReduce, WritesIntoWhatBackwardNeeds) {
  // In place the old values of self are kept for backward.
  const Tensor x = tensor({1.0, 2.0}, kDouble).requires_grad_();
  for (const char* reduce : kReductions) {
    const Tensor y = x * 1, z = x * 1;
    y.scatter_reduce_(0, tensor({0, 0}), tensor({3.0, 0.5}, kDouble), reduce);
    const Tensor want = z.scatter_reduce(0, tensor({0, 0}), tensor({3.0, 0.5}, kDouble), reduce);
    EXPECT_TRUE(autograd::grad({y.sum()}, {x})[0].equal(autograd::grad({want.sum()}, {x})[0]));
  }
}

TEST(ScatterReduce, RefusesWhatItCannotDo) {
  const Tensor x = zeros({3}), src = ones({2}), index = tensor({0, 1});
  expect_error([&] { x.scatter_reduce(0, index, src, "median"); },
               "reduce argument must be either sum, prod, mean, amax or amin, got median");
  expect_error([&] { x.scatter_(0, index, src, "sum"); }, "must be either add or multiply");
  expect_error([&] { x.index_reduce(0, index, src, "sum"); }, "index_add sums");
  expect_error(
      [&] {
        x.scatter_reduce_(0, tensor({0, 3}), src, "prod");
      },
      "[scatter_reduce] index 3 is out of bounds for dimension 0 with size 3");
  EXPECT_TRUE(x.equal(zeros({3})));  // nothing was written
  expect_error([&] { x.scatter_reduce_(0, index, x.slice(0, 1), "prod"); },
               "to a single memory location");
  expect_error([&] { x.to(kComplexFloat).scatter_reduce(0, index, src.to(kComplexFloat), "amax"); },
               "ordered type");
  expect_error([&] { x.to(kBool).scatter_reduce(0, index, src.to(kBool), "mean"); }, "bools");
  expect_error([&] { zeros({0}).gather(0, index); }, "dimension with size 0");
}

TEST(Gather, FindsABadIndexWhereverItIs) {
  // Entries are checked some at a time: rows short and long, in pieces, and of an expanded vector.
  const std::vector<std::pair<std::vector<int64_t>, int64_t>> walks = {
      {{5000}, 0}, {{1000, 7}, 1}, {{7, 1000}, 1}, {{30, 1000}, 0}, {{3, 40, 70}, 1}};
  for (const auto& walk : walks) {
    const std::vector<int64_t>& sizes = walk.first;
    const int64_t dim = walk.second;
    const int64_t size = sizes[static_cast<size_t>(dim)];
    const Tensor x = arange(hearth::empty(sizes).numel(), kFloat).view(sizes), src = -x - 1;
    const Tensor good = randint(size, sizes);
    for (const int64_t where : {int64_t{0}, x.numel() / 2, x.numel() - 1}) {
      for (const int64_t bad : {size, int64_t{-1}, int64_t{1} << 62}) {
        const Tensor index = good.clone();
        index.view({-1})[where].fill_(bad);
        const std::string text =
            cat_str("index ", bad, " is out of bounds for dimension ", dim, " with size ", size);
        expect_error([&] { x.gather(dim, index); }, text);
        const Tensor y = x.clone();
        expect_error([&] { x.scatter(dim, index, src); }, text);
        expect_error([&] { y.scatter_(dim, index, src); }, text);
        expect_error([&] { y.scatter_(dim, index, 3); }, text);
        expect_error([&] { y.scatter_add_(dim, index, src); }, text);
        EXPECT_TRUE(y.equal(x));  // nothing was written
      }
    }
  }
  const Tensor x = zeros({3, 4}), shared = tensor({0, 4}).view({1, 2}).expand({3, 2});
  expect_error([&] { x.gather(1, shared); }, "index 4 is out of bounds");
  expect_error([&] { x.scatter_add_(1, shared, ones({3, 2})); }, "index 4 is out of bounds");
  EXPECT_TRUE(x.equal(zeros({3, 4})));
}

TEST(Gather, WalksAlongEveryDimOfEveryLayout) {
  manual_seed(5);
  const Tensor x = randn({6, 5, 300});
  for (int64_t dim = 0; dim < 3; ++dim) {
    std::vector<int64_t> sizes = x.sizes().vec();
    sizes[static_cast<size_t>(dim)] = 7;
    const Tensor index = randint(x.size(dim), sizes), src = randn(sizes);
    const Tensor got = x.gather(dim, index), put = x.scatter(dim, index, src);
    const Tensor sum = x.scatter_add(dim, index, src);
    const Tensor want = hearth::empty(sizes), want_put = x.clone(), want_sum = x.clone();
    const auto i = index.accessor<int64_t, 3>();
    for (int64_t a = 0; a < sizes[0]; ++a)
      for (int64_t b = 0; b < sizes[1]; ++b)
        for (int64_t c = 0; c < sizes[2]; ++c) {
          int64_t at[] = {a, b, c};
          at[dim] = i[a][b][c];
          want.accessor<float, 3>()[a][b][c] = x.accessor<float, 3>()[at[0]][at[1]][at[2]];
          want_put.accessor<float, 3>()[at[0]][at[1]][at[2]] = src.accessor<float, 3>()[a][b][c];
          want_sum.accessor<float, 3>()[at[0]][at[1]][at[2]] += src.accessor<float, 3>()[a][b][c];
        }
    EXPECT_TRUE(got.equal(want) && put.equal(want_put) && sum.equal(want_sum)) << dim;
    const Tensor strided = x.transpose(0, 2).contiguous().transpose(0, 2);
    EXPECT_TRUE(strided.gather(dim, index).equal(want)) << dim;
    EXPECT_TRUE(strided.scatter_(dim, index, src).equal(want_put)) << dim;
  }
}

TEST(Put, WritesThroughAnyStrides) {
  const Tensor x = arange(12, kFloat).view({3, 4}).t();  // [4, 3]
  const Tensor want = x.contiguous();
  want.view({-1}).index_put_({tensor({0, 5, 11})}, tensor({-1.0, -2.0, -3.0}));
  x.put_(tensor({0, 5, -1}), tensor({-1.0, -2.0, -3.0}));
  EXPECT_TRUE(x.equal(want));
  const Tensor y = zeros({2, 2});
  y.put_(tensor({{3, 3}}, kInt), tensor({1.0, 2.0}), true);
  EXPECT_TRUE(y.equal(tensor({{0.0, 0.0}, {0.0, 3.0}})));
  expect_error([&] { y.put_(tensor({4}), tensor({1.0})); }, "out of bounds");
}

TEST(ViewScatter, LeavesSelfAlone) {
  const Tensor x = arange(12, kFloat).view({3, 4}).requires_grad_(), s = ones({4});
  const Tensor y = x.select_scatter(s, 0, 1);
  EXPECT_FALSE(y.is_alias_of(x));
  EXPECT_TRUE(y[1].equal(s) && x[1].equal(arange(4, 8, kFloat)));
  y.sum().backward();
  EXPECT_TRUE(
      x.grad().equal(tensor({{1.0, 1.0, 1.0, 1.0}, {0.0, 0.0, 0.0, 0.0}, {1.0, 1.0, 1.0, 1.0}})));
  // as_strided_scatter sees self's storage, as as_strided does.
  const Tensor part = arange(10, kFloat).slice(0, 2, 10, 2);  // 2 4 6 8
  const Tensor z = part.as_strided_scatter(tensor({-1.0, -2.0}), {2}, {2}, 4);
  EXPECT_TRUE(z.equal(tensor({2.0, -1.0, -2.0, 8.0})));
  EXPECT_EQ(z.strides(), part.strides());
  const autograd::variable_list in = {rand({3, 4}, kDouble).requires_grad_(),
                                      rand({2, 3}, kDouble).requires_grad_()};
  EXPECT_TRUE(autograd::gradcheck(
      [](const autograd::variable_list& t) {
        return t[0].as_strided_scatter(t[1], {2, 3}, {4, 1}, 1);
      },
      in));
  Tensor out = empty({0});
  EXPECT_TRUE(slice_scatter_out(out, x.detach(), zeros({3, 2}), 1, 0, 2)
                  .narrow(1, 0, 2)
                  .equal(zeros({3, 2})));
  EXPECT_TRUE(diagonal_scatter_out(out, zeros({2, 2}), ones({2})).equal(eye(2)));
  EXPECT_TRUE(select_scatter_out(out, zeros({2, 2}), ones({2}), 0, 0)[0].equal(ones({2})));
  EXPECT_TRUE(as_strided_scatter_out(out, zeros({2, 2}), ones({2}), {2}, {3}).equal(eye(2)));
}

TEST(OutForms, OfIndexingAreTheFunctions) {
  manual_seed(4);
  const Tensor x = randn({5, 4}), src = randn({3, 4}), index = tensor({4, 0, 4});
  const Tensor grid = randint(5, {3, 4}), mask = x > 0;
  Tensor out = empty({0}), longs = empty({0}, kLong);
  const std::optional<Tensor> at[] = {index};
  EXPECT_TRUE(index_out(out, x, at).equal(x.index_select(0, index)));
  EXPECT_TRUE(index_select_out(out, x, 0, index.to(kInt)).equal(x.index_select(0, index)));
  EXPECT_TRUE(index_put_out(out, x, at, src, true).equal(index_put(x, at, src, true)));
  EXPECT_TRUE(index_add_out(out, x, 0, index, src, 2).equal(x.index_add(0, index, src, 2)));
  EXPECT_TRUE(index_copy_out(out, x, 0, index, src).equal(x.index_copy(0, index, src)));
  EXPECT_TRUE(index_fill_out(out, x, 0, index, 3).equal(x.index_fill(0, index, 3)));
  EXPECT_TRUE(gather_out(out, x, 0, grid).equal(x.gather(0, grid)));
  EXPECT_TRUE(scatter_out(out, x, 0, grid, 2).equal(x.scatter(0, grid, 2)));
  EXPECT_TRUE(scatter_out(out, x, 0, grid, src).equal(x.scatter(0, grid, src)));
  EXPECT_TRUE(scatter_out(out, x, 0, grid, src, "add").equal(x.scatter_add(0, grid, src)));
  EXPECT_TRUE(scatter_add_out(out, x, 0, grid, src).equal(x.scatter_add(0, grid, src)));
  EXPECT_TRUE(put_out(out, x, index, ones({3})).equal(x.put(index, ones({3}))));
  EXPECT_TRUE(take_out(out, x, grid).equal(x.take(grid)));
  EXPECT_TRUE(take_along_dim_out(out, x, grid, 0).equal(x.take_along_dim(grid, 0)));
  EXPECT_TRUE(masked_select_out(out, x, mask).equal(x.masked_select(mask)));
  EXPECT_TRUE(masked_scatter_out(out, x, mask, x).equal(x.masked_scatter(mask, x)));
  EXPECT_TRUE(embedding_out(out, x, index).equal(embedding(x, index)));
  EXPECT_TRUE(nonzero_out(longs, mask).equal(mask.nonzero()));
  EXPECT_TRUE(nonzero_static_out(longs, mask, 2).equal(mask.nonzero().narrow(0, 0, 2)));
  // What is read may not be what is written.
  Tensor self = x.clone();
  expect_error([&] { gather_out(self, self, 0, tensor({{0, 1, 2, 3}})); }, "to a single memory");
}

TEST(Masks, OfBytesThatAreNotZeroOrOneCountOnce) {
  // Memory that others fill may hold any byte.
  uint8_t bytes[] = {2, 0, 255, 0, 1};
  const Tensor mask = from_blob(bytes, {5}, kBool);
  EXPECT_TRUE(arange(5).masked_select(mask).equal(tensor({0, 2, 4})));
  EXPECT_EQ(mask.nonzero().sizes(), (IntArrayRef{3, 1}));
}

TEST(Masks, CoordinatesOfLongAndShortRows) {
  for (const DimVector& sizes : {DimVector{70000}, DimVector{3, 30000}, DimVector{200, 3, 41},
                                 DimVector{40000, 1, 2}, DimVector{2, 2, 2, 2, 3000}}) {
    manual_seed(5);
    const Tensor x = rand(sizes) < 0.2;
    const Tensor at = x.nonzero();
    EXPECT_EQ(at.size(0), x.sum().item<int64_t>());
    // Back to flat positions, which must be those of the flat mask.
    Tensor flat = zeros({at.size(0)}, kLong);
    for (size_t d = 0; d < sizes.size(); ++d)
      flat = flat * sizes[d] + at.select(1, static_cast<int64_t>(d));
    EXPECT_TRUE(flat.equal(x.flatten().nonzero().select(1, 0)));
    const std::vector<Tensor> again = unravel_index(flat, x.sizes());
    for (size_t d = 0; d < sizes.size(); ++d)
      EXPECT_TRUE(again[d].equal(at.select(1, static_cast<int64_t>(d))));
  }
}

}  // namespace
}  // namespace hearth
