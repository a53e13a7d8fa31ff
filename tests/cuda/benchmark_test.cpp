// SPDX-License-Identifier: Apache-2.0
// Algorithms chosen by measurement: the results stay what they are, and what was measured is kept.
#include <algorithm>
#include <thread>

#include <gmock/gmock.h>

#include "cuda/cuda_test.h"
#include "temporary.h"

namespace hearth::testing_cuda {
namespace {

using testing::HasSubstr;
namespace F = nn::functional;

class CudaBenchmark : public Cuda {
 protected:
  void SetUp() override {
    Cuda::SetUp();
    if (!IsSkipped() && !cuda_has_streams()) GTEST_SKIP() << "no streams, so no events to time";
    cuda::set_benchmark_file(file);
    cuda::set_benchmark(true);
  }
  void TearDown() override {
    cuda::set_benchmark(false);
    cuda::set_benchmark_file("");
  }

  /// What the file holds beside its first line.
  int64_t kept() const {
    const std::string text = read_text(file);
    return std::count(text.begin(), text.end(), '\n') - 1;
  }

  const TemporaryFolder folder;
  const std::string file = folder / "choices";
};

/// A convolution's value and both its gradients, on the CPU.
std::vector<Tensor> convolve(Device device, const std::vector<Tensor>& inputs) {
  const Tensor x = inputs[0].detach().to(device).requires_grad_();
  const Tensor w = inputs[1].detach().to(device).requires_grad_();
  const Tensor y = F::conv2d(x, w, F::Conv2dFuncOptions().padding(1));
  y.backward(ones_like(y));
  return {y.detach().cpu(), x.grad().cpu(), w.grad().cpu()};
}

void expect_equal(const std::vector<Tensor>& got, const std::vector<Tensor>& want) {
  for (size_t i = 0; i < got.size(); ++i) EXPECT_TRUE(allclose(got[i], want[i], 1e-3, 1e-3)) << i;
}

TEST_F(CudaBenchmark, ConvolutionsKeepOneChoiceForEachPass) {
  const std::vector<Tensor> inputs = {rand({2, 3, 5, 5}), rand({4, 3, 3, 3})};
  const std::vector<Tensor> want = convolve(kCPU, inputs);
  expect_equal(convolve(kCUDA, inputs), want);
  EXPECT_EQ(kept(), 3) << read_text(file);
  EXPECT_THAT(read_text(file), HasSubstr("cuDNN "));
  EXPECT_THAT(read_text(file), HasSubstr(cuda::get_device_name()));
  const std::string text = read_text(file);
  expect_equal(convolve(kCUDA, inputs), want);
  // Another thread has plans of its own, and takes the same choices.
  std::thread([&] {
    cuda::set_benchmark(true);
    expect_equal(convolve(kCUDA, inputs), want);
  }).join();
  // So does a later program with the file, here one that has forgotten what it measured.
  cuda::set_benchmark_file("");
  cuda::set_benchmark_file(file);
  expect_equal(convolve(kCUDA, inputs), want);
  EXPECT_EQ(read_text(file), text);
  // Other sizes are another problem.
  convolve(kCUDA, {rand({2, 3, 6, 5}), inputs[1]});
  EXPECT_EQ(kept(), 6);
}

TEST_F(CudaBenchmark, TheFastestIsKept) {
  if (cuda::get_device_name() != "Emulated device")
    GTEST_SKIP() << "which one is, no other device says";
  convolve(kCUDA, {rand({2, 3, 5, 5}), rand({4, 3, 3, 3})});
  // The emulated library guesses number 0, which is slow.
  const std::string text = read_text(file);
  for (size_t tab = text.find('\t'); tab != text.npos; tab = text.find('\t', tab + 1))
    EXPECT_EQ(text[tab + 1], '1') << text;
}

TEST_F(CudaBenchmark, ProductsKeepTheirChoice) {
  const Tensor a = rand({5, 8}), b = rand({8, 6}), c = rand({5, 6});
  const auto product = [&](Device device) {
    return addmm(c.to(device), a.to(device), b.to(device), 2).cpu();
  };
  const Tensor want = product(kCPU);
  EXPECT_TRUE(allclose(product(kCUDA), want, 1e-3, 1e-3));
  const std::string text = read_text(file);
  EXPECT_THAT(text, HasSubstr("cuBLASLt "));
  EXPECT_EQ(kept(), 1) << text;
  EXPECT_TRUE(allclose(product(kCUDA), want, 1e-3, 1e-3));
  EXPECT_EQ(read_text(file), text);
  // What a product is added to is read by each that is tried.
  Tensor sum = c.to(kCUDA);
  sum.addmm_(rand({5, 3}).fill_(1).to(kCUDA), rand({3, 6}).fill_(1).to(kCUDA));
  EXPECT_TRUE(allclose(sum.cpu(), c + 3, 1e-3, 1e-3));
}

TEST_F(CudaBenchmark, AKeptChoiceThatTheLibraryHasNotIsMeasuredAgain) {
  const std::vector<Tensor> inputs = {rand({1, 2, 4, 4}), rand({2, 2, 3, 3})};
  const std::vector<Tensor> want = convolve(kCUDA, inputs);
  std::string text = read_text(file);
  for (size_t tab = text.find('\t'); tab != text.npos; tab = text.find('\t', tab + 1))
    text.replace(tab + 1, text.find('\n', tab) - tab - 1, "-77 nonsense");
  write_text(file, text);
  cuda::set_benchmark_file(file);
  expect_equal(convolve(kCUDA, inputs), want);
  EXPECT_EQ(kept(), 6) << read_text(file);
}

TEST_F(CudaBenchmark, NothingIsMeasuredDuringACapture) {
  const Tensor x = rand({1, 2, 4, 4}).to(kCUDA), w = rand({3, 2, 3, 3}).to(kCUDA);
  const Tensor want = F::conv2d(x.cpu(), w.cpu());
  F::relu(x);  // libraries are loaded before the capture
  Tensor y;
  cuda::CUDAGraph graph;
  {
    const cuda::CUDAGraphGuard capture(graph);
    y = F::conv2d(x, w);
  }
  graph.replay();
  EXPECT_TRUE(allclose(y.cpu(), want, 1e-3, 1e-3));
  EXPECT_EQ(kept(), 0);
  // What a captured call could only guess is measured by the next that is not.
  EXPECT_TRUE(allclose(F::conv2d(x, w).cpu(), want, 1e-3, 1e-3));
  EXPECT_EQ(kept(), 1);
}

TEST_F(CudaBenchmark, NothingIsKeptWhereItIsNotAskedFor) {
  cuda::set_benchmark(false);
  convolve(kCUDA, {rand({2, 3, 7, 5}), rand({4, 3, 3, 3})});
  EXPECT_EQ(kept(), 0);
}

}  // namespace
}  // namespace hearth::testing_cuda
