// SPDX-License-Identifier: Apache-2.0
// Joins, splits and new tensors: what golden values do not show.
#include <cstdio>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/io/from_file.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/ops/view_copy.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

template <class F>
void expect_error(const F& f, std::string_view text) {
  std::string what = "nothing was thrown";
  try {
    f();
  } catch (const Error& e) {
    what = e.what();
  }
  EXPECT_NE(what.find(text), std::string::npos) << what;
}

TEST(Splits, AreViewsOfTheirTensor) {
  const Tensor x = zeros({4, 6});
  for (const Tensor& part : x.tensor_split({1, 5}, 1)) EXPECT_TRUE(part.is_alias_of(x));
  x.hsplit(3)[1].fill_(1);
  EXPECT_TRUE(x.narrow(1, 2, 2).equal(ones({4, 2})));
  x.unsafe_chunk(2)[0].fill_(2);
  unsafe_split(x, 2, 1)[2].fill_(3);
  unsafe_split_with_sizes(x, {1, 3})[1].fill_(4);
  EXPECT_TRUE(x.narrow(0, 1, 3).equal(full({3, 6}, 4.0)));
  expect_error([&] { x.hsplit(4); }, "is not divisible by the split_size 4");
  expect_error([&] { x.dsplit(2); }, "requires a tensor with at least 3 dimensions");
  expect_error([&] { x.narrow(0, tensor(1.0), 1); }, "start must be an 0-dim integral Tensor");
}

TEST(Views, Transposes) {
  const Tensor x = arange(24).view({2, 3, 4});
  EXPECT_TRUE(x.numpy_T().equal(x.permute({2, 1, 0})));
  EXPECT_TRUE(x.mH().equal(x.transpose(1, 2)) && x.mH().is_alias_of(x));
  EXPECT_TRUE(x[0].matrix_H().equal(x[0].t()));
  expect_error([&] { x.matrix_H(); }, "only supported on matrices (2-D tensors). Got 3-D tensor");
  expect_error([&] { ones({3}).adjoint(); }, "Got 1-D tensor");
  EXPECT_TRUE(movedim(x, 0, 2).equal(x.permute({1, 2, 0})));
  EXPECT_TRUE(moveaxis(x, 0, 2).equal(x.movedim(0, 2)));
  EXPECT_TRUE(linalg_diagonal(x).equal(x.diagonal(0, 1, 2)));
  EXPECT_TRUE(alias(x).is_alias_of(x) && detach(x).is_alias_of(x));
}

TEST(Cat, OfRowsAndOfLargeParts) {
  manual_seed(1);
  // 40 MB are written past the caches; rows of 9 bytes are no whole words.
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>(5, 7), {70000, 9}, {2000, 5000}})
    for (const auto type : {kFloat, kByte, kDouble}) {
      if (type != kFloat && rows * columns > 1000000) continue;
      const Tensor a = rand({rows, columns}).mul(100).to(type);
      for (const int64_t dim : {0, 1}) {
        const Tensor head = a.narrow(dim, 0, 3).contiguous(), none = a.narrow(dim, 0, 0);
        const Tensor rest = a.narrow(dim, 3, a.size(dim) - 3).contiguous();
        EXPECT_TRUE(cat({head, none.contiguous(), rest}, dim).equal(a));
        EXPECT_TRUE(cat({a.narrow(dim, 0, 3), rest}, dim).equal(a));
        EXPECT_TRUE(cat({head.to(kDouble), rest}, dim).equal(a.to(kDouble)));
      }
    }
}

TEST(Set, SharesTheStorageAndCountsAsAWrite) {
  const Tensor x = arange(6, kFloat).view({2, 3}), y = zeros({2});
  const int64_t before = y._version();
  y.set_(x);
  EXPECT_EQ(y.sizes(), x.sizes());
  EXPECT_TRUE(y.is_alias_of(x) && y.is_set_to(x) && y.equal(x));
  EXPECT_GT(y._version(), before);
  y.fill_(7);
  EXPECT_TRUE(x.equal(full({2, 3}, 7.0)));
  y.set_(x, 2, {2});
  EXPECT_EQ(y.storage_offset(), 2);
  EXPECT_EQ(y.strides(), (IntArrayRef{1}));
  y.set_(x, 1, {2, 2}, {1, 2});
  EXPECT_EQ(y.strides(), (IntArrayRef{1, 2}));
  EXPECT_FALSE(y.is_set_to(x));
  // A layout beyond the storage makes it grow, for all tensors on it.
  y.set_(x, 4, {10});
  y.fill_(1);
  EXPECT_EQ(x[1][2].item<float>(), 1);
  y.set_();
  EXPECT_EQ(y.numel(), 0);
  EXPECT_FALSE(y.is_alias_of(x));
  expect_error([&] { y.set_(x.to(kLong)); }, "Could not set tensor of type");
  expect_error([&] { y.set_(x, -1, {2}); }, "storage offset");
  expect_error([&] { y.set_(x, 0, {2}, {-1}); }, "negative strides");
  expect_error([&] { ones({2}).requires_grad_().set_(x); }, "leaf");
}

