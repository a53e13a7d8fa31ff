// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/muon.h"

#include <gtest/gtest.h>

#include "hearth/io/archive.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::optim {
namespace {

Tensor matrix(int64_t rows, int64_t columns, double seed) {
  const Tensor flat = arange(0, rows * columns, TensorOptions(kFloat));
  return flat.mul(0.7).add(seed).sin().reshape({rows, columns});
}

void run(Optimizer& optimizer, int from, int to) {
  for (int step = from; step < to; ++step) {
    for (const Tensor& p : optimizer.param_groups()[0].params())
      p.mutable_grad() = matrix(p.size(0), p.size(1), step);
    optimizer.step();
  }
}

TEST(Muon, ContinuesFromASavedState) {
  const MuonOptions options = MuonOptions(0.1).adjust_lr_fn("match_rms_adamw").ns_steps(3);
  const Tensor whole = matrix(5, 3, 1).set_requires_grad(true);
  const Tensor part = matrix(5, 3, 1).set_requires_grad(true);
  Muon one(std::vector<Tensor>{whole}, options), two(std::vector<Tensor>{part}, options);
  Muon three(std::vector<Tensor>{part});
  run(one, 0, 5);
  run(two, 0, 5);
  const std::vector<char> saved = two.state_dict().to_buffer();
  serialize::InputArchive archive;
  archive.load_from(saved.data(), saved.size());
  archive >> three;
  EXPECT_EQ(three.param_groups()[0].options(), options);
  run(one, 5, 10);
  run(three, 5, 10);
  EXPECT_TRUE(whole.equal(part));
}

TEST(Muon, StepsHaveSingularValuesNearOne) {
  const Tensor p = zeros({8, 8}).set_requires_grad(true);
  Muon optimizer(std::vector<Tensor>{p}, MuonOptions(1).weight_decay(0));
  p.mutable_grad() = diag(linspace(0.3, 1, 8));
  optimizer.step();
  const Tensor step = -p.detach(), values = step.diag();
  EXPECT_GT(values.min().item<double>(), 0.5);
  EXPECT_LT(values.max().item<double>(), 1.5);
  EXPECT_TRUE(step.equal(diag(values)));
}

TEST(Muon, TakesOnlyMatrices) {
  const Tensor vector = zeros({3}).set_requires_grad(true);
  const Tensor square = zeros({3, 3}).set_requires_grad(true);
  EXPECT_THROW(Muon(std::vector<Tensor>{vector}), ValueError);
  Muon optimizer(std::vector<Tensor>{square});
  optimizer.add_param_group(std::vector<Tensor>{vector});
  vector.mutable_grad() = zeros({3});
  EXPECT_THROW(optimizer.step(), ValueError);
}

}  // namespace
}  // namespace hearth::optim
