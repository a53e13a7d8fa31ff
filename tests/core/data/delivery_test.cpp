// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/delivery.h"

#include <gtest/gtest.h>

#include "hearth/data/collate.h"
#include "hearth/data/dataloader.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

namespace hearth::data {
namespace {

struct Own {
  Tensor a;
  int n = 0;
  std::vector<Tensor> more;
  template <typename F>
  void visit_tensors(const F& f) {
    f(a);
    TensorsOf<std::vector<Tensor>>::visit(more, f);
  }
};
struct Unknown {
  Tensor a;
};

static_assert(TensorsOf<Example<>>::known);
static_assert(TensorsOf<TensorExample>::known);
static_assert(TensorsOf<std::vector<Example<Tensor, double>>>::known);
static_assert(TensorsOf<std::map<std::string, Tensor>>::known);
static_assert(TensorsOf<Own>::known);
static_assert(!TensorsOf<Unknown>::known);
static_assert(!TensorsOf<std::vector<Unknown>>::known);
static_assert(!TensorsOf<Example<Tensor, Unknown>>::known);

template <typename T>
int count(T value) {
  int n = 0;
  TensorsOf<T>::visit(value, [&](Tensor&) { ++n; });
  return n;
}

TEST(Delivery, FindsTheTensorsOfABatch) {
  const Tensor t = ones({2});
  EXPECT_EQ(count(t), 1);
  EXPECT_EQ(count(Example<>{t, t}), 2);
  EXPECT_EQ(count(TensorExample{t}), 1);
  EXPECT_EQ(count(std::vector<Example<>>{{t, t}, {t, t}}), 4);
  EXPECT_EQ(count(std::tuple<Tensor, int, std::pair<Tensor, std::string>>{t, 1, {t, "x"}}), 2);
  EXPECT_EQ(count(std::map<std::string, Tensor>{{"a", t}, {"b", t}}), 2);
  EXPECT_EQ(count(std::optional<Tensor>()), 0);
  EXPECT_EQ(count(std::vector<bool>{true}), 0);
  EXPECT_EQ(count(Own{t, 1, {t, t}}), 3);
  // Lengths stay on the CPU.
  EXPECT_EQ(count(Padded{t, t}), 1);
}

struct Indices : datasets::BatchDataset<Indices, Unknown> {
  Unknown get_batch(ArrayRef<size_t>) override { return {ones({2})}; }
  std::optional<size_t> size() const override { return 4; }
};

TEST(Delivery, RefusesTypesThatItCannotLookInto) {
  for (const size_t workers : {0u, 1u}) {
    auto plain = make_data_loader(Indices(), DataLoaderOptions(2).workers(workers));
    EXPECT_NO_THROW(*plain->begin());
    auto moved = make_data_loader(Indices(), DataLoaderOptions(2).workers(workers).device(kCPU));
    EXPECT_THROW(*moved->begin(), Error);
  }
}

struct Ones : datasets::BatchDataset<Ones, Example<>> {
  Example<> get_batch(ArrayRef<size_t> i) override {
    const auto n = static_cast<int64_t>(i.size());
    return {ones({n}), ones({n})};
  }
  std::optional<size_t> size() const override { return 5; }
};

TEST(Delivery, ToTheCpuChangesNothing) {
  auto loader = make_data_loader(Ones(), DataLoaderOptions(2).workers(2).device(kCPU));
  int64_t n = 0;
  for (auto& batch : *loader) n += batch.data.size(0);
  EXPECT_EQ(n, 5);
}

TEST(Delivery, ErrorsOfTheDeviceReachTheLoop) {
  auto loader = make_data_loader(Ones(), DataLoaderOptions(2).device(Device(kMeta)));
  EXPECT_TRUE((*loader->begin()).data.is_meta());
  auto missing = make_data_loader(Ones(), DataLoaderOptions(2).device(Device("cuda:63")));
  EXPECT_THROW(*missing->begin(), Error);
}

}  // namespace
}  // namespace hearth::data