TEST(Set, BackwardNoticesIt) {
  const Tensor x = ones({2}).requires_grad_(), w = full({2}, 3.0);
  const Tensor y = (x * w).sum();
  w.set_(full({2}, 5.0));
  expect_error([&] { y.backward(); }, "modified by an inplace operation");
}

TEST(Resize, As) {
  const Tensor x = zeros({2}), like = zeros({1, 2, 2, 2}).contiguous(MemoryFormat::ChannelsLast);
  EXPECT_TRUE(x.resize_as_(like).is_contiguous());
  EXPECT_EQ(x.sizes(), like.sizes());
  EXPECT_TRUE(zeros({2})
                  .resize_as_(like, MemoryFormat::Preserve)
                  .is_contiguous(MemoryFormat::ChannelsLast));
  EXPECT_TRUE(resize_as_(zeros({2}), like, MemoryFormat::ChannelsLast)
                  .is_contiguous(MemoryFormat::ChannelsLast));
}

TEST(Layouts, EmptyStridedAndPermuted) {
  EXPECT_EQ(empty_permuted({2, 3, 4}, {1, 2, 0}).strides(), (IntArrayRef{1, 8, 2}));
  EXPECT_EQ(empty_permuted({}, {}).dim(), 0);
  expect_error([] { empty_permuted({2, 3}, {0, 0}); }, "Duplicate dim");
  expect_error([] { empty_permuted({2, 3}, {0, -1}); }, "out of range");
  expect_error([] { empty_permuted({2, 3}, {0}); }, "does not match the length");
  const Tensor x = zeros({2}, kLong), y = x.new_empty_strided({2, 3}, {1, 2});
  EXPECT_EQ(y.strides(), (IntArrayRef{1, 2}));
  EXPECT_EQ(y.scalar_type(), kLong);
  EXPECT_EQ(x.new_empty_strided({2}, {1}, kFloat).scalar_type(), kFloat);
}

TEST(OutForms, OfJoinsAreTheFunctions) {
  const Tensor a = rand({2, 3}), b = rand({2, 3});
  const std::vector<Tensor> two = {a, b};
  Tensor out = empty({0});
  EXPECT_TRUE(cat_out(out, two, 1).equal(cat(two, 1)));
  EXPECT_TRUE(concat_out(out, two).equal(cat(two)));
  EXPECT_TRUE(concatenate_out(out, two).equal(concatenate(two)));
  EXPECT_TRUE(stack_out(out, two, -1).equal(stack(two, -1)));
  EXPECT_TRUE(hstack_out(out, two).equal(hstack(two)));
  EXPECT_TRUE(vstack_out(out, two).equal(vstack(two)));
  EXPECT_TRUE(dstack_out(out, two).equal(dstack(two)));
  EXPECT_TRUE(column_stack_out(out, two).equal(column_stack(two)));
  EXPECT_TRUE(row_stack_out(out, two).equal(row_stack(two)));
  EXPECT_TRUE(block_diag_out(out, two).equal(block_diag(two)));
  EXPECT_TRUE(narrow_copy_out(out, a, 1, 1, 2).equal(a.narrow(1, 1, 2)));
  EXPECT_TRUE(flip_out(out, a, {0}).equal(a.flip({0})));
  EXPECT_TRUE(roll_out(out, a, {1}, {1}).equal(a.roll({1}, {1})));
  EXPECT_TRUE(rot90_out(out, a).equal(a.rot90()));
  EXPECT_TRUE(tril_out(out, a).equal(a.tril()));
  EXPECT_TRUE(triu_out(out, a, 1).equal(a.triu(1)));
  EXPECT_TRUE(diag_out(out, a).equal(a.diag()));
  EXPECT_TRUE(diag_embed_out(out, a).equal(a.diag_embed()));
  EXPECT_TRUE(repeat_out(out, a, {2, 1}).equal(a.repeat({2, 1})));
  EXPECT_TRUE(clone_out(out, a).equal(a));
  EXPECT_TRUE(permute_copy_out(out, a, {1, 0}).equal(a.t()));
  EXPECT_TRUE(expand_copy_out(out, a, {2, 2, 3}).equal(a.expand({2, 2, 3})));
  Tensor longs = empty({0}, kLong);
  EXPECT_TRUE(repeat_interleave_out(longs, tensor({2, 1})).equal(tensor({0, 0, 1})));
  expect_error([&] { cat_out(longs, two); }, "can't be cast");
  // cat's output may not be one of its inputs.
  Tensor self = a.clone();
  const Tensor both[] = {self, b};
  expect_error([&] { cat_out(self, both); }, "to a single memory location");
  const std::vector<Tensor> parts = {empty({0}), empty({0})};
  split_copy_out(parts, a, 1);
  EXPECT_TRUE(parts[1].equal(a.narrow(0, 1, 1)));
  expect_error([&] { unbind_copy_out(parts, a, 1); }, "expected 3 tensors");
}

