// SPDX-License-Identifier: Apache-2.0
#include "hearth/interceptors/autocast.h"

#include <optional>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/checkpoint.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/softmax.h"

#include "dispatch/op.h"

namespace hearth {
namespace {

/// An op of each policy, so that the test depends on no family.
template <Cast kCast>
struct Probed {
  static constexpr OpInfo info{.name = "probed", .cast = kCast, .args = {"a", "b"}};
  static OpTable& row() {
    static OpTable table = [] {
      OpTable t = make_row<Probed>();
      t.kernel[0] = [](const Call& call) { call.out[0].copy_(call.in[0]); };
      return t;
    }();
    return table;
  }
  auto fields() { return std::tie(); }
  auto fields() const { return std::tie(); }
  static constexpr std::string_view field_names = "";
  Specs infer(Args in) const { return Spec::like(in[0]); }
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved&, Args g, NeedMask) const {
    Grads out(2);
    out[0] = g[0];
    return out;
  }
};

TEST(Autocast, PoliciesChooseTheType) {
  const Tensor f = ones({2}), b = ones({2}, kBFloat16), d = ones({2}, kDouble);
  Autocast autocast;
  EXPECT_TRUE(is_autocast_enabled());
  EXPECT_EQ(invoke(Probed<Cast::Lower>{}, f, f).scalar_type(), kBFloat16);
  EXPECT_EQ(invoke(Probed<Cast::Lower>{}, d, d).scalar_type(), kDouble);
  EXPECT_EQ(invoke(Probed<Cast::Float32>{}, b, b).scalar_type(), kFloat);
  EXPECT_EQ(invoke(Probed<Cast::Widest>{}, b, f).scalar_type(), kFloat);
  EXPECT_EQ(invoke(Probed<Cast::Any>{}, b, f).scalar_type(), kBFloat16);
  {
    Autocast off(kCPU, kBFloat16, false);
    EXPECT_FALSE(is_autocast_enabled());
    EXPECT_EQ(invoke(Probed<Cast::Lower>{}, f, f).scalar_type(), kFloat);
  }
  EXPECT_TRUE(is_autocast_enabled());
}

TEST(Autocast, GradientsReturnToTheParametersType) {
  const Tensor w = ones({2}).requires_grad_();
  Tensor y;
  {
    Autocast autocast;
    y = invoke(Probed<Cast::Lower>{}, w, w);
    EXPECT_TRUE(invoke(Probed<Cast::Lower>{}, w, w).requires_grad());
  }
  y.sum().backward();
  EXPECT_EQ(w.grad().scalar_type(), kFloat);
  EXPECT_EQ(w.grad().sum().item<float>(), 2);
}

TEST(Autocast, KeptCastsServeSeveralBackwards) {
  const Tensor w = full({4, 4}, 0.5).requires_grad_(), x = ones({2, 4});
  const Autocast autocast;
  for (int step = 1; step <= 3; ++step) {
    const Tensor y = x.mm(w);
    EXPECT_EQ(y.scalar_type(), kBFloat16);
    y.sum().backward();
    EXPECT_EQ(w.grad().scalar_type(), kFloat);
    EXPECT_EQ(w.grad()[0][0].item<float>(), 2.0f * static_cast<float>(step));
  }
}

TEST(Autocast, KeptCastsFollowTheOptimizer) {
  const Tensor w = full({1, 1}, 1.0).requires_grad_(), x = ones({1, 1});
  const Autocast autocast;
  EXPECT_EQ(x.mm(w).item<float>(), 1);
  {
    const NoGradGuard no_grad;
    EXPECT_FALSE(x.mm(w).requires_grad());
    w.add_(1);
  }
  const Tensor y = x.mm(w);
  EXPECT_EQ(y.item<float>(), 2);
  y.backward();
  EXPECT_EQ(w.grad().item<float>(), 1);
}

/// The gradient of w through a checkpoint or not, with autocast around forward or backward.
Tensor computed_gradient(bool checkpointed, bool forward_cast, bool backward_cast) {
  manual_seed(5);
  const Tensor w = rand({8, 8}).requires_grad_(), x = rand({4, 8}).requires_grad_();
  const auto block = [&](const Tensor& in) {
    const Tensor hidden = in.mm(w);
    const Autocast off(kCPU, kBFloat16, false);
    return hidden.mm(w.to(hidden.scalar_type())).softmax(1).square();
  };
  Tensor loss;
  {
    std::optional<Autocast> autocast;
    if (forward_cast) autocast.emplace();
    loss = (checkpointed ? autograd::checkpoint(block, x) : block(x)).sum();
  }
  std::optional<Autocast> autocast;
  if (backward_cast) autocast.emplace();
  loss.backward();
  return w.grad();
}

TEST(Autocast, CheckpointsRunAgainAsTheyRan) {
  for (const bool forward : {false, true})
    for (const bool backward : {false, true})
      EXPECT_TRUE(computed_gradient(true, forward, backward)
                      .equal(computed_gradient(false, forward, backward)))
          << forward << backward;
  EXPECT_FALSE(computed_gradient(true, true, false).equal(computed_gradient(true, false, false)));
}

TEST(Autocast, RefusesOtherTypes) { EXPECT_THROW(Autocast(kCPU, kFloat), DtypeError); }

}  // namespace
}  // namespace hearth
