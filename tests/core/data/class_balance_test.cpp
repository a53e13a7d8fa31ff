// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/class_balance.h"

#include <algorithm>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/data/samplers.h"
#include "hearth/io/serialize.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/random.h"

namespace hearth::data {
namespace {

using testing::ElementsAre;

TEST(StratifiedSplit, TakesAShareOfEachClass) {
  std::vector<int64_t> targets;
  for (int64_t i = 0; i < 60; ++i) targets.push_back(i % 3 == 0 ? 7 : i % 2);
  targets.push_back(100);
  const StratifiedSplit split = stratified_split(targets, 0.2, 3);
  EXPECT_EQ(split.test.size(), 12u);
  std::vector<int> count(101);
  std::set<size_t> all(split.train.begin(), split.train.end());
  for (const size_t i : split.test) {
    ++count[static_cast<size_t>(targets[i])];
    EXPECT_TRUE(all.insert(i).second);
  }
  EXPECT_EQ(all.size(), 61u);
  EXPECT_EQ(count[7], 4);
  EXPECT_EQ(count[0], 4);
  EXPECT_EQ(count[1], 4);
  // A class with one example learns from it.
  EXPECT_EQ(count[100], 0);
  EXPECT_TRUE(std::is_sorted(split.test.begin(), split.test.end()));
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
  EXPECT_EQ(stratified_split(targets, 0.2, 3).test, split.test);
  EXPECT_NE(stratified_split(targets, 0.2, 4).test, split.test);
  const Tensor same = from_blob(targets.data(), {61}, kLong).to(kInt);
  EXPECT_EQ(stratified_split(same, 0.2, 3).test, split.test);
}

TEST(StratifiedSplit, LeavesSomethingForBoth) {
  const std::vector<int64_t> two = {0, 0, 1, 1, 1};
  EXPECT_EQ(stratified_split(two, 0.01).test.size(), 2u);
  EXPECT_EQ(stratified_split(two, 0.99).train.size(), 2u);
  EXPECT_EQ(stratified_split(std::vector<int64_t>(), 0.5).train.size(), 0u);
  EXPECT_THROW(stratified_split(two, 0), ValueError);
  EXPECT_THROW(stratified_split(two, 1), ValueError);
  EXPECT_THROW(stratified_split(zeros({3}), 0.5), DtypeError);
  EXPECT_THROW(stratified_split(zeros({3, 1}, kLong), 0.5), ShapeError);
}

TEST(ClassBalancedWeights, AreOneOverTheCount) {
  const std::vector<int64_t> targets = {2, 0, 2, 2, 0, -1};
  EXPECT_THAT(class_balanced_weights(targets),
              ElementsAre(1.0 / 3, 0.5, 1.0 / 3, 1.0 / 3, 0.5, 1.0));
  EXPECT_EQ(class_balanced_weights(zeros({2}, kByte)), (std::vector<double>{0.5, 0.5}));
}

std::vector<size_t> everything(samplers::Sampler<>& sampler) {
  std::vector<size_t> all;
  while (const auto batch = sampler.next(5)) all.insert(all.end(), batch->begin(), batch->end());
  return all;
}

TEST(RepeatedAugmentationSampler, GivesEachSeveralTimesInARow) {
  manual_seed(3);
  samplers::RepeatedAugmentationSampler sampler(20);
  const std::vector<size_t> first = everything(sampler);
  ASSERT_EQ(first.size(), 20u);
  EXPECT_EQ(std::set<size_t>(first.begin(), first.end()).size(), 7u);
  for (size_t i = 0; i < 20; ++i) EXPECT_EQ(first[i], first[i / 3 * 3]);
  sampler.reset();
  EXPECT_NE(everything(sampler), first);
  EXPECT_THROW(samplers::RepeatedAugmentationSampler(20, 0), ValueError);
}

TEST(RepeatedAugmentationSampler, SharesTheOrderBetweenProcesses) {
  // torchvision's rule: of the repeated order each process takes every third.
  std::vector<std::vector<size_t>> shares;
  for (size_t rank = 0; rank < 3; ++rank) {
    samplers::RepeatedAugmentationSampler sampler(20, 4, 3, rank);
    sampler.set_epoch(5);
    sampler.reset();
    shares.push_back(everything(sampler));
    EXPECT_EQ(shares.back().size(), 6u);
  }
  std::vector<size_t> joined;
  for (size_t i = 0; i < 6; ++i)
    for (const auto& share : shares) joined.push_back(share[i]);
  for (size_t i = 0; i < joined.size(); ++i) EXPECT_EQ(joined[i], joined[i / 4 * 4]);
}

TEST(RepeatedAugmentationSampler, GoesOnWhereItWasSaved) {
  manual_seed(3);
  samplers::RepeatedAugmentationSampler sampler(20), other(20);
  sampler.next(7);
  std::stringstream file;
  hearth::save(sampler, file);
  const std::vector<size_t> rest = everything(sampler);
  hearth::load(other, file);
  EXPECT_EQ(everything(other), rest);
}

}  // namespace
}  // namespace hearth::data
