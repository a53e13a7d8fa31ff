// SPDX-License-Identifier: Apache-2.0
// Scans, alignments, frames of sound, and counts drawn at random.
#include "cuda/sizes.h"

namespace hearth::testing_cuda {
namespace {

namespace F = nn::functional;

TEST_F(CudaSizes, ScansBackAndForth) {
  for (const int64_t n : {1, 4, 5, 1000, 1025, 5000})
    for (const ScalarType type : {kDouble, kFloat, kComplexDouble}) {
      const double tolerance = tolerance_of(type) * 10;
      const auto what = cat_str(n, " ", to_string(type));
      for (const int64_t dim : {0, 1}) {
        const Tensor x = dim == 1 ? random({3, n}, type) : random({n, 3}, type);
        expect_like_cpu(
            "logcumsumexp " + what,
            [dim](const variable_list& v) { return v[0].logcumsumexp(dim); }, {x}, tolerance);
        // Near 1, so that products stay in range.
        expect_like_cpu(
            "cumprod " + what,
            [dim](const variable_list& v) { return (v[0] * 0.01 + 1).cumprod(dim); }, {x},
            tolerance * 100);
      }
    }
  Tensor zeros_within = random({5, 300});
  zeros_within.index_put_({rand({5, 300}) > 0.99}, 0);
  expect_like_cpu("cumprod with zeros", [](const variable_list& v) { return v[0].cumprod(1); },
                  {zeros_within});
}

struct Alignment {
  int64_t batch, steps, classes, labels;
  bool zero_infinity = false;
};

TEST_F(CudaSizes, CtcLoss) {
  // Longer than a block; more sequences than one launch takes; more labels than steps.
  for (const Alignment& c : {Alignment{3, 20, 5, 6},
                             {1, 530, 4, 515},
                             {150, 12, 7, 3},
                             {4, 9, 30, 12, true},
                             {2, 40, 3000, 10},
                             {1, 1, 2, 1}}) {
    const Tensor targets = integers(c.classes - 1, {c.batch, c.labels}) + 1;
    const Tensor steps = full({c.batch}, c.steps, TensorOptions(kLong)) -
                         arange(c.batch, TensorOptions(kLong)).remainder(3).clamp_max(c.steps - 1);
    const Tensor labels = full({c.batch}, c.labels, TensorOptions(kLong)) -
                          arange(c.batch, TensorOptions(kLong)).remainder(2);
    for (const ScalarType type : {kDouble, kFloat}) {
      const auto options = F::CTCLossFuncOptions().zero_infinity(c.zero_infinity).reduction(kNone);
      expect_deterministic(
          cat_str(c.batch, " of ", c.steps, " steps and ", c.labels, " labels"),
          [&](const variable_list& v) {
            return F::ctc_loss(v[0].log_softmax(2), targets.to(v[0].device()), steps, labels,
                               options);
          },
          {random({c.steps, c.batch, c.classes}, type)}, type == kDouble ? 1e-8 : 2e-3);
    }
  }
}

TEST_F(CudaSizes, FramesOfSound) {
  // Powers of two, other numbers, primes, and odd ones.
  for (const int64_t n : {1, 2, 4, 31, 62, 400, 512, 525, 1006, 1024, 2048})
    for (const ScalarType type : {kFloat, kDouble}) {
      const int64_t width = std::max<int64_t>(1, n * 3 / 4);
      const Tensor signal = random({2, n * 3 + 7}, type),
                   window = rand({width}, TensorOptions(type));
      const Tensor bank =
          rand({n / 2 + 1, 9}, TensorOptions(type)) * (rand({n / 2 + 1, 9}) > 0.5).to(type);
      const Tensor transform = random({9, 4}, type);
      for (const bool whole : {false, true}) {
        const auto options = FrameBandsOptions(n, std::max<int64_t>(1, n / 3))
                                 .start(-n / 4)
                                 .frames(8)
                                 .edge(whole ? FrameEdge::Mirror : FrameEdge::Zeros)
                                 .remove_dc_offset(whole)
                                 .preemphasis(whole ? 0.97 : 0)
                                 .power(whole ? 1 : 2)
                                 .log(whole)
                                 .log_floor(1e-3)
                                 .windowed_energy(whole);
        const auto bands = [&](Device d) {
          return frame_bands(signal.to(d), window.to(d), whole ? bank.to(d) : Tensor(),
                             whole ? transform.to(d) : Tensor(), options);
        };
        SCOPED_TRACE(cat_str(n, " points of ", to_string(type), whole ? ", all steps" : ""));
        const auto got = bands(kCUDA), want = bands(kCPU);
        const double tolerance = type == kDouble ? 1e-8 : 1e-2;
        expect_same(std::get<0>(got), std::get<0>(want), tolerance);
        expect_same(std::get<1>(got), std::get<1>(want), tolerance);
      }
    }
}

TEST_F(CudaSizes, CountsAreThoseOfTheCpu) {
  for (const ScalarType type : {kFloat, kDouble, kHalf}) {
    const Tensor rates = (random({5000}).abs() * 20).to(type);
    const Tensor trials = integers(300, {5000}).to(type), chances = rand({5000}).to(type);
    const auto draw = [&](Device d) {
      manual_seed(3);
      return variable_list{poisson(rates.to(d)), binomial(trials.to(d), chances.to(d)),
                           poisson(rates.to(d).view({50, 100}).t())};
    };
    const auto want = draw(kCPU), got = draw(kCUDA);
    for (size_t i = 0; i < got.size(); ++i) expect_same(got[i], want[i]);
    // Of gamma numbers, logarithms and cosines of the device may differ in their last bit.
    const auto gamma = [&](Device d) {
      manual_seed(4);
      return _standard_gamma(rates.to(d)).cpu();
    };
    EXPECT_TRUE(gamma(kCUDA).allclose(gamma(kCPU), type == kHalf ? 2e-3 : 1e-6));
  }
}

TEST_F(CudaSizes, PermutationsOfFactors) {
  for (const int64_t n : {1, 3, 40, 300}) {
    const Tensor swaps =
        (arange(n, TensorOptions(kLong)) +
         (rand({2, n}) * (n - arange(n, TensorOptions(kDouble)))).floor().to(kLong) + 1)
            .to(kInt);
    const Tensor lu = random({2, n, n});
    const auto p = [&](Device d) {
      return std::get<0>(lu_unpack(lu.to(d), swaps.to(d), /*unpack_data=*/false));
    };
    expect_same(p(kCUDA), p(kCPU));
  }
}

}  // namespace
}  // namespace hearth::testing_cuda
