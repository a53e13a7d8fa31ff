// SPDX-License-Identifier: Apache-2.0
// Outputs that share memory with operands: what PyTorch allows and refuses. The tests over all ops
// check that nothing else comes out than with operands elsewhere.
#include "tensor/overlap.h"

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/indexing.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"
#include "ops/embedding.h"
#include "ops/gather.h"
#include "ops/index.h"
#include "ops/join.h"
#include "ops/masked.h"
#include "ops/sort.h"

namespace hearth {
namespace {

template <class F>
void expect_refused(const F& f) {
  const std::string text = error_of(f);
  EXPECT_NE(text.find("to a single memory location"), std::string::npos) << text;
}

TEST(Overlap, OfTwoTensors) {
  const Tensor x = arange(12).view({3, 4});
  EXPECT_EQ(overlap(x, x), Overlap::Same);
  EXPECT_EQ(overlap(x, x.slice(0, 0, 3)), Overlap::Same);
  EXPECT_EQ(overlap(x, x.clone()), Overlap::None);
  EXPECT_EQ(overlap(x[0], x[1]), Overlap::None);
  EXPECT_EQ(overlap(x, x[1]), Overlap::Partial);
  EXPECT_EQ(overlap(x.slice(0, 0, 2), x.slice(0, 1)), Overlap::Partial);
  EXPECT_EQ(overlap(x.view({4, 3}), x), Overlap::Partial);
  EXPECT_EQ(overlap(x.slice(0, 0, 3).slice(1, 0, 3), x.t()), Overlap::Unknown);
  EXPECT_EQ(overlap(x.select(1, 0), x.select(1, 0)), Overlap::Same);
  EXPECT_EQ(overlap(x.select(1, 0), x.select(1, 1)), Overlap::Unknown);
  EXPECT_EQ(overlap(x.slice(1, 0, 0), x), Overlap::None);
}

TEST(Overlap, ReductionsAndProductsReadBeforeTheyWrite) {
  Tensor x = arange(4.0).view({2, 2});
  Tensor row = x[0];
  sum_out(row, x, 0);
  EXPECT_TRUE(row.equal(tensor({2.0, 4.0})));
  x = arange(4.0).view({2, 2});
  row = x[0];
  amax_out(row, x, 0);
  EXPECT_TRUE(row.equal(tensor({2.0, 3.0})));
  const Tensor y = arange(4.0).view({2, 2}), product = tensor({{2.0, 3.0}, {6.0, 11.0}});
  x = y.clone();
  EXPECT_TRUE(mm_out(x, x, y).equal(product));
  x = y.clone();
  EXPECT_TRUE(mm_out(x, y, x).equal(product));
  x = y.clone();
  EXPECT_TRUE(addmm_out(x, y, x, y).equal(product + y));
  EXPECT_TRUE(y.clone().addmm_(y, y).equal(product + y));
  x = y.clone();
  EXPECT_TRUE(x.addmm_(x, y).equal(product + y));
}

TEST(Overlap, AnOutputIsNotResizedBeforeItIsRead) {
  Tensor x = arange(4.0).view({2, 2});
  EXPECT_TRUE(sum_out(x, x, 0).equal(tensor({2.0, 4.0})));
  Tensor one = ones({1});
  EXPECT_NE(error_of([&] {
              add_out(one, one, ones({3}));
            }).find("output with shape [1] doesn't match the broadcast shape [3]"),
            std::string::npos);
  EXPECT_TRUE(one.equal(ones({1})));
}

TEST(Overlap, ScansAndSortsMayWriteIntoTheirInputOnly) {
  Tensor x = tensor({2.0, 1.0, 3.0});
  EXPECT_TRUE(cumsum_out(x, x, 0).equal(tensor({2.0, 3.0, 6.0})));
  Tensor rest = x.slice(0, 0, 2);
  expect_refused([&] { cumsum_out(rest, x.slice(0, 1), 0); });
  Tensor indices = empty({3}, kLong), sorted[] = {x, indices};
  const Tensor* in = &x;
  const ops::Sort sort{0, true};
  invoke({ops::Sort::row(), &sort, Args(&in, 1), sorted, Bind::Out});
  EXPECT_TRUE(x.equal(tensor({6.0, 3.0, 2.0})));
}

TEST(Overlap, ReadersByIndexWriteElsewhere) {
  const Tensor at = tensor({2, 1, 0});
  Tensor x = arange(3), numbers = tensor({5, 6, 7});
  expect_refused([&] { invoke_out(ops::Gather{0}, x, x, at); });
  expect_refused([&] { invoke_out(ops::IndexSelect{0}, x, x, at); });
  expect_refused([&] { invoke_out(ops::Index{}, x, x, at); });
  expect_refused([&] { invoke_out(ops::Cat{0}, x, x, numbers); });
  expect_refused([&] { invoke_out(ops::MaskedSelect{}, x, x, at > 0); });
  expect_refused([&] { invoke_out(ops::Nonzero{}, x, x); });
  EXPECT_TRUE(x.equal(arange(3)));
  // An index is looked at before anything is written in its place, but only by gather.
  Tensor index = at.clone();
  EXPECT_TRUE(invoke_out(ops::Gather{0}, index, numbers, index).equal(tensor({7, 6, 5})));
  index = at.clone();
  expect_refused([&] { invoke_out(ops::IndexSelect{0}, index, numbers, index); });
}

TEST(Overlap, WritersByIndexTakeOperandsFromElsewhere) {
  const Tensor at = tensor({2, 1, 0});
  const Tensor x = arange(3.0), longs = arange(3);
  expect_refused([&] { x.index_put_({at}, x); });
  expect_refused([&] { x.index_put_({at}, x[1]); });
  expect_refused([&] { x.index_add_(0, at, x); });
  expect_refused([&] { x.index_copy_(0, at, x); });
  expect_refused([&] { x.scatter_(0, at, x); });
  expect_refused([&] { x.scatter_add_(0, at, x); });
  expect_refused([&] { longs.index_fill_(0, longs, 7); });
  expect_refused([&] { longs.scatter_(0, longs, 7); });
  expect_refused([&] { longs.index_put_({longs}, 7); });
  // PyTorch does not look here, and gives what was overwritten on the way.
  expect_refused([&] { x.masked_scatter_(at > 0, x); });
  EXPECT_TRUE(x.equal(arange(3.0)));
  EXPECT_TRUE(longs.equal(arange(3)));
  // A mask may be the target itself, and one number of the target fill it.
  const Tensor mask = at > 0;
  EXPECT_TRUE(
      mask.clone().masked_scatter_(mask, mask.logical_not()).equal(tensor({false, false, false})));
  const Tensor own = mask.clone();
  own.index_put_({own}, false);
  EXPECT_FALSE(own.any().item<bool>());
  EXPECT_TRUE(x.clone().index_put_({x > 1}, x[1]).equal(tensor({0.0, 1.0, 1.0})));
  Tensor y = x.clone();
  y.index_put_({y > 1}, y[1]);
  y.index_fill_(0, tensor({0}), y[2]);
  EXPECT_TRUE(y.equal(ones({3})));
}

TEST(Overlap, GapsThatMeetAreNoOverlap) {
  const Tensor x = arange(4.0).view({2, 2});
  x.select(1, 0).index_put_({tensor({1, 0})}, x.select(1, 1));
  EXPECT_TRUE(x.equal(tensor({{3.0, 1.0}, {1.0, 3.0}})));
  x.select(1, 0).add_(x.select(1, 1));
  EXPECT_TRUE(x.equal(tensor({{4.0, 1.0}, {4.0, 3.0}})));
}

TEST(Overlap, FillingExpandedTensors) {
  const Tensor x = arange(3.0);
  x.expand({2, 3}).fill_(1);
  EXPECT_TRUE(x.equal(ones({3})));
  x.expand({2, 3}).zero_();
  EXPECT_TRUE(x.equal(zeros({3})));
  x.unsqueeze(1).expand({3, 2}).fill_(tensor(2.0));
  EXPECT_TRUE(x.equal(full({3}, 2.0)));
  x.fill_(x[1]);
  EXPECT_TRUE(x.equal(full({3}, 2.0)));
  expect_refused([&] { x.expand({2, 3}).add_(1); });
  expect_refused([&] { x.expand({2, 3}).copy_(ones({2, 3})); });
}

}  // namespace
}  // namespace hearth
