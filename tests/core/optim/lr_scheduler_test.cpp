// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/lr_scheduler.h"

#include <cmath>

#include <gtest/gtest.h>

#include "hearth/io/archive.h"
#include "hearth/ops/creation.h"
#include "hearth/optim/adam.h"
#include "hearth/optim/sgd.h"
#include "hearth/optim/swa_utils.h"

namespace hearth::optim {
namespace {

std::vector<OptimizerParamGroup> two_groups(double lr) {
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{zeros({1}, TensorOptions().requires_grad(true))},
                      std::make_unique<AdamOptions>(lr));
  groups.emplace_back(std::vector<Tensor>{zeros({1}, TensorOptions().requires_grad(true))},
                      std::make_unique<AdamOptions>(2 * lr));
  return groups;
}

/// Rates of the first group before each step, checking that the second has the double.
std::vector<double> rates(Optimizer& optimizer, LRScheduler& scheduler, int steps) {
  std::vector<double> seen;
  for (int i = 0; i < steps; ++i) {
    const double lr = optimizer.param_groups()[0].options().get_lr();
    seen.push_back(lr);
    EXPECT_NEAR(optimizer.param_groups()[1].options().get_lr(), 2 * lr, 1e-12);
    EXPECT_EQ(scheduler.get_last_lr()[0], lr);
    optimizer.step();
    scheduler.step();
  }
  return seen;
}

void expect_rates(const std::vector<double>& got, const std::vector<double>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-9) << "step " << i;
}

template <typename S, typename... Args>
std::vector<double> rates_of(int steps, Args... args) {
  Adam optimizer(two_groups(0.1));
  S scheduler(optimizer, args...);
  return rates(optimizer, scheduler, steps);
}

TEST(LRScheduler, FollowsTheFormulas) {
  expect_rates(rates_of<StepLR>(7, 3u, 0.1), {0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001});
  expect_rates(rates_of<MultiStepLR>(6, std::vector<int64_t>{4, 2, 4}, 0.5),
               {0.1, 0.1, 0.05, 0.05, 0.0125, 0.0125});
  expect_rates(rates_of<ConstantLR>(4, 0.5, int64_t{2}), {0.05, 0.05, 0.1, 0.1});
  expect_rates(rates_of<LinearLR>(6, 0.25, 1.0, int64_t{3}), {0.025, 0.05, 0.075, 0.1, 0.1, 0.1});
  expect_rates(rates_of<ExponentialLR>(3, 0.5), {0.1, 0.05, 0.025});
  expect_rates(rates_of<LambdaLR>(3, [](int64_t n) { return 1.0 / static_cast<double>(n + 1); }),
               {0.1, 0.05, 0.1 / 3});
}

/// As LibTorch's schedulers are written: get_lrs() is asked with 0 at the first step.
struct Halving : LRScheduler {
  using LRScheduler::LRScheduler;
  std::vector<double> get_lrs() override {
    return std::vector<double>(base_lrs_.size(), std::pow(0.5, static_cast<double>(step_count_)));
  }
};

TEST(LRScheduler, ClassesOfOnesOwnAreAskedAsLibTorchAsksThem) {
  Adam optimizer(two_groups(0.1));
  Halving scheduler(optimizer);
  std::vector<double> seen;
  for (int i = 0; i < 4; ++i) {
    seen.push_back(scheduler.get_last_lr()[0]);
    optimizer.step();
    scheduler.step();
  }
  expect_rates(seen, {0.1, 1, 0.5, 0.25});
  scheduler.step_to(5);
  EXPECT_EQ(scheduler.get_last_lr()[0], 0.03125);
  scheduler.step();
  EXPECT_EQ(scheduler.get_last_lr()[0], 0.015625);
  // Behind another it begins with its first rate, and has that once.
  Adam other(two_groups(0.1));
  SequentialLR both(
      other, {std::make_shared<ConstantLR>(other, 0.5, 9), std::make_shared<Halving>(other)}, {2});
  seen.clear();
  for (int i = 0; i < 5; ++i) {
    seen.push_back(both.get_last_lr()[0]);
    optimizer.step();
    both.step();
  }
  expect_rates(seen, {0.05, 0.05, 1, 0.5, 0.25});
}

