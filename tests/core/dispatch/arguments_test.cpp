// SPDX-License-Identifier: Apache-2.0
// What a row declares of its arguments and outputs, on rows made for the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "dispatch/op.h"

namespace hearth::row_arguments {

using testing::HasSubstr;

/// What the rows below saw of their last call.
struct Seen {
  std::vector<ScalarType> dtypes;
  std::vector<bool> need;
} seen;

/// The sum of its inputs, as a recurrent network takes them: a sequence, a state that it also
/// overwrites, and groups of two weights and two optional biases.
struct Recurrent {
  static constexpr OpInfo info{.name = "recurrent",
                               .args = {"input",
                                        {"state", arg::mutated},
                                        {"lengths", arg::index | arg::optional},
                                        "w_ih",
                                        "w_hh",
                                        {"b_ih", arg::optional},
                                        {"b_hh", arg::optional}},
                               .tail = 4,
                               .outputs = {out::fresh, out::constant}};
  HEARTH_OP(Recurrent)
  Specs infer(Args in) const {
    Specs specs(Spec::like(in[0]), impl(in[0]).dtype);
    specs.out.push_back(Spec::like(in[0]));
    return specs;
  }
  Saves saves(NeedMask) const { return {.in = ~uint64_t{0}, .out = 0b10}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const {
    Grads grads(s.num_inputs());
    seen.need.assign(s.num_inputs(), false);
    for (size_t i = 0; i < s.num_inputs(); ++i) {
      seen.need[i] = need[i];
      // The input's own value, so that a wrong position shows.
      if (need[i]) grads[i] = g[0] * s.in(i);
    }
    return grads;
  }
  static void run(const Call& call) {
    NoGradGuard no_grad;
    seen.dtypes.clear();
    call.out[0].zero_();
    call.out[1].fill_(1);
    for (size_t i = 0; i < call.in.size(); ++i) {
      const Tensor& t = call.in[i];
      seen.dtypes.push_back(t.defined() ? t.scalar_type() : ScalarType::Undefined);
      if (t.defined() && i != 2) call.out[0].add_(t * t * 0.5);
    }
    call.in[1].add_(1);
  }
};
HEARTH_DEFINE_OP(Recurrent)

/// The same without a vjp, and with a kernel that converts itself.
struct Converting {
  static constexpr OpInfo info{
      .name = "converting", .kind = Kind::Fused, .args = {"inputs"}, .tail = 1};
  HEARTH_OP(Converting)
  Specs infer(Args in) const { return {Spec::like(in[0]), kFloat}; }
  Tensors decompose(Args in) const {
    Tensor y = in[0];
    for (size_t i = 1; i < in.size(); ++i) y = y + in[i] * in[i];
    return {y};
  }
  static void run(const Call& call) {
    NoGradGuard no_grad;
    seen.dtypes.clear();
    call.out[0].zero_();
    for (size_t i = 0; i < call.in.size(); ++i) {
      seen.dtypes.push_back(call.in[i].scalar_type());
      call.out[0].add_(i == 0 ? call.in[i] : call.in[i] * call.in[i]);
    }
  }
};
HEARTH_DEFINE_OP(Converting)

class RowArguments : public testing::Test {
 protected:
  void SetUp() override {
    Recurrent::row().kernel[0] = &Recurrent::run;
    Converting::row().kernel[0] = converting(&Converting::run);
  }
  /// input, state, lengths and `groups` groups; the k-th weight is filled with k.
  static std::vector<Tensor> inputs(size_t groups) {
    std::vector<Tensor> in{ones({2}, kDouble), zeros({2}, kDouble), Tensor()};
    for (size_t k = 0; k < 4 * groups; ++k)
      in.push_back(full({2}, static_cast<double>(k), TensorOptions(kDouble)));
    return in;
  }
  static std::array<Tensor, 2> call(const std::vector<Tensor>& in) {
    std::array<Tensor, 2> out;
    const ArgList list{TensorList(in)};
    const Recurrent op;
    invoke({Recurrent::row(), &op, list, out, Bind::Fresh});
    return out;
  }
};

TEST_F(RowArguments, GroupsRepeatPastAnyWidth) {
  std::vector<Tensor> in = inputs(/*groups=*/40);
  for (const size_t i : {size_t{0}, size_t{66}, size_t{130}, size_t{162}}) in[i].requires_grad_();
  const auto [y, statistics] = call(in);
  EXPECT_TRUE(y.requires_grad());
  EXPECT_FALSE(statistics.requires_grad());
  y.sum().backward();
  ASSERT_EQ(seen.need.size(), 163u);
  for (size_t i = 0; i < in.size(); ++i) {
    const bool wanted = i == 0 || i == 66 || i == 130 || i == 162;
    EXPECT_EQ(seen.need[i], wanted) << i;
    if (!wanted) continue;
    EXPECT_TRUE(in[i].grad().equal(in[i].detach())) << i;
  }
}

TEST_F(RowArguments, MutatedOnesAreWrittenWithoutAGradient) {
  std::vector<Tensor> in = inputs(1);
  in[1].requires_grad_();
  const auto version = in[1]._version();
  EXPECT_FALSE(call(in)[0].requires_grad());
  EXPECT_EQ(in[1]._version(), version + 2);  // the kernel's add_, and the door's own count
}

TEST_F(RowArguments, UndefinedOnesAreNamed) {
  std::vector<Tensor> in = inputs(20);
  in[5 + 4 * 18] = Tensor();  // an optional bias
  EXPECT_NO_THROW(call(in));
  in[4 + 4 * 18] = Tensor();
  try {
    call(in);
    FAIL() << "expected an error";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("[recurrent] argument 77 (w_hh) is undefined"));
  }
}

TEST_F(RowArguments, ConstantsRefuseAGradient) {
  std::vector<Tensor> in = inputs(1);
  in[2] = ones({2}, kDouble).requires_grad_();
  try {
    call(in);
    FAIL() << "expected an error";
  } catch (const AutogradError& e) {
    EXPECT_THAT(e.what(), HasSubstr("[recurrent] the derivative for 'lengths'"));
  }
  NoGradGuard no_grad;
  EXPECT_NO_THROW(call(in));
}

TEST_F(RowArguments, InputsBecomeTheComputeTypeUnlessDeclaredOtherwise) {
  std::vector<Tensor> in = inputs(1);
  in[2] = ones({2}, kLong);
  in[3] = ones({2}, kFloat);
  call(in);
  EXPECT_EQ(seen.dtypes[2], kLong);
  EXPECT_EQ(seen.dtypes[3], kDouble);
}

TEST_F(RowArguments, ConvertingKernelsGetTheTensorsAsTheyAre) {
  const Tensor a = ones({2}, kHalf), b = full({2}, 3.0, TensorOptions(kBFloat16));
  const Tensor y = invoke(Converting{}, a, b);
  EXPECT_EQ(seen.dtypes, (std::vector<ScalarType>{kHalf, kBFloat16}));
  EXPECT_TRUE(y.equal(full({2}, 10.0, TensorOptions(kHalf))));
}

TEST_F(RowArguments, DecomposeStandsInForAVjpOfAnyWidth) {
  std::vector<Tensor> in;
  for (int k = 0; k < 100; ++k) in.push_back(full({2}, k, TensorOptions(kDouble)));
  in[99].requires_grad_();
  const ArgList list{TensorList(in)};
  invoke_args(Converting{}, list).sum().backward();
  EXPECT_TRUE(in[99].grad().equal(full({2}, 198.0, TensorOptions(kDouble))));
}

}  // namespace hearth::row_arguments
