// SPDX-License-Identifier: Apache-2.0
// Inference tensors outside their mode, and normal tensors inside it. The answers are LibTorch's.
#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "error_of.h"

namespace hearth {
namespace {

constexpr char kNoUpdate[] = "Inplace update to inference tensor outside InferenceMode is not";

#define EXPECT_MESSAGE(statement, part)                                       \
  do {                                                                        \
    const std::string text = error_of([&] { statement; });                    \
    EXPECT_NE(text.find(part), std::string::npos) << "the message: " << text; \
  } while (false)

Tensor made_in_mode(bool requires_grad) {
  InferenceMode on;
  return ones({1, 2, 3}).requires_grad_(requires_grad);
}

TEST(Inference, TensorsAmongThemselvesAreNeverRecorded) {
  for (const bool wanted : {true, false}) {
    const Tensor c = made_in_mode(wanted);
    EXPECT_EQ(c.requires_grad(), wanted);
    const Tensor product = c * c;
    EXPECT_FALSE(product.is_inference());
    EXPECT_FALSE(product.requires_grad());
    const Tensor view = c.view({2, 3});
    EXPECT_TRUE(view.is_inference());
    EXPECT_FALSE(view.requires_grad());
    EXPECT_FALSE(view.is_view());
    EXPECT_TRUE(view.is_leaf());
    InferenceMode on;
    EXPECT_FALSE((c * c).requires_grad());
    EXPECT_TRUE((c * c).is_inference());
    EXPECT_FALSE(c.view({2, 3}).requires_grad());
    c.mul_(1);
    EXPECT_EQ(c.requires_grad(), wanted);
  }
}

TEST(Inference, TensorsMayNotBeChangedOutsideTheMode) {
  for (const bool wanted : {true, false}) {
    const Tensor c = made_in_mode(wanted);
    EXPECT_MESSAGE(c.mul_(1), kNoUpdate);
    if (!wanted) EXPECT_MESSAGE(c.copy_(ones({1, 2, 3})), kNoUpdate);
    EXPECT_MESSAGE(c.transpose_(0, 1), kNoUpdate);
    EXPECT_MESSAGE(c.unsqueeze_(0), kNoUpdate);
    EXPECT_MESSAGE(c._version(), "Inference tensors do not track version counter");
    if (!wanted) EXPECT_MESSAGE(c.resize_({2}), kNoUpdate);
    if (!wanted)
      EXPECT_MESSAGE(c.requires_grad_(),
                     "Setting requires_grad=True on inference tensor outside InferenceMode");
    EXPECT_NO_THROW(c.set_requires_grad(false));
  }
}

TEST(Inference, TensorsMixWithNormalOnes) {
  const Tensor s = ones({1, 2, 3}).requires_grad_();
  Tensor c = made_in_mode(true);
  (c + s).sum().backward();
  EXPECT_TRUE(c.grad().equal(ones({1, 2, 3})));
  EXPECT_MESSAGE(c * s, "Inference tensors cannot be saved for backward.");
  const Tensor a = s * 1;
  EXPECT_MESSAGE(a.mul_(c), "Inference tensors cannot be saved for backward.");
  EXPECT_NO_THROW(stack({s, c}));
  EXPECT_MESSAGE(mul_out(c, s, s),
                 "out=... arguments don't support automatic differentiation, but one of the "
                 "arguments requires grad");
  c = made_in_mode(false);
  const Tensor plain = ones({1, 2, 3});
  EXPECT_NO_THROW(plain.mul_(c));
  EXPECT_MESSAGE(mul_out(c, plain, plain), kNoUpdate);
  EXPECT_FALSE(c.view_as(s).requires_grad());
  EXPECT_TRUE(s.view_as(c).requires_grad());
}

TEST(Inference, NormalTensorsStayNormalInTheMode) {
  for (const bool wanted : {true, false}) {
    const Tensor a = ones({1, 2, 3}).requires_grad_(wanted).clone();
    Tensor view, deeper;
    {
      InferenceMode on;
      a.mul_(1);
      EXPECT_FALSE(a.is_inference());
      EXPECT_EQ(a.requires_grad(), wanted);
      view = a.view({2, 3});
      deeper = view.view({6});
      for (const Tensor& v : {view, deeper}) {
        EXPECT_FALSE(v.is_inference());
        EXPECT_EQ(v.requires_grad(), wanted);
        EXPECT_TRUE(v.is_leaf());
      }
      EXPECT_NO_THROW(deeper.mul_(1));
      EXPECT_EQ(a._version(), 2);
      EXPECT_EQ(deeper._version(), 2);
      EXPECT_FALSE(a.detach().is_inference());
      EXPECT_FALSE(a.data().is_inference());
    }
    const Tensor b = ones({1, 2, 3}).requires_grad_(wanted).clone();
    {
      InferenceMode on;
      view = b.view({2, 3});
    }
    EXPECT_EQ((view * view).requires_grad(), wanted);
    EXPECT_EQ(view.view({6}).requires_grad(), wanted);
    if (wanted) {
      EXPECT_MESSAGE(view.mul_(1), "A view was created in inference mode and is being modified");
    } else {
      EXPECT_NO_THROW(view.mul_(1));
    }
  }
}

TEST(Inference, WritesInTheModeAreCounted) {
  const Tensor a = ones({3}).requires_grad_().clone();
  const Tensor out = (a * a).sum();
  {
    InferenceMode on;
    a.mul_(1);
  }
  EXPECT_MESSAGE(out.backward(), "has been modified by an inplace operation");
}

TEST(Inference, ViewsOfViewsKeepTheirMode) {
  const Tensor s = ones({1, 2, 3}).requires_grad_();
  Tensor b, c;
  {
    InferenceMode on;
    b = s.view_as(s);
  }
  EXPECT_MESSAGE(b.add_(1), "A view was created in inference mode and is being modified inplace");
  {
    NoGradGuard no_grad;
    c = b.view_as(b);
  }
  EXPECT_MESSAGE(c.add_(1), "A view was created in inference mode and is being modified inplace");
}

TEST(Inference, DataOfInferenceTensors) {
  const Tensor c = made_in_mode(false);
  EXPECT_TRUE(c.detach().is_inference());
  EXPECT_TRUE(c.data().is_inference());
  EXPECT_FALSE(c.clone().is_inference());
  const Tensor x = ones({2});
  x.set_data(c);
  EXPECT_TRUE(x.is_inference());
  EXPECT_NO_THROW(made_in_mode(false).set_data(ones({2})));
}

}  // namespace
}  // namespace hearth