TEST(LRScheduler, CosineTurnsAtItsEnds) {
  Adam optimizer(two_groups(0.1));
  CosineAnnealingLR scheduler(optimizer, 8);
  const std::vector<double> got = rates(optimizer, scheduler, 25);
  for (int i = 0; i < 25; ++i)
    EXPECT_NEAR(got[size_t(i)], 0.05 * (1 + std::cos(i * M_PI / 8)), 1e-9);
}

TEST(LRScheduler, OneCycleMovesRateAndMomentum) {
  for (const bool linear : {false, true}) {
    Adam optimizer(two_groups(0.1));
    OneCycleLR scheduler(optimizer, OneCycleLROptions(0.5, 20).linear(linear).max_lr({0.5, 1.0}));
    const auto& options = static_cast<AdamOptions&>(optimizer.param_groups()[0].options());
    EXPECT_NEAR(std::get<0>(options.betas()), 0.95, 1e-12);
    const std::vector<double> got = rates(optimizer, scheduler, 20);
    EXPECT_NEAR(got[0], 0.5 / 25, 1e-9);
    EXPECT_NEAR(got[5], 0.5, 1e-9);  // 0.3 * 20 - 1
    EXPECT_NEAR(got[19], 0.5 / 25 / 1e4, 1e-9);
    const double half = linear ? 0.5 - (0.5 - 2e-6) * 7 / 14 : (0.5 + 2e-6) / 2;
    EXPECT_NEAR(got[12], half, 1e-9);
    EXPECT_THROW(scheduler.step(), ValueError);
  }
  Adam optimizer(two_groups(0.1));
  OneCycleLR three(optimizer, OneCycleLROptions(0.5, 20).three_phase(true).max_lr({0.5, 1.0}));
  const std::vector<double> got = rates(optimizer, three, 20);
  EXPECT_NEAR(got[10], 0.02, 1e-9);  // 2 * 0.3 * 20 - 2
  EXPECT_NEAR(got[19], 2e-6, 1e-9);
}

TEST(LRScheduler, SequencesSwitchAtMilestones) {
  const auto make = [](Optimizer& optimizer) {
    return SequentialLR(optimizer,
                        {std::make_shared<LinearLR>(optimizer, 0.1, 1.0, 3),
                         std::make_shared<CosineAnnealingLR>(optimizer, 10)},
                        {3});
  };
  Adam optimizer(two_groups(0.1));
  SequentialLR scheduler = make(optimizer);
  const std::vector<double> got = rates(optimizer, scheduler, 8);
  std::vector<double> want = {0.01, 0.04, 0.07};
  for (int i = 0; i < 5; ++i) want.push_back(0.05 * (1 + std::cos(i * M_PI / 10)));
  expect_rates(got, want);
}

TEST(LRScheduler, ContinuesFromASavedState) {
  for (const int at : {1, 3, 6}) {
    Adam one(two_groups(0.1)), two(two_groups(0.1));
    const auto make = [](Optimizer& optimizer) {
      return SequentialLR(optimizer,
                          {std::make_shared<LinearLR>(optimizer, 0.1, 1.0, 3),
                           std::make_shared<StepLR>(optimizer, 2)},
                          {3});
    };
    SequentialLR a = make(one), b = make(two);
    rates(one, a, at);
    serialize::OutputArchive saved;
    a.save(saved);
    two.load_state_dict(one.state_dict());
    serialize::InputArchive archive(saved);
    b.load(archive);
    expect_rates(rates(two, b, 6), rates(one, a, 6));
  }
}

