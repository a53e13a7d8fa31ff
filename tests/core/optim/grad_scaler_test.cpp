// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/grad_scaler.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/io/archive.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/optim/sgd.h"

#include "error_of.h"

namespace hearth {
namespace {

using testing::HasSubstr;

struct Step {
  explicit Step(GradScalerOptions options) : scaler(options) {}
  /// A step with this gradient; whether it was taken.
  bool take(double gradient) {
    sgd.zero_grad();
    scaler.scale((w * gradient).sum()).backward();
    const bool taken = scaler.step(sgd);
    scaler.update();
    return taken;
  }
  Tensor w = zeros({2}, TensorOptions().requires_grad(true));
  optim::SGD sgd{std::vector<Tensor>{w}, 1.0};
  GradScaler scaler;
};

TEST(GradScaler, UnscalesGrowsAndBacksOff) {
  Step s(GradScalerOptions().init_scale(8).growth_interval(2));
  EXPECT_TRUE(s.take(0.25));
  EXPECT_EQ(s.w[1].item<double>(), -0.25);
  EXPECT_EQ(s.scaler.get_scale(), 8);
  EXPECT_TRUE(s.take(0.25));
  EXPECT_EQ(s.scaler.get_scale(), 16);
  for (const double bad : {NAN, INFINITY, -INFINITY}) {
    const double before = s.scaler.get_scale();
    EXPECT_FALSE(s.take(bad));
    EXPECT_EQ(s.w[0].item<double>(), -0.5);
    EXPECT_EQ(s.scaler.get_scale(), before / 2);
  }
  // A step that was left out begins the count anew.
  EXPECT_TRUE(s.take(0));
  EXPECT_FALSE(s.take(NAN));
  EXPECT_TRUE(s.take(0));
  EXPECT_EQ(s.scaler.get_scale(), 1);
  EXPECT_TRUE(s.take(0));
  EXPECT_EQ(s.scaler.get_scale(), 2);
}

TEST(GradScaler, DoesNotGrowBeyondFloat32) {
  Step s(GradScalerOptions().init_scale(std::pow(2.0, 127)).growth_interval(1));
  EXPECT_TRUE(s.take(0));
  EXPECT_EQ(s.scaler.get_scale(), std::pow(2.0, 127));
}

TEST(GradScaler, UnscaledGradientsCanBeClipped) {
  Step s(GradScalerOptions().init_scale(1024));
  s.scaler.scale((s.w * 3).sum()).backward();
  s.scaler.unscale_(s.sgd);
  EXPECT_EQ(s.w.grad()[0].item<double>(), 3);
  s.w.grad().clamp_(-1, 1);
  EXPECT_THAT(error_of([&] { s.scaler.unscale_(s.sgd); }), HasSubstr("already been called"));
  EXPECT_TRUE(s.scaler.step(s.sgd));
  EXPECT_THAT(error_of([&] { s.scaler.step(s.sgd); }), HasSubstr("already been called"));
  s.scaler.update();
  EXPECT_EQ(s.w[0].item<double>(), -1);
  EXPECT_THAT(error_of([&] { s.scaler.update(); }), HasSubstr("without a step()"));
}

TEST(GradScaler, ItsNumbersCanBeSet) {
  GradScaler scaler(GradScalerOptions().init_scale(4));
  scaler.update(32.0);
  EXPECT_EQ(scaler.get_scale(), 32);
  scaler.set_growth_factor(3);
  scaler.set_backoff_factor(0.25);
  scaler.set_growth_interval(7);
  EXPECT_EQ(scaler.get_growth_factor(), 3);
  EXPECT_EQ(scaler.get_backoff_factor(), 0.25);
  EXPECT_EQ(scaler.get_growth_interval(), 7);
  EXPECT_THROW(scaler.update(0.0), ValueError);
  EXPECT_THROW(scaler.set_growth_factor(1), ValueError);
  EXPECT_THROW(scaler.set_backoff_factor(1), ValueError);
  EXPECT_THROW(scaler.set_growth_interval(0), ValueError);
  EXPECT_EQ(scaler.get_growth_factor(), 3);
}

TEST(GradScaler, DisabledItDoesNothing) {
  Step s(GradScalerOptions().enabled(false));
  EXPECT_TRUE(s.take(0.5));
  EXPECT_EQ(s.w[0].item<double>(), -0.5);
  EXPECT_EQ(s.scaler.get_scale(), 1);
}

TEST(GradScaler, KeepsItsStateInArchives) {
  Step s(GradScalerOptions().init_scale(8).growth_interval(3));
  s.take(0);
  s.take(0);
  serialize::OutputArchive out;
  s.scaler.save(out);
  serialize::InputArchive in(out);
  Step t(GradScalerOptions{});
  t.scaler.load(in);
  t.take(0);
  EXPECT_EQ(t.scaler.get_scale(), 16);
}

TEST(GradScaler, RefusesFactorsThatMakeNoSense) {
  const auto made = [](GradScalerOptions o) { return error_of([&] { GradScaler{o}; }); };
  EXPECT_THAT(made(GradScalerOptions().init_scale(0)), HasSubstr("init_scale"));
  EXPECT_THAT(made(GradScalerOptions().growth_factor(1)), HasSubstr("growth factor"));
  EXPECT_THAT(made(GradScalerOptions().backoff_factor(1)), HasSubstr("backoff factor"));
  EXPECT_THAT(made(GradScalerOptions().growth_interval(0)), HasSubstr("growth_interval"));
  Tensor half = zeros({2}, TensorOptions(kHalf).requires_grad(true));
  optim::SGD sgd(std::vector<Tensor>{half}, 1.0);
  half.mutable_grad() = ones({2}, kHalf);
  GradScaler scaler;
  EXPECT_THAT(error_of([&] { scaler.unscale_(sgd); }), HasSubstr("FP16"));
}

}  // namespace
}  // namespace hearth