TEST(OutForms, OfNewTensorsKeepTheirDtype) {
  Tensor out = empty({0}, kDouble);
  EXPECT_TRUE(zeros_out(out, {2, 2}).equal(zeros({2, 2}, kDouble)));
  EXPECT_TRUE(ones_out(out, {3}).equal(ones({3}, kDouble)));
  EXPECT_TRUE(full_out(out, {2}, 2.5).equal(full({2}, 2.5, kDouble)));
  EXPECT_TRUE(arange_out(out, 1, 4).equal(arange(1, 4, kDouble)));
  EXPECT_TRUE(arange_out(out, 3).equal(arange(3, kDouble)));
  EXPECT_TRUE(range_out(out, 1, 4).equal(range(1, 4, kDouble)));
  EXPECT_TRUE(linspace_out(out, 0, 1, 5).equal(linspace(0, 1, 5, kDouble)));
  EXPECT_TRUE(logspace_out(out, 0, 1, 5).equal(logspace(0, 1, 5, 10.0, kDouble)));
  EXPECT_TRUE(eye_out(out, 2, 3).equal(eye(2, 3, kDouble)));
  EXPECT_TRUE(tril_indices_out(out, 3, 3).equal(tril_indices(3, 3).to(kDouble)));
  EXPECT_TRUE(triu_indices_out(out, 3, 3).equal(triu_indices(3, 3).to(kDouble)));
  EXPECT_EQ(empty_out(out, {1, 2, 3, 4}, MemoryFormat::ChannelsLast).stride(1), 1);
  EXPECT_TRUE(fill_out(out, ones({2}), 3).equal(full({2}, 3.0, kDouble)));
  EXPECT_TRUE(fill(ones({2}), 4).equal(full({2}, 4.0)));
  EXPECT_TRUE(fill(ones({2}), tensor(4.0)).equal(full({2}, 4.0)));
  EXPECT_EQ(out.scalar_type(), kDouble);
  Tensor z = empty({0}, kComplexFloat);
  const Tensor a = tensor({1.0, 2.0}), b = tensor({3.0, 4.0});
  EXPECT_TRUE(complex_out(z, a, b).equal(complex(a, b)));
  EXPECT_TRUE(polar_out(z, a, b).equal(polar(a, b)));
}

TEST(Complex, IsATensorWhereverOneGoes) {
  const Tensor a = tensor({1.0, 2.0}), b = tensor({3.0, 4.0});
  auto z = complex(a, b);
  EXPECT_TRUE(real(z).equal(a) && imag(z).equal(b));
  EXPECT_EQ(cat({z, z}).sizes(), (IntArrayRef{4}));
  z = z * 2;
  EXPECT_TRUE(real(z).equal(a * 2));
  EXPECT_EQ((complex<float>(1, 2)).imag(), 2);  // the type is still there
}

TEST(Types, OfNumbers) {
  EXPECT_EQ(result_type(Scalar(1), ones({2}, kHalf)), kHalf);
  EXPECT_EQ(result_type(Scalar(1), Scalar(2.0)), kFloat);
  EXPECT_EQ(result_type(Scalar(1), Scalar(true)), kLong);
  EXPECT_EQ(result_type(Scalar(complex<double>(1, 2)), Scalar(true)), kComplexFloat);
  EXPECT_TRUE(can_cast(kInt, kFloat) && !can_cast(kFloat, kInt));
  EXPECT_EQ(promote_types(kInt, kHalf), kHalf);
}

TEST(FromFile, MapsSharedAndPrivate) {
  const std::string path = testing::TempDir() + "hearth_from_file";
  std::remove(path.c_str());
  expect_error([&] { from_file(path, false, 4); }, "opening failed");
  {
    const Tensor x = from_file(path, true, 4, kInt);
    EXPECT_TRUE(x.equal(zeros({4}, kInt)));
    x.copy_(arange(4, kInt));
  }
  const Tensor own = from_file(path, false, 4, kInt);
  EXPECT_TRUE(own.equal(arange(4, kInt)));
  own.fill_(9);
  EXPECT_TRUE(from_file(path, std::nullopt, 4, kInt).equal(arange(4, kInt)));
  expect_error([&] { from_file(path, false, 5, kInt); }, "fewer than the 20 of 5 elements");
  expect_error([&] { from_file(path, false, -1); }, "must not be negative");
  EXPECT_EQ(from_file(path, true, 6, kInt).sizes(), (IntArrayRef{6}));
  EXPECT_EQ(from_file(path, false, 6, kInt)[5].item<int>(), 0);
  EXPECT_EQ(from_file(path).numel(), 0);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace hearth
