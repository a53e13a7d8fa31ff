// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/dataloader.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <set>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include "hearth/base/threads.h"
#include "hearth/data/chunk.h"
#include "hearth/io/serialize.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

namespace hearth::data {
namespace {

using namespace std::chrono_literals;

/// Example i is the number i, plus noise when asked; some fail or take their time.
struct Numbers : datasets::Dataset<Numbers, double> {
  size_t n = 20;
  bool noise = false;
  std::optional<size_t> bad;
  bool slow = false;
  std::shared_ptr<std::atomic<int>> threads_seen = std::make_shared<std::atomic<int>>(0);

  double get(size_t index) override {
    if (bad && index == *bad) throw std::runtime_error("badness");
    if (slow) std::this_thread::sleep_for(std::chrono::milliseconds(index % 3));
    threads_seen->store(get_num_threads());
    return static_cast<double>(index) + (noise ? rand({}).item<double>() : 0);
  }
  std::optional<size_t> size() const override { return n; }
};

template <typename Loader>
std::vector<std::vector<double>> epoch(Loader& loader) {
  std::vector<std::vector<double>> batches;
  for (auto& batch : *loader) batches.push_back(batch);
  return batches;
}

TEST(DataLoader, SequentialBatches) {
  auto loader = make_data_loader<samplers::SequentialSampler>(Numbers(), 8);
  const auto batches = epoch(loader);
  ASSERT_EQ(batches.size(), 3u);
  EXPECT_EQ(batches[2], (std::vector<double>{16, 17, 18, 19}));
  auto dropping = make_data_loader<samplers::SequentialSampler>(
      Numbers(), DataLoaderOptions(8).drop_last(true));
  EXPECT_EQ(epoch(dropping).size(), 2u);
}

TEST(DataLoader, SameBatchesWithAnyNumberOfWorkers) {
  std::vector<std::vector<std::vector<double>>> seen;
  for (const size_t workers : {0, 1, 2, 5}) {
    manual_seed(7);
    Numbers numbers;
    numbers.noise = numbers.slow = true;
    const auto jitter = [](double x) { return x + 100 * rand({}).item<double>(); };
    auto loader = make_data_loader(numbers.map(transforms::Lambda<double>(jitter)),
                                   DataLoaderOptions(3).workers(workers));
    auto both = epoch(loader);
    const auto second = epoch(loader);
    EXPECT_NE(both, second);
    both.insert(both.end(), second.begin(), second.end());
    seen.push_back(both);
    EXPECT_TRUE(workers == 0 || numbers.threads_seen->load() == 1);
  }
  for (size_t i = 1; i < seen.size(); ++i) EXPECT_EQ(seen[i], seen[0]);
}

TEST(DataLoader, RandomnessOfASampleDoesNotDependOnItsBatch) {
  const auto noise_of = [](size_t batch_size) {
    manual_seed(3);
    Numbers numbers;
    numbers.noise = true;
    auto loader = make_data_loader<samplers::SequentialSampler>(numbers, batch_size);
    std::vector<double> all;
    for (auto& batch : *loader) all.insert(all.end(), batch.begin(), batch.end());
    return all;
  };
  EXPECT_EQ(noise_of(1), noise_of(6));
  const auto all = noise_of(20);
  std::set<double> fractions;
  for (const double x : all) fractions.insert(x - std::floor(x));
  EXPECT_EQ(fractions.size(), all.size());
}

TEST(DataLoader, WithoutOrderEveryBatchComesOnce) {
  Numbers numbers;
  numbers.slow = true;
  auto loader = make_data_loader<samplers::SequentialSampler>(
      numbers, DataLoaderOptions(1).workers(3).enforce_ordering(false));
  std::multiset<double> seen;
  for (auto& batch : *loader) seen.insert(batch.at(0));
  EXPECT_EQ(seen.size(), 20u);
  EXPECT_EQ(std::set<double>(seen.begin(), seen.end()).size(), 20u);
}

TEST(DataLoader, WorkersNameTheSampleThatFailed) {
  Numbers numbers;
  numbers.bad = 5;
  auto loader =
      make_data_loader<samplers::SequentialSampler>(numbers, DataLoaderOptions(4).workers(2));
  auto it = loader->begin();
  EXPECT_EQ((*it)[0], 0);
  ++it;
  try {
    *it;
    FAIL() << "nothing thrown";
  } catch (const WorkerException& e) {
    EXPECT_EQ(e.sample_index, 5u);
    EXPECT_NE(std::string(e.what()).find("badness"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("sample 5"), std::string::npos);
    EXPECT_THROW(std::rethrow_exception(e.original_exception), std::runtime_error);
  }
  // A loop may go on with the batch after it.
  EXPECT_EQ((*it)[0], 8);
}

TEST(DataLoader, LoopsMayBeLeftEarly) {
  Numbers numbers;
  numbers.slow = true;
  auto loader =
      make_data_loader<samplers::SequentialSampler>(numbers, DataLoaderOptions(2).workers(3));
  for (int round = 0; round < 3; ++round) {
    try {
      for (auto& batch : *loader)
        if (batch[0] >= 4) throw std::runtime_error("consumer");
    } catch (const std::runtime_error&) {
    }
  }
  EXPECT_EQ(epoch(loader).size(), 10u);
  auto it = loader->begin();
  EXPECT_THROW(loader->begin(), Error);
  loader->join();
}

TEST(DataLoader, IteratorsAreChecked) {
  auto loader = make_data_loader<samplers::SequentialSampler>(Numbers(), 20);
  auto it = loader->begin();
  EXPECT_TRUE(it != loader->end());
  ++it;
  EXPECT_TRUE(it == loader->end());
  EXPECT_THROW(*it, Error);
  EXPECT_THROW(++it, Error);
  EXPECT_THROW(make_data_loader(Numbers(), DataLoaderOptions(0)), ValueError);
}

struct Stuck : datasets::Dataset<Stuck, int> {
  int get(size_t) override {
    std::this_thread::sleep_for(300ms);
    return 1;
  }
  std::optional<size_t> size() const override { return 2; }
};

TEST(DataLoader, TimesOut) {
  auto loader = make_data_loader(Stuck(), DataLoaderOptions(1).workers(1).timeout(10ms));
  EXPECT_THROW(*loader->begin(), Error);
}

/// Samples below `gate` wait until it is opened.
struct Gated : datasets::Dataset<Gated, int> {
  size_t gate = 1;
  std::shared_ptr<std::atomic<bool>> open = std::make_shared<std::atomic<bool>>(false);
  int get(size_t index) override {
    while (index < gate && !*open) std::this_thread::sleep_for(1ms);
    return static_cast<int>(index);
  }
  std::optional<size_t> size() const override { return 4; }
};

TEST(DataLoader, AnyDurationIsATimeout) {
  EXPECT_EQ(DataLoaderOptions().timeout(2s).timeout()->count(), 2000);
  EXPECT_EQ(DataLoaderOptions().timeout(3500us).timeout()->count(), 3);
  EXPECT_EQ(DataLoaderOptions().timeout(std::chrono::duration<double>(0.25)).timeout()->count(),
            250);
  EXPECT_FALSE(DataLoaderOptions().timeout(std::nullopt).timeout());
}

TEST(DataLoader, ABatchThatTimedOutIsStillToCome) {
  const Gated dataset;
  const DataLoaderOptions patient = DataLoaderOptions(1).workers(2);
  auto loader = make_data_loader<samplers::SequentialSampler>(
      dataset, DataLoaderOptions(patient).timeout(10ms));
  auto it = loader->begin();
  for (int i = 0; i < 3; ++i) EXPECT_THROW(*it, Error);
  serialize::OutputArchive saved;
  loader->save(saved);
  *dataset.open = true;
  // A busy machine may need more than the time given.
  const auto ended = [&] {
    for (;;) {
      try {
        return it == loader->end();
      } catch (const Error&) {
      }
    }
  };
  std::vector<int> seen;
  for (; !ended(); ++it) seen.push_back((*it)[0]);
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3}));

