// SPDX-License-Identifier: Apache-2.0
// Checkpointing, anomaly and inference modes.
#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/checkpoint.h"
#include "hearth/autograd/function.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/base/memory.h"
#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "error_of.h"

namespace hearth {
namespace {

TEST(NodePtr, SharedPointersKeepNodes) {
  std::shared_ptr<autograd::Node> node;
  {
    const Tensor x = ones({2}, requires_grad());
    EXPECT_EQ(std::shared_ptr<autograd::Node>(x.grad_fn()), nullptr);
    node = (x * x).grad_fn();
  }
  EXPECT_EQ(node->name(), "MulBackward0");
  EXPECT_EQ(node->next_edges().size(), 2u);
}

TEST(Checkpoint, GradientsOfInputsAndCapturedParameters) {
  const Tensor x = full({4}, 0.3, kDouble).requires_grad_();
  const Tensor w = full({4}, 2.0, kDouble).requires_grad_();
  const auto block = [&](const Tensor& t) { return (t * w).tanh() * t; };
  block(x).sum().backward();
  const Tensor gx = x.grad().clone(), gw = w.grad().clone();
  x.mutable_grad() = w.mutable_grad() = Tensor();
  const Tensor y = autograd::checkpoint(block, x);
  EXPECT_EQ(y.grad_fn()->name(), "CheckpointBackward");
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(gx));
  EXPECT_TRUE(w.grad().equal(gw));
}

TEST(Checkpoint, KeepsLessMemory) {
  const Tensor x = full({1 << 18}, 0.3).requires_grad_();
  const auto deep = [](const Tensor& t) {
    Tensor y = t;
    for (int i = 0; i < 8; ++i) y = y.sigmoid();
    return y;
  };
  const size_t before = memory_stats().allocated;
  const Tensor kept = deep(x);
  const size_t full_cost = memory_stats().allocated - before;
  const Tensor light = autograd::checkpoint(deep, x);
  const size_t light_cost = memory_stats().allocated - before - full_cost;
  EXPECT_LT(light_cost * 4, full_cost);
}

TEST(Checkpoint, HigherDerivatives) {
  const double want[] = {std::sin(0.6), 2 * std::cos(0.6), -4 * std::sin(0.6)};
  const Tensor x = full({}, 0.3, kDouble).requires_grad_();
  Tensor y = autograd::checkpoint([](const Tensor& t) { return t.sin() * t.sin(); }, x);
  for (const double w : want) {
    x.mutable_grad() = Tensor();
    y.backward({}, std::nullopt, /*create_graph=*/true);
    y = x.grad();
    EXPECT_NEAR(y.item<double>(), w, 1e-12);
  }
  x.mutable_grad() = Tensor();
}

TEST(Checkpoint, RefusesChangedInputs) {
  const Tensor x = full({4}, 0.3).requires_grad_();
  const Tensor a = x * 1;
  const Tensor y = autograd::checkpoint([](const Tensor& t) { return t * t; }, a);
  a.add_(1);
  EXPECT_THROW(y.sum().backward(), AutogradError);
}

TEST(Checkpoint, RepeatsRandomNumbersAndLeavesTheGenerator) {
  const Tensor x = full({64}, 2.0).requires_grad_();
  const auto noisy = [](const Tensor& t) { return t * rand_like(t); };
  manual_seed(7);
  noisy(x).sum().backward();
  const Tensor expected = x.grad().clone();
  x.mutable_grad() = Tensor();
  manual_seed(7);
  const Tensor y = autograd::checkpoint(noisy, x);
  const GeneratorState after = default_generator().get_state();
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(expected));
  EXPECT_EQ(default_generator().get_state(), after);
}

TEST(Checkpoint, ASegmentThatThrowsChangesNoState) {
  const Tensor x = full({4}, 2.0).requires_grad_();
  int runs = 0;
  const auto failing = [&](const Tensor& t) {
    const Tensor y = t * rand_like(t);
    GradMode::set_enabled(false);
    if (++runs > 1) throw ValueError("[test] the second run");
    GradMode::set_enabled(true);
    return y;
  };
  const Tensor y = autograd::checkpoint(failing, x);
  const GeneratorState before = default_generator().get_state();
  EXPECT_THROW(y.sum().backward(), ValueError);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(default_generator().get_state(), before);
  EXPECT_TRUE(GradMode::is_enabled());
}

TEST(Tape, NodesThatSavedNothingCanRunAgain) {
  const Tensor x = full({4}, 2.0).requires_grad_();
  const Tensor y = (x + 1).to(kDouble).view({2, 2}).sum();
  y.backward();
  y.backward();
  EXPECT_EQ(x.grad().sum().item<float>(), 8);
}

/// Keeps the calling thread's warnings.
class KeptWarnings : public WarningHandler {
 public:
  void process(const Warning& warning) override { texts.push_back(warning.msg()); }
  std::vector<std::string> texts;

 private:
  WarningUtils::WarningHandlerGuard guard_{this};
};

TEST(Tape, WarnsOfGradientsThatNobodyKeeps) {
  KeptWarnings warnings;
  const Tensor x = ones({2}).requires_grad_(), y = x * 2, z = x * 3, none = ones({2});
  for (const Tensor& t : {x, none, x.detach()}) EXPECT_FALSE(t.grad().defined());
  z.retain_grad();
  EXPECT_FALSE(z.grad().defined());
  EXPECT_EQ(warnings.texts.size(), 0u);
  EXPECT_FALSE(y.grad().defined());
  ASSERT_EQ(warnings.texts.size(), 1u);
  EXPECT_NE(warnings.texts[0].find("is not a leaf Tensor"), std::string::npos);
}

