// SPDX-License-Identifier: Apache-2.0
// Fourier transforms of tensors in all the layouts that cuFFT has words for, and in others.
#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {
namespace {

class CudaFft : public Cuda {
 protected:
  void SetUp() override {
    Cuda::SetUp();
    manual_seed(3);
  }
  static Tensor real(IntArrayRef sizes) { return randn(sizes, kDouble); }
  static Tensor complex(IntArrayRef sizes) { return randn(sizes, kComplexDouble); }
};

/// The same call on both devices; the device's input must stay as it is.
template <class F>
void expect_like_cpu(const char* what, const Tensor& x, const F& f) {
  SCOPED_TRACE(cat_str(what, " of ", x.sizes(), " with strides ", x.strides()));
  const Tensor there = x.to(kCUDA);
  // As the input lies, wherever it lies.
  const Tensor same =
      x.is_contiguous() ? there : empty_strided(x.sizes(), x.strides(), there.options());
  if (!x.is_contiguous()) same.copy_(there);
  expect_same(f(same), f(x), 1e-10);
  expect_same(same, x);
}

TEST_F(CudaFft, AlongEveryDim) {
  for (int64_t dim = 0; dim < 3; ++dim)
    for (const int64_t n : {1, 2, 5, 8, 31}) {
      DimVector sizes = {3, 4, 2};
      sizes[static_cast<size_t>(dim)] = n;
      expect_like_cpu("fft", complex(sizes), [&](const Tensor& x) { return fft_fft(x, {}, dim); });
      expect_like_cpu("ifft", complex(sizes),
                      [&](const Tensor& x) { return fft_ifft(x, {}, dim, "ortho"); });
      expect_like_cpu("rfft", real(sizes), [&](const Tensor& x) { return fft_rfft(x, {}, dim); });
      expect_like_cpu("ihfft", real(sizes), [&](const Tensor& x) { return fft_ihfft(x, {}, dim); });
      expect_like_cpu("irfft", complex(sizes),
                      [&](const Tensor& x) { return fft_irfft(x, n + 3, dim); });
      expect_like_cpu("hfft", complex(sizes),
                      [&](const Tensor& x) { return fft_hfft(x, 2 * n, dim); });
    }
}

TEST_F(CudaFft, AlongManyDims) {
  const DimVector sizes = {3, 2, 5, 2, 4};
  for (const DimVector& dims : {DimVector{0, 4}, DimVector{4, 1}, DimVector{1, 2, 3},
                                DimVector{3, 0, 2, 4}, DimVector{0, 1, 2, 3, 4}}) {
    SCOPED_TRACE(cat_str(dims.ref()));
    expect_like_cpu("fftn", complex(sizes), [&](const Tensor& x) { return fft_fftn(x, {}, dims); });
    expect_like_cpu("fftn of real numbers", real(sizes),
                    [&](const Tensor& x) { return fft_fftn(x, {}, dims, "ortho"); });
    expect_like_cpu("rfftn", real(sizes), [&](const Tensor& x) { return fft_rfftn(x, {}, dims); });
    expect_like_cpu("irfftn", complex(sizes),
                    [&](const Tensor& x) { return fft_irfftn(x, {}, dims); });
    expect_like_cpu("hfftn", complex(sizes),
                    [&](const Tensor& x) { return fft_hfftn(x, {}, dims); });
    expect_like_cpu("ihfftn", real(sizes),
                    [&](const Tensor& x) { return fft_ihfftn(x, {}, dims); });
  }
}

TEST_F(CudaFft, OfStridedTensors) {
  const auto fft = [](const Tensor& x) { return fft_fftn(x, {}, IntArrayRef({0, 1})); };
  const auto rfft = [](const Tensor& x) { return fft_rfft(x, {}, 0); };
  for (const Tensor& x :
       {complex({4, 6}).t(), complex({8, 5}).slice(0, 0, 8, 2), complex({5, 8}).slice(1, 1, 8, 3),
        complex({2, 3, 4}).permute({2, 0, 1})}) {
    expect_like_cpu("fftn", x, fft);
    expect_like_cpu("ifft", x, [](const Tensor& t) { return fft_ifft(t); });
  }
  for (const Tensor& x :
       {real({4, 6}).t(), real({9, 5}).slice(0, 1, 9, 2), real({2, 3, 4}).permute({1, 2, 0})})
    expect_like_cpu("rfft", x, rfft);
}

TEST_F(CudaFft, OfViewsThatBeginOrRepeatAnywhere) {
  const Tensor x = real({33}), there = x.to(kCUDA);
  const auto compare = [&](const auto& f) { expect_same(f(there), f(x), 1e-10); };
  // Real numbers that do not begin at a pair, overlapping frames, and one line for all.
  compare([](const Tensor& t) { return fft_rfft(t.narrow(0, 1, 16)); });
  compare([](const Tensor& t) { return fft_rfft(t.unfold(0, 8, 3)); });
  compare([](const Tensor& t) { return fft_rfft(t.narrow(0, 0, 9).unsqueeze(0).expand({4, 9})); });
  compare([](const Tensor& t) { return fft_fft(t.unsqueeze(1).expand({33, 4}), {}, 0); });
  compare([](const Tensor& t) { return fft_rfft(t.narrow(0, 0, 1).expand({6})); });
}

TEST_F(CudaFft, IntoGivenTensors) {
  const Tensor x = complex({3, 8}), there = x.to(kCUDA);
  const auto compare = [&](const Tensor& out, const auto& f) {
    SCOPED_TRACE(cat_str(out.strides()));
    expect_same(f(out, there), f(empty({0}, out.options().device(kCPU)), x), 1e-10);
  };
  const TensorOptions wide = there.options(), real_there = wide.dtype(kDouble);
  const auto fft = [](Tensor out, const Tensor& t) { return fft_fft_out(out, t); };
  const auto irfft = [](Tensor out, const Tensor& t) { return fft_irfft_out(out, t); };
  compare(empty({0}, wide), fft);
  compare(empty({8, 3}, wide).t(), fft);
  compare(empty({3, 16}, wide).slice(1, 0, 16, 2), fft);
  compare(empty({43}, real_there).narrow(0, 1, 42).view({3, 14}), irfft);
}

TEST_F(CudaFft, OfFloats) {
  const Tensor x = randn({2, 4, 30});
  const Tensor there = x.to(kCUDA);
  expect_same(fft_rfft2(there), fft_rfft2(x), 1e-5);
  expect_same(fft_irfft2(fft_rfft2(there)), x, 1e-5);
}

}  // namespace
}  // namespace hearth::testing_cuda
