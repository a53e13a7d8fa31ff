// SPDX-License-Identifier: Apache-2.0
// Masks over spectrograms: where they lie, how wide they are, and whose numbers they follow.
#include "hearth/audio/functional/masking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/transforms/augment.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth::audio {
namespace {

namespace F = functional;
namespace T = transforms;
using testing::HasSubstr;

/// How many columns of `axis` are masked in every line, and that they are neighbours; the masked of
/// `specgram` are 0, the others 1.
int64_t masked_columns(const Tensor& specgram, int64_t axis) {
  const Tensor lines = specgram.movedim(axis, -1).reshape({-1, specgram.size(axis)}).eq(0);
  EXPECT_TRUE(lines.all(0).equal(lines.any(0))) << "not the same in all lines";
  const Tensor mask = lines[0].to(kLong);
  const int64_t edges = (mask.slice(0, 1) - mask.slice(0, 0, -1)).abs().sum().item<int64_t>();
  EXPECT_LE(edges, 2) << "several masks";
  return mask.sum().item<int64_t>();
}

TEST(Masking, WidthsAreUniformBelowTheParameter) {
  Generator generator(7);
  std::vector<int> widths(10);
  for (int i = 0; i < 2000; ++i)
    ++widths[static_cast<size_t>(
        masked_columns(F::mask_along_axis(ones({2, 3, 40}), 8, 0, 2, 1, generator), 2))];
  for (int w = 0; w < 8; ++w) EXPECT_NEAR(widths[static_cast<size_t>(w)], 250, 80) << w;
  EXPECT_EQ(widths[8] + widths[9], 0);
}

TEST(Masking, StartsAreUniformWhereMasksFit) {
  Generator generator(8);
  Tensor hits = zeros({30});
  for (int i = 0; i < 3000; ++i)
    hits += F::mask_along_axis(ones({30, 2}), 10, 0, 0, 1, generator).select(1, 0).eq(0);
  // The first is only in masks that begin there, those in the middle in all that reach them.
  EXPECT_GT(hits[15].item<double>(), 2.5 * hits[0].item<double>());
  EXPECT_NEAR(hits[12].item<double>(), hits[17].item<double>(), 120);
}

TEST(Masking, OfItsOwnForEachSpectrogram) {
  const Tensor x = ones({4, 2, 20, 50});
  const Tensor one = F::mask_along_axis(x, 15, 0, 3, 1, Generator(1));
  EXPECT_TRUE(one.equal(one[0][0].expand_as(x)));
  const Tensor own = F::mask_along_axis_iid(x, 15, 0, 3, 1, Generator(1));
  int different = 0;
  for (int64_t i = 0; i < 4; ++i)
    for (int64_t j = 0; j < 2; ++j) {
      masked_columns(own[i][j], 1);
      different += !own[i][j].equal(own[0][0]);
    }
  EXPECT_GE(different, 5);
  EXPECT_TRUE(own.equal(F::mask_along_axis_iid(x.to(kDouble), 15, 0, 3, 1, Generator(1))));
}

TEST(Masking, PLimitsThePart) {
  Generator generator(9);
  int64_t most = 0;
  for (int i = 0; i < 300; ++i)
    most = std::max(
        most, masked_columns(F::mask_along_axis(ones({2, 40}), 30, 0, 1, 0.25, generator), 1));
  EXPECT_EQ(most, 9);
  const Tensor x = ones({2, 3});
  EXPECT_TRUE(F::mask_along_axis(x, 30, 0, 1, 0.25).is_same(x));
  EXPECT_TRUE(F::mask_along_axis(x, 0, 0, 1).is_same(x));
}

TEST(Masking, LetsGradientsPastTheMask) {
  const Tensor x = ones({3, 4, 20}).requires_grad_();
  const Tensor y = F::mask_along_axis_iid(x, 15, 0, 2, 1, Generator(2));
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(y.detach()));
}

TEST(Masking, SaysWhatItWants) {
  EXPECT_THAT(error_of([] { F::mask_along_axis(ones({4}), 2, 0, 0); }), HasSubstr("2 dims"));
  EXPECT_THAT(error_of([] { F::mask_along_axis_iid(ones({4, 4}), 2, 0, 0); }), HasSubstr("3 dims"));
  EXPECT_THAT(error_of([] {
                F::mask_along_axis(ones({2, 4, 4}), 2, 0, 0);
              }),
              HasSubstr("expected axis 1"));
  EXPECT_THAT(error_of([] {
                F::mask_along_axis(ones({4, 4}), 2, 0, 0, 1.5);
              }),
              HasSubstr("from 0 to 1"));
  EXPECT_THAT(error_of([] { T::TimeMasking(T::TimeMaskingOptions(3).p(-1)); }),
              HasSubstr("from 0 to 1"));
}

TEST(SpecAugment, MasksTimeAndFrequencyWithTheMean) {
  Generator generator(4);
  const GeneratorGuard guard(generator);
  const Tensor x = rand({8, 20, 50}) + 1;
  T::SpecAugment augment(T::SpecAugmentOptions(2, 10, 2, 5));
  const Tensor y = augment(x), changed = y.ne(x);
  EXPECT_TRUE(y.masked_select(changed).allclose(x.mean(), 1e-5, 1e-5));
  const double part = changed.to(kDouble).mean().item<double>();
  EXPECT_GT(part, 0.1);  // a third is expected of 2 * 4.5 / 50 and 2 * 2 / 20, less overlaps
  EXPECT_LT(part, 0.5);
  T::SpecAugment zero(T::SpecAugmentOptions(1, 30, 0, 0).zero_masking(true));
  EXPECT_EQ(zero(x).min().item<double>(), 0);
  // A single spectrogram has no batch to be independent in.
  EXPECT_EQ(augment(x[0]).sizes(), x[0].sizes());
}

TEST(SpecAugment, FollowsTheDefaultGenerator) {
  const Tensor x = rand({2, 20, 50});
  T::SpecAugment augment(T::SpecAugmentOptions(2, 10, 2, 5));
  const auto seeded = [&](uint64_t seed) {
    Generator generator(seed);
    const GeneratorGuard guard(generator);
    return augment(x);
  };
  EXPECT_TRUE(seeded(1).equal(seeded(1)));
  EXPECT_FALSE(seeded(1).equal(seeded(2)));
}

TEST(Masks, AsModules) {
  Generator generator(5);
  const GeneratorGuard guard(generator);
  const Tensor x = ones({2, 20, 50});
  EXPECT_LT(masked_columns(T::FrequencyMasking(T::FrequencyMaskingOptions(9))(x), 1), 9);
  EXPECT_LT(masked_columns(T::TimeMasking(T::TimeMaskingOptions(9))(x), 2), 9);
  bool masked = false;
  for (int i = 0; i < 20; ++i)
    masked =
        masked ||
        T::TimeMasking(T::TimeMaskingOptions(9).iid_masks(true))(x, 2.0).eq(2).any().item<bool>();
  EXPECT_TRUE(masked);
}

}  // namespace
}  // namespace hearth::audio
