// SPDX-License-Identifier: Apache-2.0
// Fourier transforms against their definition and their laws, and their gradients.
#include "hearth/ops/fft.h"

#include <cmath>
#include <complex>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/samples.h"
#include "error_of.h"
#include "tensor/tensor_impl.h"

namespace hearth {
namespace {

using autograd::gradcheck;
using autograd::gradgradcheck;
using autograd::variable_list;
using testing_ops::values;

// Short and long ones, products of small primes, primes, twice a prime, with rows that fill vectors
// and rows that do not.
constexpr int64_t kLengths[] = {1,    2,    3,    7,    16,   30,    62,    64,    74,    101,
                                126,  200,  256,  400,  512,  1000,  1021,  1024,  2042,  2048,
                                4096, 4099, 5000, 8192, 9216, 10007, 30030, 65536, 100000};

/// Noise, whose spectrum has no peaks that the error of other points would be measured by.
Tensor complex_values(IntArrayRef sizes) {
  return view_as_complex(randn(std::vector<int64_t>{checked_numel(sizes), 2}, kDouble)).view(sizes);
}

double distance(const Tensor& got, const Tensor& want) {
  const Tensor difference = got.to(kComplexDouble) - want.to(kComplexDouble);
  return (difference.abs().square().sum() / want.to(kComplexDouble).abs().square().sum())
      .sqrt()
      .item<double>();
}

/// Points 0, step, 2 step ... of the transform of a row, by its definition.
Tensor by_definition(const Tensor& row, int64_t step, bool forward) {
  const int64_t n = row.size(0);
  const Tensor x = row.to(kComplexDouble).contiguous();
  const auto* p = reinterpret_cast<const std::complex<double>*>(x.const_data_ptr());
  std::vector<std::complex<double>> roots;
  for (int64_t k = 0; k < n; ++k)
    roots.push_back(std::polar(1.0, (forward ? -2 : 2) * std::numbers::pi * static_cast<double>(k) /
                                        static_cast<double>(n)));
  std::vector<double> out;
  for (int64_t k = 0; k < n; k += step) {
    std::complex<double> sum = 0;
    for (int64_t j = 0; j < n; ++j) sum += p[j] * roots[static_cast<size_t>(j * k % n)];
    out.push_back(sum.real());
    out.push_back(sum.imag());
  }
  const auto count = static_cast<int64_t>(out.size() / 2);
  return view_as_complex(tensor(out, kDouble).view({count, 2}));
}

TEST(Fft, FollowsItsDefinition) {
  for (const int64_t n : kLengths)
    for (const int64_t rows : {1, 11}) {
      if (n > 10000 && rows > 1) continue;
      SCOPED_TRACE(cat_str(rows, " rows of ", n));
      const Tensor x = complex_values({rows, n});
      const int64_t step = n > 64 ? n / 16 : 1;
      const int64_t count = (n - 1) / step + 1;
      const auto some = [&](const Tensor& y) { return y.select(0, rows - 1).slice(0, 0, n, step); };
      const Tensor want = by_definition(x.select(0, rows - 1), step, true);
      const Tensor back = by_definition(x.select(0, rows - 1), step, false);
      ASSERT_EQ(want.size(0), count);
      EXPECT_LT(distance(some(fft::fft(x)), want), 5e-14);
      EXPECT_LT(distance(some(fft::ifft(x, {}, -1, "forward")), back), 5e-14);
      EXPECT_LT(distance(some(fft::fft(x.to(kComplexFloat))), want), 5e-7);
      // Neighbouring transforms instead of neighbouring points.
      EXPECT_LT(distance(some(fft::fft(x.t().contiguous(), {}, 0).t()), want), 5e-14);
      const Tensor re = real(x);
      const Tensor of_real = by_definition(re.select(0, rows - 1), step, true);
      EXPECT_LT(distance(some(fft::fft(re)), of_real), 5e-14);
      EXPECT_LT(distance(some(fft::fft(re.to(kFloat))), of_real), 5e-7);
      EXPECT_LT(distance(fft::rfft(re), fft::fft(re).narrow(1, 0, n / 2 + 1)), 5e-14);
      EXPECT_LT(distance(fft::ihfft(re), fft::ifft(re).narrow(1, 0, n / 2 + 1)), 5e-14);
      EXPECT_LT(distance(fft::irfft(fft::rfft(re), n), re), 5e-14);
      EXPECT_LT(distance(fft::irfft(fft::rfft(re.to(kFloat)), n), re), 5e-7);
      EXPECT_LT(distance(fft::hfft(fft::ihfft(re), n), re), 5e-14);
      EXPECT_LT(distance(fft::ifft(fft::fft(x)), x), 5e-14);
    }
}

TEST(Fft, KeepsEnergyAndTurnsShiftsIntoPhases) {
  for (const int64_t n : kLengths) {
    SCOPED_TRACE(n);
    const Tensor x = complex_values({2, n});
    const Tensor y = fft::fft(x, {}, -1, "ortho");
    EXPECT_NEAR((y.abs().square().sum() / x.abs().square().sum()).item<double>(), 1, 1e-13);
    const Tensor angle = arange(n, kDouble) * (-2 * std::numbers::pi / static_cast<double>(n));
    const Tensor phase = view_as_complex(stack({angle.cos(), angle.sin()}, -1));
    EXPECT_LT(distance(fft::fft(x.roll({1}, {1}), {}, -1, "ortho"), y * phase), 1e-11);
  }
}

TEST(Fft, ErrorGrowsSlowlyWithTheLength) {
  // A float transform is as exact as its last digit allows, up to a factor that grows like the
  // logarithm of the length.
  for (const int64_t n : {64, 1021, 4096, 10007, 65536, 262144}) {
    const Tensor x = complex_values({1, n});
    const double bound = 6e-8 * std::log2(static_cast<double>(n));
    EXPECT_LT(distance(fft::fft(x.to(kComplexFloat)), fft::fft(x)), bound) << n;
    EXPECT_LT(distance(fft::rfft(real(x).to(kFloat)), fft::rfft(real(x))), bound) << n;
  }
}

TEST(Fft, ManyLengthsInTurn) {
  // More than are remembered.
  for (int round = 0; round < 2; ++round)
    for (int64_t n = 1; n < 80; ++n) {
      const Tensor x = complex_values({2, n});
      EXPECT_LT(distance(fft::ifft(fft::fft(x)), x), 1e-14) << n;
    }
}

TEST(Fft, DimsOneByOneAreTheSame) {
  const Tensor x = complex_values({3, 4, 20});
  EXPECT_LT(distance(fft::fftn(x), fft::fft(fft::fft(fft::fft(x, {}, 0), {}, 1), {}, 2)), 1e-14);
  const Tensor r = values({9, 10, 12}, -1, 1);
  EXPECT_LT(distance(fft::rfftn(r), fft::fftn(r).narrow(2, 0, 7)), 1e-14);
  EXPECT_LT(distance(fft::irfftn(fft::rfftn(r)), r), 1e-14);
  EXPECT_LT(distance(fft::hfft2(fft::ihfft2(r)), r), 1e-14);
}

TEST(Fft, ImpossibleImaginaryPartsAreIgnored) {
  for (const int64_t n : {8, 9, 256, 400, 405}) {
    const Tensor half = complex_values({2, n / 2 + 1});
    const Tensor changed = half.clone();
    imag(changed).select(1, 0).fill_(7);
    if (n % 2 == 0) imag(changed).select(1, n / 2).fill_(-3);
    EXPECT_TRUE(fft::irfft(half, n).equal(fft::irfft(changed, n))) << n;
    EXPECT_TRUE(fft::hfft(half, n).equal(fft::hfft(changed, n))) << n;
    const Tensor x = half.clone().requires_grad_();
    fft::irfft(x, n).square().sum().backward();
    EXPECT_EQ(imag(x.grad()).select(1, 0).abs().max().item<double>(), 0) << n;
  }
}

TEST(Fft, BitsDoNotDependOnThreads) {
  const int before = get_num_threads();
  const Tensor x = complex_values({3, 6000}), one = complex_values({65536});
  set_num_threads(1);
  const Tensor a = fft::fft(x), b = fft::fft(one);
  set_num_threads(5);
  EXPECT_TRUE(fft::fft(x).equal(a));
  EXPECT_TRUE(fft::fft(one).equal(b));
  set_num_threads(before);
}

TEST(Fft, WritesGivenOutputs) {
  const Tensor x = complex_values({3, 8});
  Tensor out = empty({0}, kComplexDouble);
  EXPECT_TRUE(fft_fft_out(out, x).equal(fft::fft(x)));
  Tensor self = x.clone();
  EXPECT_TRUE(fft_fft_out(self, self).equal(fft::fft(x)));
  Tensor narrow = empty({0}, kComplexFloat);
  EXPECT_TRUE(fft_fft2_out(narrow, x).equal(fft::fft2(x).to(kComplexFloat)));
  Tensor signal = empty({0}, kDouble);
  EXPECT_TRUE(fft_irfft_out(signal, x).equal(fft::irfft(x)));
  Tensor frequencies = empty({0}, kDouble);
  EXPECT_TRUE(fft_fftfreq_out(frequencies, 5).equal(fft::fftfreq(5, kDouble)));
  EXPECT_THROW(fft_fft_out(signal, x), DtypeError);
  EXPECT_THROW(fft_irfft_out(out, x), DtypeError);
  // A real transform over the memory it reads.
  const Tensor pairs = values({3, 8}, -1, 1);
  Tensor over = view_as_complex(pairs.view({3, 4, 2}));
  const Tensor want = fft::rfft(pairs, 6);
  EXPECT_TRUE(fft_rfft_out(over, pairs, 6).equal(want));
}

TEST(Fft, BadCallsSayWhy) {
  const Tensor x = values({3, 4}, -1, 1);
  using testing::HasSubstr;
  EXPECT_THAT(error_of([&] { fft::fft(x, 0); }), HasSubstr("Invalid number of data points (0)"));
  EXPECT_THAT(error_of([&] { fft::fft(x, {}, -1, "foo"); }),
              HasSubstr("Invalid normalization mode: \"foo\""));
  EXPECT_THAT(error_of([&] { fft::fft(x.to(kHalf)); }), HasSubstr("Unsupported dtype Half"));
  EXPECT_THAT(error_of([&] { fft::rfft(fft::fft(x)); }),
              HasSubstr("expects a real input tensor, but got ComplexDouble"));
  EXPECT_THAT(error_of([&] { fft::fft(tensor(1.0)); }), HasSubstr("tensor has no dimensions"));
  EXPECT_THAT(error_of([&] { fft::fft2(x, {}, {0, 0}); }), HasSubstr("FFT dims must be unique"));
  EXPECT_THAT(error_of([&] { fft::irfft(x.narrow(1, 0, 1)); }),
              HasSubstr("Invalid number of data points (0)"));
  EXPECT_THAT(error_of([&] { stft(x, 4); }), HasSubstr("return_complex parameter be given"));
}

Tensor complex_of(const Tensor& pairs) { return view_as_complex(pairs); }

/// First and second derivatives of a function of real numbers.
template <class F>
void check_gradients(const F& f, const variable_list& inputs) {
  variable_list leaves;
  for (const Tensor& t : inputs) leaves.push_back(t.clone().requires_grad_());
  EXPECT_NO_THROW(gradcheck(f, leaves));
  EXPECT_NO_THROW(gradgradcheck(f, leaves));
}

TEST(FftGradients, AgreeWithDifferences) {
  for (const std::string_view norm : {"backward", "forward", "ortho"})
    for (const int64_t n : {1, 2, 4, 5}) {
      SCOPED_TRACE(cat_str(norm, ", ", n));
      const Tensor pairs = values({2, 4, 2}, -1, 1), reals = values({2, 5}, -1, 1);
      const auto of_pairs = [&](const auto& f) {
        check_gradients([&](const variable_list& in) { return f(complex_of(in[0])); }, {pairs});
      };
      of_pairs([&](const Tensor& x) { return view_as_real(fft::fft(x, n, -1, norm)); });
      of_pairs([&](const Tensor& x) { return view_as_real(fft::ifft(x, n, 0, norm)); });
      of_pairs([&](const Tensor& x) { return fft::irfft(x, n, -1, norm); });
      of_pairs([&](const Tensor& x) { return fft::hfft(x, n, 0, norm); });
      const auto of_reals = [&](const auto& f) {
        check_gradients([&](const variable_list& in) { return view_as_real(f(in[0])); }, {reals});
      };
      of_reals([&](const Tensor& x) { return fft::rfft(x, n, -1, norm); });
      of_reals([&](const Tensor& x) { return fft::ihfft(x, n, 0, norm); });
      of_reals([&](const Tensor& x) { return fft::fft(x, n, -1, norm); });
    }
}

TEST(FftGradients, OverManyDims) {
  const Tensor pairs = values({3, 2, 3, 2}, -1, 1), reals = values({3, 2, 4}, -1, 1);
  check_gradients(
      [](const variable_list& in) { return view_as_real(fft::fftn(complex_of(in[0]))); }, {pairs});
  check_gradients([](const variable_list& in) { return fft::irfftn(complex_of(in[0])); }, {pairs});
  check_gradients(
      [](const variable_list& in) {
        return fft::hfft2(complex_of(in[0]), {}, {0, 2});
      },
      {pairs});
  check_gradients([](const variable_list& in) { return view_as_real(fft::rfftn(in[0])); }, {reals});
  check_gradients(
      [](const variable_list& in) {
        return view_as_real(fft::ihfft2(in[0], {}, {2, 0}));
      },
      {reals});
}

TEST(FftGradients, OfFrames) {
  const Tensor signal = values({2, 11}, -1, 1), window = values({4}, 0.5, 1);
  for (const bool onesided : {true, false})
    check_gradients(
        [&](const variable_list& in) {
          return view_as_real(stft(in[0], 4, 2, 4, in[1], true, "reflect", false, onesided, true));
        },
        {signal, window});
  check_gradients(
      [&](const variable_list& in) {
        return istft(complex_of(in[0]), 4, 2, 4, in[1], true, true, true, 9);
      },
      {values({2, 3, 5, 2}, -1, 1), window});
}

TEST(Stft, ComesBack) {
  const Tensor signal = values({3, 1000}, -1, 1), window = values({48}, 0.5, 1);
  for (const bool normalized : {false, true})
    for (const bool onesided : {false, true}) {
      const Tensor spectrum =
          stft(signal, 64, 13, 48, window, true, "reflect", normalized, onesided, true);
      EXPECT_LT(
          distance(istft(spectrum, 64, 13, 48, window, true, normalized, onesided, 1000), signal),
          1e-14);
      EXPECT_TRUE(spectrum.equal(
          signal.stft(64, 13, 48, window, true, "reflect", normalized, onesided, true)));
    }
}

TEST(Stft, SaysWhereWindowsAreZero) {
  const Tensor spectrum = complex_values({5, 6});
  EXPECT_THAT(error_of([&] { istft(spectrum, 8, 2, 8, zeros({8}, kDouble)); }),
              testing::HasSubstr("window overlap add min: 0"));
}

}  // namespace
}  // namespace hearth