/// Saved at `at`, then restored into another pair in each order; every rate and momentum after
/// that.
template <typename Make>
void expect_resumes(int at, Make make) {
  const auto trace = [](Optimizer& optimizer, LRScheduler& scheduler) {
    std::vector<double> seen;
    for (int i = 0; i < 6; ++i) {
      for (OptimizerParamGroup& group : optimizer.param_groups()) {
        seen.push_back(group.options().get_lr());
        seen.push_back(group.options().get_momentum());
      }
      optimizer.step();
      scheduler.step();
    }
    return seen;
  };
  Adam whole(two_groups(0.1));
  const auto going = make(whole);
  for (int i = 0; i < at; ++i) {
    whole.step();
    going->step();
  }
  serialize::OutputArchive saved;
  going->save(saved);
  const serialize::OutputArchive optimizer_saved = whole.state_dict();
  const std::vector<double> expected = trace(whole, *going);
  for (const std::string order :
       {"made, optimizer, scheduler", "made, scheduler, optimizer", "optimizer, made, scheduler"}) {
    Adam optimizer(two_groups(0.1));
    std::unique_ptr<LRScheduler> scheduler;
    for (size_t begin = 0; begin < order.size();) {
      const size_t end = std::min(order.find(", ", begin), order.size());
      const std::string what = order.substr(begin, end - begin);
      serialize::InputArchive archive(saved);
      if (what == "made") scheduler = make(optimizer);
      if (what == "optimizer") optimizer.load_state_dict(optimizer_saved);
      if (what == "scheduler") scheduler->load(archive);
      begin = end + 2;
    }
    expect_rates(trace(optimizer, *scheduler), expected);
  }
}

TEST(LRScheduler, ContinuesInWhateverOrderThingsAreLoaded) {
  for (const int at : {1, 3, 6}) {
    expect_resumes(at, [](Optimizer& o) { return std::make_unique<LinearLR>(o, 0.25, 1.0, 5); });
    expect_resumes(at, [](Optimizer& o) { return std::make_unique<ConstantLR>(o, 0.5, 5); });
    expect_resumes(at, [](Optimizer& o) { return std::make_unique<StepLR>(o, 2); });
    expect_resumes(at, [](Optimizer& o) { return std::make_unique<CosineAnnealingLR>(o, 9); });
    expect_resumes(at, [](Optimizer& o) {
      return std::make_unique<LambdaLR>(o,
                                        [](int64_t n) { return 1.0 / static_cast<double>(n + 2); });
    });
    expect_resumes(at, [](Optimizer& o) {
      return std::make_unique<OneCycleLR>(o, OneCycleLROptions(0.5, 20));
    });
    expect_resumes(at, [](Optimizer& o) {
      return std::make_unique<SequentialLR>(
          o,
          std::vector<std::shared_ptr<LRScheduler>>{std::make_shared<LinearLR>(o, 0.1, 1.0, 3),
                                                    std::make_shared<ExponentialLR>(o, 0.5)},
          std::vector<int64_t>{3});
    });
  }
}

TEST(LRScheduler, ThoseThatJoinedLaterContinueToo) {
  for (const int at : {1, 3, 6}) {
    expect_resumes(at, [](Optimizer& o) { return std::make_unique<PolynomialLR>(o, 5, 2); });
    expect_resumes(
        at, [](Optimizer& o) { return std::make_unique<CosineAnnealingWarmRestarts>(o, 2, 2); });
    expect_resumes(at, [](Optimizer& o) {
      return std::make_unique<MultiplicativeLR>(o, [](int64_t n) { return n % 2 ? 0.5 : 1.5; });
    });
    expect_resumes(at, [](Optimizer& o) {
      return std::make_unique<CyclicLR>(o, CyclicLROptions(0.1, 0.5).step_size_up(3));
    });
    expect_resumes(at, [](Optimizer& o) {
      return std::make_unique<swa_utils::SWALR>(o, std::vector<double>{0.5}, 5);
    });
    expect_resumes(at, [](Optimizer& o) {
      return std::make_unique<WarmupLR>(o, 3, std::make_shared<CosineAnnealingLR>(o, 9));
    });
    expect_resumes(at, [](Optimizer& o) {
      return std::make_unique<ChainedScheduler>(
          o, std::vector<std::shared_ptr<LRScheduler>>{std::make_shared<ConstantLR>(o, 0.1, 4),
                                                       std::make_shared<ExponentialLR>(o, 0.9)});
    });
  }
}

