// SPDX-License-Identifier: Apache-2.0
// Loaders that bring their batches to the device.
#include "hearth/train.h"

#include "cuda/cuda_test.h"
#include "tensor/tensor_impl.h"

namespace hearth::testing_cuda {
namespace {

struct Numbers : data::datasets::BatchDataset<Numbers, data::Example<>> {
  data::Example<> get_batch(ArrayRef<size_t> indices) override {
    const auto n = static_cast<int64_t>(indices.size());
    Tensor x = empty({n, 3}), y = empty({n}, kLong);
    for (int64_t i = 0; i < n; ++i) {
      x[i].fill_(static_cast<double>(indices[static_cast<size_t>(i)]));
      y[i].fill_(static_cast<int64_t>(indices[static_cast<size_t>(i)]));
    }
    return {x, y};
  }
  std::optional<size_t> size() const override { return 23; }
};

auto loader_of(const data::DataLoaderOptions& options) {
  return data::make_data_loader<data::samplers::SequentialSampler>(Numbers(), options);
}

using CudaLoaders = Cuda;

TEST_F(CudaLoaders, BatchesArriveInOrderWithTheirValues) {
  for (const size_t workers : {0u, 1u, 3u}) {
    SCOPED_TRACE(workers);
    auto loader = loader_of(data::DataLoaderOptions(4).workers(workers).device(kCUDA));
    for (int epoch = 0; epoch < 2; ++epoch) {
      int64_t next = 0;
      std::vector<Tensor> kept;
      for (auto& batch : *loader) {
        ASSERT_EQ(batch.data.device(), Device("cuda:0"));
        const int64_t n = batch.data.size(0);
        expect_same(batch.target, arange(next, next + n));
        // Used by what follows, while later ones are on their way.
        kept.push_back(batch.data + batch.target.unsqueeze(1));
        next += n;
      }
      EXPECT_EQ(next, 23);
      const Tensor all = cat(kept);
      expect_same(all, (arange(23).to(kFloat) * 2).unsqueeze(1).expand({23, 3}));
    }
  }
}

TEST_F(CudaLoaders, WorkersCopyOnStreamsOfTheirOwn) {
  if (!cuda_has_streams()) GTEST_SKIP() << "this backend has no streams";
  const auto stream = static_cast<void*>(cuda::getCurrentCUDAStream().stream());
  for (const size_t workers : {0u, 2u}) {
    auto loader = loader_of(data::DataLoaderOptions(4).workers(workers).device(kCUDA));
    for (auto& batch : *loader)
      EXPECT_EQ(impl(batch.data).storage->stream == stream, workers == 0) << workers;
  }
}

TEST_F(CudaLoaders, PinnedBatchesStayOnTheHost) {
  if (!cuda_has_streams()) GTEST_SKIP() << "this backend has no pinned memory";
  auto loader = loader_of(data::DataLoaderOptions(10).workers(2).pin_memory(true));
  int64_t seen = 0;
  for (auto& batch : *loader) {
    EXPECT_TRUE(batch.data.is_pinned());
    EXPECT_TRUE(batch.target.is_pinned());
    EXPECT_EQ(batch.target[0].item<int64_t>(), seen);
    seen += batch.data.size(0);
  }
  EXPECT_EQ(seen, 23);
}

TEST_F(CudaLoaders, PositionsAreThoseOfTheLoop) {
  auto loader = loader_of(data::DataLoaderOptions(4).workers(2).device(kCUDA));
  serialize::OutputArchive out;
  int batches = 0;
  for (auto& batch : *loader) {
    static_cast<void>(batch);
    if (++batches == 2) {
      loader->save(out);
      break;
    }
  }
  auto other = loader_of(data::DataLoaderOptions(4).device(kCUDA));
  serialize::InputArchive in(out);
  other->load(in);
  EXPECT_EQ((*other->begin()).target[0].item<int64_t>(), 8);
}

TEST_F(CudaLoaders, ClassifiersTrainAsOnTheCpu) {
  const auto fit = [](Device device, int64_t workers) {
    manual_seed(2);
    nn::Sequential net(nn::Linear(3, 8), nn::Tanh(), nn::Linear(8, 2));
    net->to(device);
    train::Examples examples{.size = 40, .batch = [](ArrayRef<size_t> indices) {
                               std::vector<Tensor> x, y;
                               for (const size_t i : indices) {
                                 x.push_back(arange(3).add(static_cast<double>(i)).sin());
                                 y.push_back(full({}, static_cast<int64_t>(i % 2), kLong));
                               }
                               return data::Example<>{stack(x), stack(y)};
                             }};
    auto options = train::ClassificationOptions().epochs(3).batch_size(8).workers(workers);
    options.loop(train::TrainerOptions().enable_progress_bar(false));
    train::ClassificationTrainer trainer(
        *net, [&](const Tensor& x) { return net->forward(x); }, examples, "sines", options);
    trainer.validate_on(examples, 16);
    return trainer.fit().metrics;
  };
  const train::Metrics want = fit(kCPU, 0);
  for (const int64_t workers : {0, 2}) {
    const train::Metrics got = fit(kCUDA, workers);
    ASSERT_EQ(got.size(), want.size());
    for (const auto& [name, value] : want) EXPECT_NEAR(got.at(name), value, 1e-4) << name;
  }
}

}  // namespace
}  // namespace hearth::testing_cuda
