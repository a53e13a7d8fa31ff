// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/batch_samplers.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/generator.h"
#include "hearth/data/dataloader.h"
#include "hearth/io/archive.h"
#include "hearth/io/serialize.h"
#include "hearth/ops/creation.h"

#include "error_of.h"

namespace hearth::data {
namespace {

using samplers::BatchSampler;
using samplers::BucketBatchOptions;
using samplers::BucketBatchSampler;
using samplers::SequentialSampler;
using testing::ElementsAre;
using testing::HasSubstr;

using Batches = std::vector<std::vector<size_t>>;

template <typename S>
Batches all_of(S& sampler) {
  Batches all;
  while (const auto batch = sampler.next()) all.push_back(*batch);
  return all;
}

/// 0 .. 99, in no order.
std::vector<int64_t> lengths_of(size_t n) {
  std::vector<int64_t> lengths;
  for (size_t i = 0; i < n; ++i) lengths.push_back(static_cast<int64_t>(i * 37 % 100));
  return lengths;
}

TEST(BatchSampler, IsAsInPython) {
  BatchSampler whole(SequentialSampler(10), 3);
  EXPECT_EQ(all_of(whole), (Batches{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9}}));
  BatchSampler dropping(SequentialSampler(10), 3, true);
  EXPECT_EQ(all_of(dropping), (Batches{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}}));
  dropping.reset();
  EXPECT_EQ(all_of(dropping).size(), 3u);
  EXPECT_THROW(BatchSampler(SequentialSampler(1), 0), ValueError);
}

TEST(BucketBatchSampler, BatchesAreOfLikeLengthAndHaveEachExampleOnce) {
  manual_seed(3);
  const auto lengths = lengths_of(1003);
  BucketBatchSampler sampler(lengths, BucketBatchOptions(16).bucket_size_multiplier(20));
  const auto batches = all_of(sampler);
  EXPECT_EQ(batches.size(), 63u);
  std::set<size_t> seen;
  int64_t padded = 0, shuffled = 0;
  for (const auto& batch : batches) {
    EXPECT_LE(batch.size(), 16u);
    int64_t longest = 0;
    for (const size_t i : batch) {
      EXPECT_TRUE(seen.insert(i).second);
      longest = std::max(longest, lengths[i]);
    }
    for (const size_t i : batch) padded += longest - lengths[i];
    shuffled += lengths[batch[0]] > 50;
  }
  EXPECT_EQ(seen.size(), lengths.size());
  // Batches of neighbours would pad about 47,000.
  EXPECT_LT(padded, 6000);
  // Long batches do not come last.
  EXPECT_GT(shuffled, 0);
  EXPECT_LT(lengths[batches.front()[0]] + lengths[batches[1][0]] + lengths[batches[2][0]], 290);
  sampler.reset();
  EXPECT_NE(all_of(sampler), batches);
  // The same generator gives the same order.
  manual_seed(3);
  BucketBatchSampler again(lengths, BucketBatchOptions(16).bucket_size_multiplier(20));
  EXPECT_EQ(all_of(again), batches);
}

TEST(BucketBatchSampler, KeepsToTokensAndOrder) {
  const std::vector<int64_t> lengths{5, 1, 9, 2, 2, 30, 0};
  BucketBatchSampler sampler(lengths, BucketBatchOptions(3).max_tokens(10).shuffle(false));
  EXPECT_EQ(all_of(sampler), (Batches{{6, 1, 3}, {4, 0}, {2}, {5}}));
  EXPECT_EQ(sampler.size(), 4u);
  BucketBatchSampler pools(lengths, BucketBatchOptions(2).bucket_size_multiplier(1).shuffle(false));
  EXPECT_EQ(all_of(pools), (Batches{{1, 0}, {3, 2}, {4, 5}, {6}}));
  BucketBatchSampler dropping(
      lengths, BucketBatchOptions(2).bucket_size_multiplier(1).shuffle(false).drop_last(true));
  EXPECT_EQ(all_of(dropping), (Batches{{1, 0}, {3, 2}, {4, 5}}));
  BucketBatchSampler none({}, BucketBatchOptions(2));
  EXPECT_EQ(all_of(none), Batches{});
  EXPECT_THAT(error_of([] { BucketBatchSampler({1, -2}, 2); }), HasSubstr("example 1"));
  EXPECT_THROW(BucketBatchSampler({1}, BucketBatchOptions(0)), ValueError);
  EXPECT_THROW(BucketBatchSampler({1}, BucketBatchOptions(1).rank(2).num_replicas(2)), ValueError);
}

