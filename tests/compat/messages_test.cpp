// SPDX-License-Identifier: Apache-2.0
// What LibTorch says of mistakes, as far as people know it by heart or search for it.
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace {

using torch::Tensor;

Tensor ones(torch::IntArrayRef sizes) { return torch::ones(sizes); }
Tensor longs(torch::IntArrayRef sizes, int64_t value = 1) {
  return torch::full(sizes, value, torch::kLong);
}

struct Mistake {
  const char* phrase;
  std::function<void()> make;
};

#define MISTAKE(phrase, expression)               \
  {                                               \
    phrase, [] { static_cast<void>(expression); } \
  }

const std::vector<Mistake> kMistakes = {
    MISTAKE("must match the size of tensor b (4) at non-singleton dimension 1",
            ones({2, 3}) + ones({4})),
    MISTAKE("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
            ones({2, 3}).matmul(ones({2, 3}))),
    MISTAKE("mat2 must be a matrix", ones({2, 3}).mm(ones({2}))),
    MISTAKE("expected m1 and m2 to have the same dtype", ones({2, 3}).mm(longs({3, 2}))),
    MISTAKE("outer: Expected 1-D argument self, but got 2-D",
            torch::outer(ones({2, 2}), ones({2}))),
    MISTAKE("outer: Expected 1-D argument vec2, but got 0-D", torch::outer(ones({2}), ones({}))),
    MISTAKE("which does not broadcast with previously seen size 3",
            torch::einsum("ij,jk", {ones({2, 3}), ones({2, 3})})),
    MISTAKE("shape '[4]' is invalid for input of size 6", ones({2, 3}).view({4})),
    MISTAKE("only one dimension can be inferred", ones({2, 3}).view({-1, -1})),
    MISTAKE("Use .reshape(...) instead", ones({2, 3}).t().view({6})),
    MISTAKE("duplicate dims are not allowed", ones({2, 3}).permute({0, 0})),
    MISTAKE("Dimension out of range (expected to be in range of [-2, 1], but got 2)",
            ones({2, 3}).transpose(0, 2)),
    MISTAKE("split_size can only be 0 if dimension size is 0, but got dimension size of 4",
            ones({4}).split(0)),
    MISTAKE("split expects split_size be non-negative, but got split_size=-1", ones({4}).split(-1)),
    MISTAKE("expected a non-empty list of Tensors", torch::cat(std::vector<Tensor>{})),
    MISTAKE("stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1",
            torch::stack({ones({2}), ones({3})})),
    MISTAKE("Trying to create tensor with negative dimension -1: [2, -1]", torch::zeros({2, -1})),
    MISTAKE("index 3 out of range for tensor of size [2] at dimension 0", ones({2})[3]),
    MISTAKE("cannot be applied to a 0-dim tensor", torch::tensor(1)[0]),
    MISTAKE("Index is supposed to be a vector", ones({2}).index_select(0, longs({2, 2}))),
    MISTAKE("Index tensor must have the same number of dimensions as input tensor",
            ones({2, 2}).gather(0, longs({2}))),
    MISTAKE("only supports boolean masks", ones({2}).masked_fill(ones({2}), 1)),
    MISTAKE("bincount only supports 1-d non-negative integral inputs",
            torch::bincount(longs({2}, -1))),
    MISTAKE("could not infer output dtype", longs({2}).mean()),
    MISTAKE("selected index k out of range", ones({2}).topk(3)),
    MISTAKE("probability tensor contains either `inf`, `nan` or element < 0",
            torch::multinomial(-ones({2}), 1)),
    MISTAKE("Integers to negative integer powers are not allowed", longs({2}).pow(-1)),
    MISTAKE("can't be cast to the desired output type Long", longs({2}).div_(2)),
    MISTAKE("upper bound and lower bound inconsistent with step sign", torch::arange(0, 5, -1)),
    MISTAKE("Invalid device string: 'cuda:x'", torch::Device("cuda:x")),
    MISTAKE("a Tensor with 2 elements cannot be converted to Scalar", ones({2}).item()),
    MISTAKE("Boolean value of Tensor with more than one value is ambiguous",
            ones({2}).is_nonzero()),
    MISTAKE("Boolean value of Tensor with no values is ambiguous", ones({0}).is_nonzero()),
    MISTAKE("grad can be implicitly created only for scalar outputs",
            ones({2}).requires_grad_().backward()),
    MISTAKE("does not require grad and does not have a grad_fn", ones({}).backward()),
    MISTAKE("Only Tensors of floating point and complex dtype can require gradients",
            longs({2}).requires_grad_()),
    MISTAKE("a leaf Variable that requires grad", ones({2}).requires_grad_().add_(1)),
    MISTAKE("Can't get base of non-view Tensor", ones({2})._base()),
    MISTAKE("invalid gradient at index 0 - got [4] but expected shape compatible with [3]",
            ones({3}).requires_grad_().mul(2).backward(ones({4}))),
    {"hook '0' has changed the size of value",
     [] {
       const Tensor x = ones({3}).requires_grad_();
       x.register_hook([](const Tensor&) { return ones({7}); });
       x.sum().backward();
     }},
};

TEST(Messages, HaveLibTorchsPhrases) {
  for (const Mistake& mistake : kMistakes) {
    std::string said = "nothing";
    try {
      mistake.make();
    } catch (const c10::Error& e) {
      said = e.what();
    }
    EXPECT_NE(said.find(mistake.phrase), std::string::npos) << mistake.phrase << "\n" << said;
  }
}

TEST(Messages, UndefinedTensorsAnswerOrThrow) {
  const Tensor none;
  EXPECT_EQ(none.numel(), 0);
  EXPECT_FALSE(none.requires_grad());
  EXPECT_THROW(none.device(), c10::Error);
  EXPECT_THROW(none.is_set_to(ones({1})), c10::Error);
  EXPECT_THROW(ones({1}).is_set_to(none), c10::Error);
  EXPECT_THROW(none.view({0}), c10::Error);
  EXPECT_THROW(none.reshape({0}), c10::Error);
  EXPECT_THROW(none.flatten(), c10::Error);
  EXPECT_THROW(none.unflatten(0, {0}), c10::Error);
  EXPECT_THROW(none.sum_to_size({1}), c10::Error);
  EXPECT_THROW(torch::relu(none), c10::Error);
  EXPECT_THROW(torch::nn::functional::softmax(none, 0), c10::Error);
}

}  // namespace