TEST(LRScheduler, ComposedOnesNest) {
  // A warm-up of two steps, then a chain; and the same as the second part of a sequence.
  const auto chain = [](Optimizer& o) {
    return std::make_shared<ChainedScheduler>(
        o, std::vector<std::shared_ptr<LRScheduler>>{std::make_shared<ConstantLR>(o, 0.5, 2),
                                                     std::make_shared<ExponentialLR>(o, 0.5)});
  };
  Adam one(two_groups(0.8)), two(two_groups(0.8));
  WarmupLR warmed(one, 2, chain(one), 0.25);
  expect_rates(rates(one, warmed, 6), {0.2, 0.5, 0.4, 0.2, 0.2, 0.1});
  SequentialLR nested(
      two,
      {std::make_shared<StepLR>(two, 1, 0.5), std::make_shared<WarmupLR>(two, 2, chain(two), 0.25)},
      {2});
  expect_rates(rates(two, nested, 8), {0.8, 0.4, 0.2, 0.5, 0.4, 0.2, 0.2, 0.1});
}

TEST(LRScheduler, OneBesideACycleStartsFromTheCyclesFirstRate) {
  // As torch's: the cycle's lowest rate is what its optimizer begins with.
  SGD optimizer({zeros({2}).requires_grad_()}, SGDOptions(0.8).momentum(0.9));
  CyclicLR cycle(optimizer, CyclicLROptions(0.1, 0.5).step_size_up(2));
  EXPECT_EQ(optimizer.param_groups()[0].options().initial_lr, 0.1);
  StepLR steps(optimizer, 1, 0.5);
  steps.step_to(1);
  EXPECT_EQ(steps.get_last_lr()[0], 0.05);
  // One that comes later finds an initial rate.
  CyclicLR later(optimizer, CyclicLROptions(0.2, 0.5));
  EXPECT_EQ(optimizer.param_groups()[0].options().initial_lr, 0.1);
  EXPECT_EQ(optimizer.param_groups()[0].options().get_lr(), 0.2);
}

TEST(LRScheduler, ANewOneStartsFromTheFirstRateOfALoadedOptimizer) {
  Adam one(two_groups(0.1)), two(two_groups(0.3));
  StepLR before(one, 1);
  rates(one, before, 2);
  two.load_state_dict(one.state_dict());
  EXPECT_NEAR(two.param_groups()[0].options().get_lr(), 0.001, 1e-12);
  LambdaLR after(two, [](int64_t) { return 1.0; });
  EXPECT_NEAR(two.param_groups()[0].options().get_lr(), 0.1, 1e-12);
  EXPECT_NEAR(two.param_groups()[1].options().get_lr(), 0.2, 1e-12);
}

TEST(LRScheduler, PhasesOfNoWidthAreOverAtOnce) {
  // The rise has no width: the highest rate comes first.
  Adam rise(two_groups(0.1));
  OneCycleLR falling(rise, OneCycleLROptions(0.5, 10).pct_start(0.1).max_lr({0.5, 1.0}));
  const std::vector<double> down = rates(rise, falling, 10);
  EXPECT_NEAR(down[0], 0.5, 1e-12);
  for (size_t i = 1; i < down.size(); ++i) EXPECT_LT(down[i], down[i - 1]);
  EXPECT_NEAR(down[9], 0.5 / 25 / 1e4, 1e-12);
  // The fall has none: the step after the last is at its end.
  Adam fall(two_groups(0.1));
  OneCycleLR rising(fall, OneCycleLROptions(0.5, 10).pct_start(1).max_lr({0.5, 1.0}));
  EXPECT_NEAR(rates(fall, rising, 10)[9], 0.5, 1e-12);
  EXPECT_NEAR(fall.param_groups()[0].options().get_lr(), 0.5 / 25 / 1e4, 1e-12);
  // Neither has the second of three.
  Adam three(two_groups(0.1));
  OneCycleLR narrow(three, OneCycleLROptions(0.5, 10).pct_start(0.1).three_phase(true));
  for (int i = 0; i <= 10; ++i, i <= 10 ? narrow.step() : void())
    EXPECT_TRUE(std::isfinite(three.param_groups()[0].options().get_lr())) << i;
}

