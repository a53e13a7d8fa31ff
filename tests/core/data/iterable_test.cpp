// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/iterable.h"

#include <cstdlib>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/generator.h"
#include "hearth/data/dataloader.h"
#include "hearth/data/text_datasets.h"
#include "hearth/io/archive.h"
#include "hearth/ops/creation.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Three files of lines, one of them compressed.
struct Streams : testing::Test {
  Streams() {
    int n = 0;
    for (const int lines : {90, 0, 40, 75}) {
      std::string text = n == 0 ? "\xef\xbb\xbf" : "";
      for (int i = 0; i < lines; ++i) text += std::to_string(n++) + "\n";
      const std::string name = folder / ("lines-" + std::to_string(files.size()));
      write_text(name, text);
      files.push_back(name);
    }
    EXPECT_EQ(std::system(("gzip " + files[2]).c_str()), 0);
    files[2] += ".gz";
  }
  auto loader(size_t workers, IterableOptions options = {}, size_t batch = 4) {
    return make_data_loader(LineDataset(files, options), DataLoaderOptions(batch).workers(workers));
  }
  template <typename L>
  static std::vector<std::string> rest(L& loader) {
    std::vector<std::string> all;
    for (auto& batch : *loader) all.insert(all.end(), batch.begin(), batch.end());
    return all;
  }
  TemporaryFolder folder;
  std::vector<std::string> files;
};

TEST_F(Streams, GiveTheirOrderWithAnyNumberOfWorkers) {
  const auto plain = loader(0);
  const auto all = rest(plain);
  ASSERT_EQ(all.size(), 205u);
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], std::to_string(i));
  EXPECT_EQ(rest(plain), all);
  const auto many = loader(3);
  EXPECT_EQ(rest(many), all);

  manual_seed(4);
  const auto mixed = loader(0, IterableOptions().shuffle(50));
  const auto first = rest(mixed), second = rest(mixed);
  EXPECT_NE(first, all);
  EXPECT_NE(first, second);
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 205u);
  manual_seed(4);
  const auto with_workers = loader(3, IterableOptions().shuffle(50));
  EXPECT_EQ(rest(with_workers), first);
  EXPECT_EQ(rest(with_workers), second);
}

TEST_F(Streams, GoOnAtAnyBatchAndTwice) {
  for (const size_t shuffle : {0, 30}) {
    const auto options = IterableOptions().shuffle(shuffle);
    manual_seed(2);
    const auto whole = loader(0, options, 1);
    const auto first = rest(whole), second = rest(whole);
    for (const size_t stop : {0, 1, 60, 64, 100, 150, 204, 205}) {
      manual_seed(2);
      serialize::OutputArchive saved;
      const auto broken_off = loader(2, options, 1);
      {
        auto it = broken_off->begin();
        for (size_t i = 0; i < stop; ++i) ++it;
        broken_off->save(saved);
      }
      serialize::OutputArchive again;
      {
        const auto resumed = loader(0, options, 1);
        serialize::InputArchive archive(saved);
        resumed->load(archive);
        resumed->save(again);
      }
      const auto resumed = loader(3, options, 1);
      serialize::InputArchive archive(again);
      resumed->load(archive);
      auto tail = rest(resumed);
      EXPECT_EQ(tail, std::vector<std::string>(first.begin() + static_cast<std::ptrdiff_t>(stop),
                                               first.end()))
          << stop;
      if (shuffle == 0) {
        EXPECT_EQ(rest(resumed), second);
      }
    }
  }
}

TEST_F(Streams, RefuseAPositionInOthers) {
  const auto from = loader(0);
  serialize::OutputArchive saved;
  auto it = from->begin();
  ++it;
  from->save(saved);
  const auto refused = [&](auto other) {
    serialize::InputArchive archive(saved);
    return error_of<ValueError>([&] { other->load(archive); });
  };
  EXPECT_THAT(refused(loader(0, IterableOptions().shuffle(3))),
              HasSubstr("shuffle 0, this one has 3"));
  EXPECT_THAT(refused(loader(0, IterableOptions().world_size(2))), HasSubstr("world_size"));
  write_text(files[0], "short\n");
  EXPECT_THAT(refused(loader(0)), HasSubstr("the saved position is in 4 files"));
  EXPECT_THROW(LineDataset({}).sampler(), ValueError);
  EXPECT_THROW(loader(0, IterableOptions().rank(1)), ValueError);
}

TEST_F(Streams, AreSharedEquallyBetweenProcesses) {
  std::vector<std::string> all;
  for (size_t rank = 0; rank < 3; ++rank) {
    const auto part = loader(1, IterableOptions().rank(rank).world_size(3).shuffle(rank * 5));
    const auto mine = rest(part);
    EXPECT_EQ(mine.size(), 68u);
    all.insert(all.end(), mine.begin(), mine.end());
  }
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 204u);
}