  auto resumed = make_data_loader<samplers::SequentialSampler>(dataset, patient);
  serialize::InputArchive archive(saved);
  resumed->load(archive);
  seen.clear();
  for (auto& batch : *resumed) seen.push_back(batch[0]);
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3}));
}

TEST(DataLoader, WithoutOrderNoBatchIsSkippedAfterARestart) {
  const Gated dataset;
  const auto make = [&] {
    return make_data_loader<samplers::SequentialSampler>(
        dataset, DataLoaderOptions(1).workers(2).enforce_ordering(false));
  };
  auto loader = make();
  auto it = loader->begin();
  EXPECT_EQ((*it)[0], 1);  // before its turn: 0 waits
  serialize::OutputArchive saved;
  loader->save(saved);
  *dataset.open = true;
  loader->join();
  auto resumed = make();
  serialize::InputArchive archive(saved);
  resumed->load(archive);
  std::set<int> seen;
  for (auto& batch : *resumed) seen.insert(batch[0]);
  EXPECT_EQ(seen, (std::set<int>{0, 1, 2, 3}));
}

/// Knows which copy it is, and in get_batch waits for all the others.
struct Copied : datasets::BatchDataset<Copied, int> {
  static constexpr int kWorkers = 5;
  struct Shared {
    std::atomic<int> copies{0}, arrived{0};
  };
  explicit Copied(std::shared_ptr<Shared> s) : shared(std::move(s)) {}
  Copied(const Copied& o) : shared(o.shared), id(shared->copies++) {}
  Copied(Copied&&) noexcept = default;
  int get_batch(ArrayRef<size_t>) override {
    ++shared->arrived;
    while (shared->arrived < kWorkers) std::this_thread::sleep_for(1ms);
    return id;
  }
  std::optional<size_t> size() const override { return kWorkers; }
  std::shared_ptr<Shared> shared;
  int id = -1;
};