TEST(Tape, WarnsOfGradientsThatLeadBack) {
  const WarningUtils::WarnAlways always;
  KeptWarnings warnings;
  const Tensor x = ones({}).requires_grad_();
  (x * x).backward();
  autograd::grad({x * x}, {x}, {}, std::nullopt, /*create_graph=*/true);
  const Tensor y = autograd::checkpoint([](const Tensor& t) { return t * t; }, x);
  autograd::grad({y}, {x}, {}, std::nullopt, /*create_graph=*/true);
  EXPECT_EQ(warnings.texts.size(), 0u);
  (x * x).backward({}, std::nullopt, /*create_graph=*/true);
  ASSERT_EQ(warnings.texts.size(), 1u);
  EXPECT_NE(warnings.texts[0].find("Using backward() with create_graph=True"), std::string::npos);
  x.mutable_grad() = Tensor();
}

TEST(Anomaly, NamesTheFunctionAndTheForwardCall) {
  autograd::DetectAnomalyGuard guard;
  KeptWarnings warnings;
  const Tensor x = zeros({2}).requires_grad_();
  const Tensor y = (x.sqrt() * 0).sum();
  const std::string text = error_of([&] { y.backward(); });
  EXPECT_NE(text.find("SqrtBackward0' returned nan values"), std::string::npos) << text;
  ASSERT_EQ(warnings.texts.size(), 1u);
  EXPECT_NE(warnings.texts[0].find("Error detected in SqrtBackward0. Traceback of forward call"),
            std::string::npos);
  // The test program exports no symbols, so its frames are module and offset.
  EXPECT_NE(warnings.texts[0].find("+"), std::string::npos) << warnings.texts[0];
}

TEST(Anomaly, WarnsOfEveryError) {
  autograd::DetectAnomalyGuard guard;
  KeptWarnings warnings;
  const Tensor x = full({1}, 5.).requires_grad_();
  const Tensor y = x * x, z = y * y;
  y.add_(1);
  EXPECT_NE(error_of([&] { z.backward(); }).find("inplace"), std::string::npos);
  ASSERT_EQ(warnings.texts.size(), 1u);
  EXPECT_NE(warnings.texts[0].find("Error detected in MulBackward0"), std::string::npos);
}

TEST(Anomaly, FollowsDerivativesToTheForwardCall) {
  const Tensor x = zeros({1}).requires_grad_();
  {
    autograd::DetectAnomalyGuard guard;
    KeptWarnings warnings;
    const Tensor g = autograd::grad({x.pow(1.5)}, {x}, {}, true, true)[0];
    EXPECT_NE(error_of([&] { autograd::grad({g}, {x}, {zeros({1})}); }).find("returned nan"),
              std::string::npos);
    ASSERT_EQ(warnings.texts.size(), 2u);
    EXPECT_NE(warnings.texts[1].find("Previous calculation was induced by PowBackward0"),
              std::string::npos);
  }
  // Nothing is known of a forward call outside the mode.
  const Tensor y = x.sqrt() * 0;
  autograd::DetectAnomalyGuard guard;
  KeptWarnings warnings;
  EXPECT_NE(error_of([&] { y.sum().backward(); }), "");
  ASSERT_EQ(warnings.texts.size(), 1u);
  EXPECT_NE(warnings.texts[0].find("No forward pass information"), std::string::npos);
}

TEST(Inference, TensorsAreLighterAndStayOut) {
  Tensor a;
  {
    InferenceMode on;
    a = ones({2}) * 2;
    EXPECT_TRUE(a.is_inference());
    a.add_(1);
    EXPECT_FALSE(GradMode::is_enabled());
  }
  EXPECT_THROW(a.add_(1), AutogradError);
  EXPECT_THROW(a.requires_grad_(), AutogradError);
  const Tensor w = ones({2}).requires_grad_();
  EXPECT_NE(error_of([&] { w* a; }).find("Inference tensors cannot be saved"), std::string::npos);
  EXPECT_NO_THROW((w + a).sum().backward());
  EXPECT_NO_THROW((w * a.clone()).sum().backward());
}

TEST(GradModes, ViewsMadeWithoutGradRefuseInPlaceWrites) {
  const Tensor x = ones({3}).requires_grad_();
  const Tensor b = x * 1;
  Tensor v;
  {
    NoGradGuard no_grad;
    v = b.select(0, 0);
  }
  EXPECT_THROW(v.mul_(2), AutogradError);
  const std::vector<Tensor> parts = b.unbind();
  EXPECT_THROW(parts[0].mul_(2), AutogradError);
}

TEST(Backward, RestrictedToInputs) {
  const Tensor x = ones({}).requires_grad_(), y = ones({}).requires_grad_();
  const Tensor m = x * y;
  const Tensor z = m * y;
  z.backward({}, true, false, std::vector<Tensor>{x, m});
  EXPECT_TRUE(x.grad().defined());
  EXPECT_FALSE(y.grad().defined());
  EXPECT_THROW(autograd::grad({z}, {ones({}).requires_grad_()}), AutogradError);
  EXPECT_FALSE(
      autograd::grad({z}, {ones({}).requires_grad_()}, {}, true, false, true)[0].defined());
}

TEST(Backward, IsReentrant) {
  struct Inner : autograd::Function<Inner> {
    static Tensor forward(autograd::AutogradContext*, Tensor x) { return x * 2; }
    static autograd::variable_list backward(autograd::AutogradContext*,
                                            autograd::variable_list grads) {
      AutoGradMode on(true);
      const Tensor t = full({}, 3.0).requires_grad_();
      (t * t).backward();
      return {grads[0] * t.grad()};
    }
  };
  const Tensor x = ones({}).requires_grad_();
  Inner::apply(x).backward();
  EXPECT_EQ(x.grad().item<float>(), 6);
}

}  // namespace
}  // namespace hearth