TEST(LRScheduler, BadArgumentsAreRefused) {
  Adam optimizer(two_groups(0.1)), other(two_groups(0.1));
  EXPECT_THROW(StepLR(optimizer, 0), ValueError);
  EXPECT_THROW(LinearLR(optimizer, 0.0), ValueError);
  EXPECT_THROW(OneCycleLR(optimizer, OneCycleLROptions(1, 0)), ValueError);
  EXPECT_THROW(OneCycleLR(optimizer, OneCycleLROptions(1, 9).div_factor(0)), ValueError);
  EXPECT_THROW(OneCycleLR(optimizer, OneCycleLROptions(1, 9).final_div_factor(0)), ValueError);
  EXPECT_THROW(OneCycleLR(optimizer, OneCycleLROptions(1, 9).pct_start(NAN)), ValueError);
  EXPECT_THROW(LinearLR(optimizer, 0.5, 1.0, 0), ValueError);
  EXPECT_THROW(CosineAnnealingLR(optimizer, 0), ValueError);
  EXPECT_THROW(SequentialLR(optimizer, {}, {}), ValueError);
  EXPECT_THROW(ChainedScheduler(optimizer, {}), ValueError);
  EXPECT_THROW(ChainedScheduler(optimizer, {std::make_shared<StepLR>(other, 1)}), ValueError);
  EXPECT_THROW(ChainedScheduler(optimizer, {nullptr}), ValueError);
  EXPECT_THROW(WarmupLR(optimizer, -1, std::make_shared<StepLR>(optimizer, 1)), ValueError);
  EXPECT_THROW(WarmupLR(optimizer, 1, nullptr), ValueError);
  EXPECT_THROW(PolynomialLR(optimizer, 0), ValueError);
  EXPECT_THROW(CosineAnnealingWarmRestarts(optimizer, 0), ValueError);
  EXPECT_THROW(CosineAnnealingWarmRestarts(optimizer, 1, 0), ValueError);
  EXPECT_THROW(LambdaLR(optimizer, LRFactor()), ValueError);
  EXPECT_THROW(LambdaLR(optimizer, std::vector<LRFactor>(1, [](int64_t) { return 1.0; })),
               ValueError);
  EXPECT_THROW(MultiplicativeLR(optimizer, LRFactor()), ValueError);
  EXPECT_THROW(CyclicLR(optimizer, CyclicLROptions(0.1, 1).step_size_up(0)), ValueError);
  EXPECT_THROW(CyclicLR(optimizer, CyclicLROptions(0.1, 1).step_size_down(-1)), ValueError);
  EXPECT_THROW(CyclicLR(optimizer, CyclicLROptions(0.1, 1).max_lr({1, 2, 3})), ValueError);
  EXPECT_THROW(swa_utils::SWALR(optimizer, {0.1}, -1), ValueError);
  EXPECT_THROW(swa_utils::SWALR(optimizer, {}), ValueError);
  using Plateau = ReduceLROnPlateau;
  EXPECT_THROW(Plateau(optimizer, Plateau::min, 1.0f), ValueError);
  EXPECT_THROW(Plateau(optimizer, Plateau::min, 0.5f, -1), ValueError);
  EXPECT_THROW(SequentialLR(optimizer, {std::make_shared<StepLR>(other, 1)}, {}), ValueError);
}

TEST(LRScheduler, PlateausLowerTheRate) {
  const Tensor p = zeros({1}, TensorOptions().requires_grad(true));
  SGD optimizer(std::vector<Tensor>{p}, SGDOptions(0.1));
  ReduceLROnPlateauScheduler scheduler(optimizer, ReduceLROnPlateauScheduler::min, 0.5f, 2);
  const auto lr = [&] { return optimizer.param_groups()[0].options().get_lr(); };
  for (const float loss : {1.f, 0.5f, 0.5f, 0.5f}) scheduler.step(loss);
  EXPECT_DOUBLE_EQ(lr(), 0.1);
  scheduler.step(0.5f);
  EXPECT_DOUBLE_EQ(lr(), 0.05);
}

TEST(LRScheduler, PlateausSayWhatLibTorchSays) {
  SGD optimizer({zeros({1}, TensorOptions().requires_grad(true))}, SGDOptions(0.1));
  ReduceLROnPlateauScheduler scheduler(optimizer, ReduceLROnPlateauScheduler::min, 0.5f, 0, 1e-4,
                                       ReduceLROnPlateauScheduler::rel, 0, {}, 1e-8, true);
  testing::internal::CaptureStdout();
  scheduler.step(1.f);
  scheduler.step(1.f);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "Epoch 2: reducing learning rate of group 0 to 0.05\n");
}

}  // namespace
}  // namespace hearth::optim