TEST(DataLoader, EachWorkerHasACopyOfTheDataset) {
  const auto shared = std::make_shared<Copied::Shared>();
  auto loader =
      make_data_loader(Copied(shared), DataLoaderOptions(1).workers(size_t{Copied::kWorkers}));
  std::set<int> ids;
  for (const int id : *loader) ids.insert(id);
  EXPECT_EQ(ids, (std::set<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(shared->copies, Copied::kWorkers);
}

TEST(DataLoader, BeginsAgain) {
  // Without workers nothing is under way that a new epoch would lose.
  auto alone = make_data_loader<samplers::SequentialSampler>(Numbers(), 8);
  auto i = alone->begin(), j = alone->begin();
  EXPECT_TRUE(i != j);
  EXPECT_EQ((*j)[0], 0);
  ++j;
  EXPECT_EQ((*j)[0], 8);
  EXPECT_TRUE(i != j);
  auto again = alone->begin();
  EXPECT_EQ((*again)[0], 0);

  auto loader =
      make_data_loader<samplers::SequentialSampler>(Numbers(), DataLoaderOptions(10).workers(2));
  auto it = loader->begin();
  try {
    loader->begin();
    ADD_FAILURE() << "expected an error";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("Attempted to get a new DataLoader iterator while another "
                                         "iterator is not yet exhausted"),
              std::string::npos)
        << e.what();
  }
  EXPECT_EQ((*it)[0], 0);  // the epoch goes on
  ++it;
  EXPECT_EQ((*it)[0], 10);
  it = loader->begin();  // the last batch has been given
  EXPECT_EQ((*it)[0], 0);
}

TEST(DataLoader, RestoresTheConsumedPosition) {
  for (const size_t workers : {0, 2}) {
    const auto make = [&] {
      Numbers numbers;
      numbers.noise = true;
      return make_data_loader(numbers, DataLoaderOptions(3).workers(workers));
    };
    manual_seed(11);
    auto whole = make();
    std::vector<std::vector<double>> rest;
    serialize::OutputArchive saved;
    GeneratorState random;
    size_t at = 0;
    for (auto& batch : *whole) {
      if (at >= 2) rest.push_back(batch);
      if (++at == 2) {
        whole->save(saved);
        random = default_generator().get_state();
      }
    }
    const auto next_epoch = epoch(whole);

    manual_seed(99);
    auto resumed = make();
    serialize::InputArchive archive(saved);
    resumed->load(archive);
    default_generator().set_state(random);
    EXPECT_EQ(epoch(resumed), rest);
    EXPECT_EQ(epoch(resumed), next_epoch);
  }
}

struct Plain : datasets::Dataset<Plain> {
  Tensor data, target;
  Example<> get(size_t i) override {
    return {data.select(0, static_cast<int64_t>(i)), target.select(0, static_cast<int64_t>(i))};
  }
  std::optional<size_t> size() const override { return 10; }
};

TEST(DataLoader, StacksTensorsInOneGather) {
  const Tensor images = arange(0, 60, TensorOptions(kLong)).to(kByte).view({10, 1, 2, 3});
  const Tensor labels = arange(0, 10, TensorOptions(kLong));
  const auto batches = [&](auto dataset) {
    auto loader = make_data_loader<samplers::SequentialSampler>(std::move(dataset), 4);
    std::vector<Example<>> all;
    for (auto& b : *loader) all.push_back(b);
    return all;
  };
  // A dataset without gather takes the long way, and both agree.
  Plain plain;
  plain.data = images;
  plain.target = labels;
  using Pair = datasets::TensorPairDataset;
  static_assert(detail::Gatherable<datasets::MapDataset<Pair, transforms::Normalize<>>>);
  static_assert(!detail::Gatherable<Plain>);
  const transforms::Normalize<> normalize({10.0}, {2.0});
  const auto fast = batches(Pair(images, labels).map(normalize).map(transforms::Stack<>()));
  const auto slow = batches(plain.map(normalize).map(transforms::Stack<>()));
  ASSERT_EQ(fast.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(fast[i].data.equal(slow[i].data));
    EXPECT_TRUE(fast[i].target.equal(slow[i].target));
  }
  EXPECT_EQ(fast[2].data.sizes(), IntArrayRef({2, 1, 2, 3}));
  EXPECT_EQ(fast[0].data.select(0, 1).select(0, 0).select(0, 1).select(0, 2).item<float>(),
            (11 - 10) / 2.f);
}

TEST(Datasets, TensorDatasetIsStackedWithoutTargets) {
  datasets::TensorDataset rows(arange(0, 8, TensorOptions(kFloat)).view({4, 2}));
  EXPECT_TRUE(rows.get(2).data.equal(rows.tensor.select(0, 2)));
  auto mapped = rows.map(transforms::Stack<TensorExample>());
  const std::vector<size_t> request = {3, 0};
  const TensorExample batch = mapped.get_batch(request);
  EXPECT_TRUE(batch.data.select(0, 0).equal(rows.tensor.select(0, 3)));
  EXPECT_TRUE(batch.data.select(0, 1).equal(rows.tensor.select(0, 0)));
  const std::vector<size_t> beyond = {4};
  EXPECT_THROW(mapped.get_batch(beyond), IndexError);
  EXPECT_THROW(datasets::TensorPairDataset(ones({3}), ones({4})), ShapeError);
}

TEST(Datasets, StridedRowsAreGatheredToo) {
  datasets::TensorDataset rows(arange(0, 8, TensorOptions(kFloat)).view({2, 4}).t());
  const std::vector<size_t> request = {1, 3};
  EXPECT_TRUE(rows.gather(request).data.select(0, 1).equal(rows.tensor.select(0, 3)));
}

TEST(Datasets, SubsetConcatAndSplit) {
  Numbers numbers;
  datasets::Subset<Numbers> subset(numbers, {5, 3, 9});
  EXPECT_EQ(subset.size(), 3u);
  const std::vector<size_t> request = {2, 0};
  EXPECT_EQ(subset.get_batch(request), (std::vector<double>{9, 5}));
  EXPECT_THROW(datasets::Subset<Numbers>(numbers, {20}), IndexError);

  datasets::ConcatDataset<datasets::Subset<Numbers>> both({subset, subset});
  EXPECT_EQ(both.size(), 6u);
  const std::vector<size_t> mixed = {5, 0, 1, 4};
  EXPECT_EQ(both.get_batch(mixed), (std::vector<double>{9, 5, 3, 3}));
  const std::vector<size_t> beyond = {6};
  EXPECT_THROW(both.get_batch(beyond), IndexError);

  auto parts = random_split(numbers, std::vector<size_t>{15, 5}, Generator(1));
  std::set<size_t> seen(parts[0].indices().begin(), parts[0].indices().end());
  seen.insert(parts[1].indices().begin(), parts[1].indices().end());
  EXPECT_EQ(seen.size(), 20u);
  EXPECT_EQ(random_split(numbers, std::vector<double>{0.33, 0.67})[0].size(), 7u);
  EXPECT_THROW(random_split(numbers, std::vector<size_t>{15, 6}), ValueError);
}

TEST(Samplers, RandomOrdersAreWholeAndNew) {
  manual_seed(5);
  samplers::RandomSampler sampler(10);
  const auto first = *sampler.next(10);
  EXPECT_EQ(std::set<size_t>(first.begin(), first.end()).size(), 10u);
  EXPECT_FALSE(sampler.next(10));
  sampler.reset();
  EXPECT_NE(*sampler.next(10), first);
  sampler.reset(4);
  EXPECT_EQ(sampler.next(10)->size(), 4u);
}

TEST(Samplers, ContinueFromASavedPosition) {
  samplers::RandomSampler sampler(10), other(10);
  sampler.reset();
  sampler.next(4);
  serialize::OutputArchive saved;
  sampler.save(saved);
  serialize::InputArchive archive(saved);
  other.load(archive);
  EXPECT_EQ(other.index(), 4u);
  EXPECT_EQ(*other.next(6), *sampler.next(6));
  samplers::RandomSampler wrong(11);
  EXPECT_THROW(wrong.load(archive), ValueError);
}

TEST(Samplers, WeightsAreFollowed) {
  manual_seed(1);
  samplers::WeightedRandomSampler sampler({0, 1, 3, 0}, 4000);
  sampler.reset();
  std::vector<int> counts(4);
  const auto many = *sampler.next(4000);
  for (const size_t i : many) ++counts[i];
  EXPECT_EQ(counts[0] + counts[3], 0);
  EXPECT_NEAR(counts[2], 3000, 150);
  samplers::WeightedRandomSampler once({1, 0, 2, 1}, 3, /*replacement=*/false);
  const auto drawn = *once.next(5);
  EXPECT_EQ(std::set<size_t>(drawn.begin(), drawn.end()), (std::set<size_t>{0, 2, 3}));
  EXPECT_THROW(samplers::WeightedRandomSampler({1, -1}, 1), ValueError);
  EXPECT_THROW(samplers::WeightedRandomSampler({1, 0}, 2, false), ValueError);
}

TEST(Samplers, DistributedSharesCoverTheDataset) {
  for (const bool duplicates : {true, false}) {
    std::multiset<size_t> random, sequential;
    for (size_t rank = 0; rank < 3; ++rank) {
      samplers::DistributedRandomSampler r(10, 3, rank, duplicates);
      samplers::DistributedSequentialSampler s(10, 3, rank, duplicates);
      r.set_epoch(4);
      r.reset();
      s.reset();
      const auto from_r = *r.next(100), from_s = *s.next(100);
      random.insert(from_r.begin(), from_r.end());
      sequential.insert(from_s.begin(), from_s.end());
    }
    for (const auto& seen : {random, sequential}) {
      EXPECT_EQ(seen.size(), duplicates ? 12u : 9u);
      EXPECT_EQ(std::set<size_t>(seen.begin(), seen.end()).size(), duplicates ? 10u : 9u);
      EXPECT_EQ(seen.count(9),
                duplicates ? 1u : 0u);  // what is left out is the last, as in LibTorch
    }
  }
  EXPECT_THROW(samplers::DistributedRandomSampler(10, 2, 2), ValueError);
}

struct Stream : datasets::StreamDataset<Stream, std::vector<int>> {
  std::vector<int> get_batch(size_t n) override { return std::vector<int>(n, 7); }
  std::optional<size_t> size() const override { return std::nullopt; }
};

TEST(DataLoader, StreamsAskForBatchSizes) {
  auto loader =
      make_data_loader(Stream(), samplers::StreamSampler(5), DataLoaderOptions(2).workers(1));
  size_t total = 0;
  for (auto& batch : *loader) total += batch.size();
  EXPECT_EQ(total, 5u);
  samplers::StreamSampler sampler(5);
  EXPECT_EQ(sampler.next(2)->size(), 2u);
  EXPECT_EQ(sampler.next(4)->size(), 3u);
  EXPECT_FALSE(sampler.next(1).has_value());
}

/// A request and a dataset that agree on it.
struct Range : samplers::CustomBatchRequest {
  Range(size_t first, size_t count) : first(first), count(count) {}
  size_t size() const override { return count; }
  size_t first, count;
};
struct Ranges : samplers::Sampler<Range> {
  void reset(std::optional<size_t> = std::nullopt) override { at = 0; }
  std::optional<Range> next(size_t n) override {
    if (at >= 7) return std::nullopt;
    const Range range(at, std::min(n, 7 - at));
    at += n;
    return range;
  }
  void save(serialize::OutputArchive&) const override {}
  void load(serialize::InputArchive&) override {}
  size_t at = 0;
};
struct Counting : datasets::BatchDataset<Counting, std::vector<int>, Range> {
  std::vector<int> get_batch(Range range) override {
    std::vector<int> batch(range.count);
    std::iota(batch.begin(), batch.end(), static_cast<int>(range.first));
    return batch;
  }
  std::optional<size_t> size() const override { return 7; }
};

TEST(DataLoader, RequestsMayBeOfOnesOwn) {
  std::vector<int> seen;
  auto loader =
      make_data_loader(Counting(), Ranges(), DataLoaderOptions(3).workers(2).drop_last(true));
  for (auto& batch : *loader) seen.insert(seen.end(), batch.begin(), batch.end());
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

TEST(Samplers, AreSavedAndLoaded) {
  samplers::RandomSampler sampler(20), twin(20);
  sampler.reset();
  sampler.next(7);
  std::stringstream file;
  save(sampler, file);
  load(twin, file);
  EXPECT_EQ(twin.index(), 7u);
  EXPECT_EQ(twin.next(5), sampler.next(5));
}

struct Countdown : datasets::StatefulDataset<Countdown, int> {
  std::optional<int> get_batch(size_t) override {
    const std::lock_guard<std::mutex> lock(mutex);
    return left > 0 ? std::optional(left--) : std::nullopt;
  }
  std::optional<size_t> size() const override { return std::nullopt; }
  void reset() override { left = 10; }
  void save(serialize::OutputArchive&) const override {}
  void load(serialize::InputArchive&) override {}
  int left = 10;
  std::mutex mutex;
};

TEST(StatefulDataset, EndsWhereItSays) {
  for (const size_t workers : {0, 1, 4}) {
    auto loader = make_data_loader(datasets::make_shared_dataset<Countdown>(),
                                   DataLoaderOptions().workers(workers));
    for (int epoch = 0; epoch < 3; ++epoch) {
      std::vector<int> seen;
      for (const int i : *loader) seen.push_back(i);
      std::sort(seen.begin(), seen.end());
      EXPECT_EQ(seen, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
    }
  }
}

TEST(StatefulDataset, MapsItsBatches) {
  const auto shared = datasets::make_shared_dataset<Countdown>();
  auto doubled = datasets::SharedBatchDataset<Countdown>(shared).map(
      transforms::BatchLambda<int, double>([](int x) { return 2.0 * x; }));
  auto loader = make_data_loader(std::move(doubled), DataLoaderOptions());
  double sum = 0;
  for (const double x : *loader) sum += x;
  EXPECT_EQ(sum, 110);
}

/// Chunks of 10, 5 and 20 numbers, counted on.
struct Chunks : datasets::ChunkDataReader<int> {
  std::vector<int> read_chunk(size_t index) override {
    if (index == broken) throw std::runtime_error("the disk is on fire");
    const std::vector<int> first = {0, 10, 15, 35};
    std::vector<int> chunk;
    for (int i = first[index]; i < first[index + 1]; ++i) chunk.push_back(i);
    return chunk;
  }
  size_t chunk_count() override { return 3; }
  void reset() override {}
  size_t broken = 99;
};

template <typename S>
using ChunksOf = datasets::ChunkDataset<Chunks, S, S>;

TEST(ChunkDataset, GivesEveryExampleOnce) {
  for (const size_t preloaders : {1, 3}) {
    for (const size_t workers : {0, 2}) {
      using D = ChunksOf<samplers::RandomSampler>;
      auto loader =
          make_data_loader(datasets::make_shared_dataset<D>(
                               Chunks(), samplers::RandomSampler(0), samplers::RandomSampler(0),
                               datasets::ChunkDatasetOptions(preloaders, 8, 16, 2)),
                           DataLoaderOptions(8).workers(workers));
      for (int epoch = 0; epoch < 2; ++epoch) {
        std::vector<int> seen;
        for (const auto& batch : *loader) seen.insert(seen.end(), batch.begin(), batch.end());
        std::sort(seen.begin(), seen.end());
        ASSERT_EQ(seen.size(), 35u);
        for (int i = 0; i < 35; ++i) ASSERT_EQ(seen[static_cast<size_t>(i)], i);
      }
    }
  }
}

TEST(ChunkDataset, IsInOrderWithOnePreloaderAndGoesOnWhereItWasSaved) {
  using D = ChunksOf<samplers::SequentialSampler>;
  const samplers::SequentialSampler sequential(0);
  D dataset(Chunks(), sequential, sequential, datasets::ChunkDatasetOptions(1, 10, 20));
  EXPECT_THROW(dataset.get_batch(), ValueError);
  dataset.reset();
  EXPECT_THROW(dataset.get_batch(5), ValueError);
  EXPECT_EQ(dataset.get_batch()->front(), 0);
  EXPECT_EQ(dataset.get_batch()->front(), 10);
  samplers::SequentialSampler two_begun(3);
  two_begun.next(2);
  serialize::OutputArchive out;
  two_begun.save(out);
  serialize::InputArchive in(out);
  dataset.load(in);
  dataset.reset();
  EXPECT_EQ(dataset.get_batch()->front(), 15);
  EXPECT_EQ(dataset.get_batch()->back(), 34);
  EXPECT_FALSE(dataset.get_batch());
  dataset.reset();
  EXPECT_EQ(dataset.get_batch()->front(), 0);
}

TEST(ChunkDataset, PassesOnWhatAReaderThrows) {
  using D = ChunksOf<samplers::SequentialSampler>;
  Chunks reader;
  reader.broken = 0;
  const samplers::SequentialSampler sequential(0);
  D dataset(reader, sequential, sequential, datasets::ChunkDatasetOptions(1, 10));
  dataset.reset();
  EXPECT_THROW(dataset.get_batch(), WorkerException);
  EXPECT_THROW(datasets::ChunkDatasetOptions(1, 10, 5), ValueError);
  EXPECT_THROW(datasets::ChunkDatasetOptions(0, 10), ValueError);
}

TEST(Samplers, ThoseNotYetDrawnGiveTheSavedOrder) {
  const samplers::RandomSampler a(20);
  serialize::OutputArchive out;
  a.save(out);
  samplers::RandomSampler b(20), c = a;
  serialize::InputArchive in(out);
  b.load(in);
  EXPECT_EQ(b.next(20), c.next(20));
  samplers::DistributedRandomSampler d(20), e(20);
  d.set_epoch(3);
  serialize::OutputArchive saved;
  d.save(saved);
  serialize::InputArchive loaded(saved);
  e.load(loaded);
  EXPECT_EQ(e.epoch(), 3u);
  EXPECT_EQ(e.next(20), d.next(20));
}

}  // namespace
}  // namespace hearth::data