TEST(BucketBatchSampler, ProcessesShareTheBatches) {
  const auto lengths = lengths_of(101);
  for (const bool drop : {false, true}) {
    std::multiset<size_t> seen;
    std::set<size_t> counts;
    for (size_t rank = 0; rank < 3; ++rank) {
      BucketBatchSampler sampler(lengths,
                                 BucketBatchOptions(10).num_replicas(3).rank(rank).drop_last(drop));
      sampler.set_epoch(5);
      sampler.reset();
      const auto batches = all_of(sampler);
      counts.insert(batches.size());
      for (const auto& b : batches) seen.insert(b.begin(), b.end());
    }
    EXPECT_EQ(counts.size(), 1u);
    const std::set<size_t> once(seen.begin(), seen.end());
    if (drop) {
      EXPECT_EQ(seen.size(), once.size());
      EXPECT_EQ(seen.size(), 90u);
    } else {
      EXPECT_EQ(once.size(), 101u);
    }
  }
}

TEST(BucketBatchSampler, GoesOnAtAnyBatch) {
  const auto lengths = lengths_of(100);
  BucketBatchSampler sampler(lengths, BucketBatchOptions(7));
  for (size_t stop = 0; stop <= sampler.size(); ++stop) {
    sampler.reset();
    for (size_t i = 0; i < stop; ++i) sampler.next();
    serialize::OutputArchive saved;
    saved << sampler;
    const Batches rest = all_of(sampler);
    BucketBatchSampler other(lengths, BucketBatchOptions(7));
    serialize::InputArchive archive(saved);
    archive >> other;
    EXPECT_EQ(all_of(other), rest);
  }
  // One that has not drawn yet gives what it would have given.
  BucketBatchSampler fresh(lengths, BucketBatchOptions(7));
  serialize::OutputArchive saved;
  fresh.save(saved);
  BucketBatchSampler loaded(lengths, BucketBatchOptions(7));
  serialize::InputArchive archive(saved);
  loaded.load(archive);
  EXPECT_EQ(all_of(loaded), all_of(fresh));

  const auto refused = [&](BucketBatchSampler other) {
    serialize::InputArchive in(saved);
    return error_of<ValueError>([&] { other.load(in); });
  };
  EXPECT_THAT(refused(BucketBatchSampler(lengths, 8)), HasSubstr("batch_size 7, this one 8"));
  EXPECT_THAT(refused(BucketBatchSampler(lengths_of(99), 7)), HasSubstr("size 100, this one 99"));
  auto others = lengths;
  std::swap(others[0], others[1]);
  EXPECT_THAT(refused(BucketBatchSampler(others, 7)), HasSubstr("other lengths"));
}

TEST(DataLoader, TakesBatchSamplers) {
  const auto lengths = lengths_of(1000);
  const auto loader = [&](size_t workers) {
    return make_data_loader(datasets::TensorDataset(arange(1000)),
                            BucketBatchSampler(lengths, BucketBatchOptions(3)),
                            DataLoaderOptions().workers(workers));
  };
  const auto rest = [](auto& l) {
    Batches all;
    for (auto& batch : *l) {
      all.emplace_back();
      for (const TensorExample& e : batch)
        all.back().push_back(static_cast<size_t>(e.data.template item<int64_t>()));
    }
    return all;
  };
  manual_seed(1);
  const auto first = loader(0);
  const Batches expected = rest(first);
  EXPECT_EQ(expected.size(), 334u);
  for (const size_t workers : {0, 3}) {
    // Also far into the epoch, where only few batches are passed over.
    for (const size_t stop : {0, 1, 63, 64, 65, 200, 333}) {
      manual_seed(1);
      const auto broken_off = loader(workers);
      serialize::OutputArchive saved;
      size_t given = 0;
      auto it = broken_off->begin();
      for (; given < stop; ++given) {
        EXPECT_FALSE(it == broken_off->end());
        ++it;
      }
      broken_off->save(saved);
      const auto resumed = loader(3 - workers);
      serialize::InputArchive archive(saved);
      resumed->load(archive);
      EXPECT_EQ(rest(resumed),
                Batches(expected.begin() + static_cast<std::ptrdiff_t>(stop), expected.end()));
    }
  }
  EXPECT_THAT(error_of<ValueError>([&] {
                make_data_loader(datasets::TensorDataset(arange(9)),
                                 BatchSampler(SequentialSampler(9), 2), DataLoaderOptions(4));
              }),
              HasSubstr("a batch sampler decides batch_size"));
}

}  // namespace
}  // namespace hearth::data