/// Numbers without end, with a random part each.
struct Endless : IterableDataset<Endless, double, int64_t> {
  struct Counter : RecordReader<int64_t> {
    uint64_t at = 0;
    std::optional<int64_t> next() override { return static_cast<int64_t>(at++); }
    StreamPosition position() const override { return {0, at, 0}; }
    void seek(const StreamPosition& p) override { at = p.byte; }
  };
  std::shared_ptr<RecordReader<int64_t>> reader() const override {
    return std::make_shared<Counter>();
  }
  double make(const int64_t& n) override {
    if (n == fails_at) throw ValueError("this one fails");
    return static_cast<double>(n) + hearth::rand({}).item<double>();
  }
  int64_t fails_at = -1;
};

TEST(Iterable, RandomnessIsOfTheRecord) {
  const auto take = [](size_t batch, size_t workers) {
    manual_seed(6);
    const auto loader = make_data_loader(Endless(), DataLoaderOptions(batch).workers(workers));
    std::vector<double> values;
    for (auto& part : *loader) {
      values.insert(values.end(), part.begin(), part.end());
      if (values.size() >= 24) break;
    }
    return values;
  };
  EXPECT_EQ(take(4, 0), take(6, 2));
  Endless failing;
  failing.fails_at = 5;
  const auto loader = make_data_loader(failing, DataLoaderOptions(2).workers(2));
  try {
    for (auto& part : *loader) EXPECT_LT(part[0], 5);
    FAIL();
  } catch (const WorkerException& e) {
    EXPECT_EQ(e.sample_index, 5u);
  }
}

TEST_F(Streams, CsvRowsHaveTheSameColumns) {
  write_text(folder / "a.csv", "x,y\n1,2\n3,\"4,5\"\n");
  write_text(folder / "b.csv", "x,y\n6,7\nbroken\n8,9\n");
  write_text(folder / "c.csv", "y,x\n6,7\n");
  CsvDataset rows({folder / "a.csv", folder / "b.csv"},
                  readers::CsvOptions().broken(readers::Broken::Skip));
  EXPECT_THAT(rows.columns(), ElementsAre("x", "y"));
  auto loader = make_data_loader(rows, DataLoaderOptions(1).workers(2));
  std::vector<std::string> all;
  for (auto& batch : *loader) all.push_back(batch[0][0] + "|" + batch[0][1]);
  EXPECT_THAT(all, ElementsAre("1|2", "3|4,5", "6|7", "8|9"));
  EXPECT_EQ(rows.broken(), 1);
  // Going on in the first file and in the second, behind their headers.
  for (const size_t stop : {1, 3}) {
    serialize::OutputArchive saved;
    auto it = loader->begin();
    for (size_t i = 0; i < stop; ++i) ++it;
    loader->save(saved);
    auto resumed = make_data_loader(rows, DataLoaderOptions(1));
    serialize::InputArchive archive(saved);
    resumed->load(archive);
    EXPECT_EQ((*resumed->begin())[0][0], stop == 1 ? "3" : "8");
    it = decltype(it)();
    loader = make_data_loader(rows, DataLoaderOptions(1));
  }
  auto other = make_data_loader(CsvDataset({folder / "a.csv", folder / "c.csv"}));
  EXPECT_THAT(error_of<FormatError>([&] {
                for (auto& batch : *other) batch.clear();
              }),
              HasSubstr("c.csv] has other columns than"));
}

TEST_F(Streams, JsonLinesAreParsedByWorkers) {
  write_text(folder / "a.jsonl", "{\"n\": 1}\n\n{\"n\": 2}\n");
  write_text(folder / "b.jsonl", "{\"n\": 3}\n{\"n\": NaN}\n{\"n\": 4}");
  const std::vector<std::string> names{folder / "a.jsonl", folder / "b.jsonl"};
  const auto numbers = [](auto loader) {
    std::vector<int64_t> all;
    for (auto& batch : *loader)
      for (const readers::JsonValue& v : batch) all.push_back(v.at("n").integer());
    return all;
  };
  const JsonlDataset skipping(names, readers::JsonlOptions().broken(readers::Broken::Skip));
  EXPECT_THAT(numbers(make_data_loader(skipping, DataLoaderOptions(2).workers(2))),
              ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(skipping.broken(), 1);
  EXPECT_THAT(error_of<WorkerException>([&] {
                numbers(make_data_loader(JsonlDataset(names), DataLoaderOptions(2).workers(2)));
              }),
              HasSubstr("b.jsonl: line 2] expected JSON"));
}

}  // namespace
}  // namespace hearth::data
