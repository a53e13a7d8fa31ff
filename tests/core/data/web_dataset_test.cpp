// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/web_dataset.h"

#include <cstdlib>
#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/data/dataloader.h"
#include "hearth/io/archive.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ExpandBraces, GivesRangesListsAndProducts) {
  EXPECT_THAT(expand_braces("a.tar"), ElementsAre("a.tar"));
  EXPECT_THAT(expand_braces("d-{08..10}.tar"), ElementsAre("d-08.tar", "d-09.tar", "d-10.tar"));
  EXPECT_THAT(expand_braces("{0..10..5}"), ElementsAre("0", "5", "10"));
  EXPECT_THAT(expand_braces("{3..1}"), ElementsAre("3", "2", "1"));
  EXPECT_THAT(expand_braces("{a,b}-{1..2}"), ElementsAre("a-1", "a-2", "b-1", "b-2"));
  EXPECT_THAT(expand_braces("{3}{}x{"), ElementsAre("{3}{}x{"));
}

/// Three shards, made by tar(1).
struct Shards : testing::Test {
  Shards() {
    for (int s = 0; s < 3; ++s) {
      const std::string from = folder / ("s" + std::to_string(s));
      std::filesystem::create_directory(from);
      std::string names;
      for (int i = 0; i < 20 + s; ++i) {
        const std::string key = from + "/" + std::to_string(100 * s + i);
        write_text(key + ".TXT", "text " + std::to_string(100 * s + i));
        write_text(key + ".seg.cls", std::to_string(i % 3));
        names +=
            " " + std::to_string(100 * s + i) + ".TXT " + std::to_string(100 * s + i) + ".seg.cls";
      }
      write_text(from + "/nokey", "x");
      const std::string shard = folder / ("d-" + std::to_string(s) + ".tar");
      EXPECT_EQ(std::system(("tar -C " + from + " -cf " + shard + names + " nokey").c_str()), 0);
      shards.push_back(shard);
    }
  }
  auto loader(size_t workers, WebDatasetOptions options) {
    return make_data_loader(WebDataset(shards), WebSampler(shards, options),
                            DataLoaderOptions(8).workers(workers));
  }
  template <typename L>
  std::vector<std::string> keys(L& loader) {
    std::vector<std::string> all;
    for (auto& batch : *loader)
      for (const WebSample& s : batch) {
        EXPECT_EQ(s.at("txt"), "text " + s.key);
        EXPECT_EQ(s.at("seg.cls"), std::to_string(std::stoi(s.key) % 100 % 3));
        all.push_back(s.key);
      }
    return all;
  }
  TemporaryFolder folder;
  std::vector<std::string> shards;
};

TEST_F(Shards, AreReadInOrder) {
  auto all = loader(0, {});
  const auto order = keys(all);
  ASSERT_EQ(order.size(), 63u);
  EXPECT_EQ(order.front(), "0");
  EXPECT_EQ(order[20], "100");
  EXPECT_EQ(order.back(), "221");
  EXPECT_EQ(keys(all), order);  // the next epoch
  const WebSample empty{"k", "s.tar", {{"png", ""}}};
  EXPECT_THAT(error_of([&] { empty.at("jpg"); }), HasSubstr("[s.tar] sample k has no 'jpg'"));
}

TEST_F(Shards, AreShuffledTheSameWithAnyNumberOfWorkers) {
  const auto options = WebDatasetOptions().shuffle(10).seed(3);
  auto alone = loader(0, options), three = loader(3, options);
  const auto first = keys(alone), second = keys(alone);
  EXPECT_EQ(keys(three), first);
  EXPECT_EQ(keys(three), second);
  EXPECT_NE(first, second);
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 63u);
  EXPECT_EQ(std::set<std::string>(second.begin(), second.end()).size(), 63u);
}

TEST_F(Shards, ALoaderContinuesWhereItWas) {
  const auto options = WebDatasetOptions().shuffle(10).seed(3);
  auto whole = loader(0, options);
  keys(whole);
  const auto wanted = keys(whole), after = keys(whole);
  auto broken = loader(2, options);
  keys(broken);
  std::vector<std::string> got;
  serialize::OutputArchive state;
  for (auto& batch : *broken) {
    for (const WebSample& s : batch) got.push_back(s.key);
    if (got.size() >= 24) {
      broken->save(state);
      break;
    }
  }
  auto other = loader(1, options);
  serialize::InputArchive in(state);
  other->load(in);
  for (const std::string& key : keys(other)) got.push_back(key);
  EXPECT_EQ(got, wanted);
  EXPECT_EQ(keys(other), after);
}

TEST_F(Shards, AreDividedAmongProcesses) {
  std::multiset<std::string> all;
  for (size_t rank = 0; rank < 2; ++rank) {
    auto part = loader(0, WebDatasetOptions().rank(rank).world_size(2));
    for (const std::string& key : keys(part)) all.insert(key);
  }
  EXPECT_EQ(all.size(), 63u);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 63u);
  EXPECT_THAT(error_of([&] { WebSampler(shards, WebDatasetOptions().world_size(4)); }),
              HasSubstr("3 shards are too few for 4"));
}

TEST_F(Shards, BrokenOnesAreNamedOrCounted) {
  const std::string bytes = read_text(shards[1]);
  write_text(shards[1], bytes.substr(0, 512 * 2 * 2 * 5 + 300));
  auto strict = loader(0, {});
  EXPECT_THAT(error_of([&] { keys(strict); }), HasSubstr(shards[1]));
  testing::internal::CaptureStderr();
  auto lenient = loader(0, WebDatasetOptions().broken(readers::Broken::Skip));
  // Nobody knows whether the fifth sample had more files, so it is left out.
  EXPECT_EQ(keys(lenient).size(), 20u + 4u + 22u);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("the rest of a shard"));
}

}  // namespace
}  // namespace hearth::data
