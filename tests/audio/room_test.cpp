// SPDX-License-Identifier: Apache-2.0
// Impulse responses against geometry and Sabine's formula.
#include "hearth/audio/functional/room.h"

#include <cmath>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/functional/filtering.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth::audio {
namespace {

namespace F = functional;
using testing::HasSubstr;

constexpr double kRate = 16000, kSpeed = 343, kPi = std::numbers::pi;
const double kSize[] = {6, 5, 3}, kSource[] = {2, 1.5, 1.2}, kMic[] = {4.5, 3.5, 1.7};

Tensor point(const double (&p)[3]) { return tensor({p[0], p[1], p[2]}, kDouble); }
F::ShoeboxRoom room(double absorption) {
  return {point(kSize), full({1}, absorption, TensorOptions(kDouble))};
}

/// Where an arrival lies, in samples, and how strong it is: the centre and the sum of what is
/// around.
std::pair<double, double> arrival(const Tensor& rir, double near) {
  const auto first = static_cast<int64_t>(near) - 60;
  const Tensor part = rir.slice(0, first, first + 121).to(kDouble);
  const double gain = part.sum().item<double>();
  return {(part * arange(first, first + 121)).sum().item<double>() / gain, gain};
}

TEST(Rooms, TheDirectPathComesWhenAndAsStrongAsItShould) {
  const Tensor mics = tensor({{4.5, 3.5, 1.7}, {2.0, 1.5, 2.2}}, kDouble);
  const Tensor rir = F::simulate_rir_ism(room(0.5), point(kSource), mics, kRate, 0, 2000, 101);
  ASSERT_EQ(rir.sizes(), IntArrayRef({2, 2000}));
  double distance = 0;
  for (int d = 0; d < 3; ++d) distance += std::pow(kMic[d] - kSource[d], 2);
  distance = std::sqrt(distance);
  int64_t m = 0;
  for (const double metres : {distance, 1.0}) {
    const double samples = metres / kSpeed * kRate;
    const auto [at, gain] = arrival(rir[m++], samples + 14);
    EXPECT_NEAR(at, samples, 0.02);
    EXPECT_NEAR(gain, 1 / (4 * kPi * metres), 0.002 / metres);
  }
}

TEST(Rooms, FirstReflectionsAreMirroredSources) {
  for (int wall = 0; wall < 6; ++wall) {
    // Only this wall reflects.
    const Tensor absorption = ones({6}, TensorOptions(kDouble));
    absorption[wall].fill_(0.36);
    const Tensor rir = F::simulate_rir_ism({point(kSize), absorption}, point(kSource),
                                           point(kMic).unsqueeze(0), kRate, 1, 3000)[0];
    const Tensor direct = F::simulate_rir_ism({point(kSize), absorption}, point(kSource),
                                              point(kMic).unsqueeze(0), kRate, 0, 3000)[0];
    double image[3] = {kSource[0], kSource[1], kSource[2]}, distance = 0;
    const int d = wall / 2;
    image[d] = wall % 2 ? 2 * kSize[d] - kSource[d] : -kSource[d];
    for (int k = 0; k < 3; ++k) distance += std::pow(image[k] - kMic[k], 2);
    distance = std::sqrt(distance);
    const auto [at, gain] = arrival(rir - direct, distance / kSpeed * kRate);
    EXPECT_NEAR(at, distance / kSpeed * kRate, 0.05) << "wall " << wall;
    EXPECT_NEAR(gain * 4 * kPi * distance, 0.8, 0.02) << "wall " << wall;
  }
}

TEST(Rooms, DecayAsSabineSays) {
  for (const double absorption : {0.15, 0.25, 0.4}) {
    const double want = F::sabine_rt60(room(absorption));
    const Tensor rir =
        F::simulate_rir_ism(room(absorption), point(kSource), point(kMic).unsqueeze(0), 8000)[0];
    // Schroeder's integral from -5 to -25 dB, without the lowest frequencies, in which all arrivals
    // add up.
    const Tensor high = F::highpass_biquad(rir.to(kDouble), 8000, 150);
    const Tensor decay = 10 * high.pow(2).flip({0}).cumsum(0).flip({0}).log10();
    const Tensor level = decay - decay[0];
    const double begin = (level > -5).sum().item<double>(),
                 end = (level > -25).sum().item<double>();
    EXPECT_NEAR((end - begin) * 3 / 8000 / want, 1, 0.3) << "absorption " << absorption;
  }
}

TEST(Rooms, OfAReverberationTime) {
  const F::ShoeboxRoom made = F::room_of_rt60(point(kSize), 0.4);
  EXPECT_NEAR(F::sabine_rt60(made), 0.4, 1e-9);
  EXPECT_THAT(error_of([] { F::room_of_rt60(point(kSize), 0.01); }), HasSubstr("at least"));
}

TEST(Rooms, SayWhatTheyWant) {
  const Tensor mic = point(kMic).unsqueeze(0);
  const auto simulate = [&](const F::ShoeboxRoom& r, const Tensor& source, const Tensor& mics,
                            std::optional<int64_t> order = {}, int64_t length = 800) {
    return error_of([&] { F::simulate_rir_ism(r, source, mics, kRate, order, length); });
  };
  EXPECT_THAT(simulate(room(1.5), point(kSource), mic), HasSubstr("0 to 1"));
  EXPECT_THAT(simulate(room(0.5), tensor({7.0, 1.0, 1.0}), mic), HasSubstr("inside the room"));
  EXPECT_THAT(simulate(room(0.5), point(kSource), mic[0]), HasSubstr("mic_array"));
  EXPECT_THAT(simulate(room(0.5), ones({2}), mic), HasSubstr("a source"));
  EXPECT_THAT(simulate(room(0.5), point(kSource), mic, -1), HasSubstr("max_order"));
  EXPECT_THAT(simulate(room(0.5), point(kSource), mic, {}, 1 << 20), HasSubstr("images"));
  EXPECT_THAT(error_of([&] { F::sabine_rt60(room(0)); }), HasSubstr("without absorption"));
}

TEST(Reverberate, KeepsLengthLevelAndTime) {
  const Tensor x = rand({2, 300}) - 0.5, rir = zeros({40});
  rir[12].fill_(-0.25);
  EXPECT_TRUE(F::reverberate(x, rir).allclose(-x, 1e-5, 1e-5));
  rir[12].fill_(0.25);
  rir[30].fill_(0.125);
  const Tensor y = F::reverberate(x, rir);
  ASSERT_EQ(y.sizes(), x.sizes());
  EXPECT_TRUE(y.slice(1, 0, 18).allclose(x.slice(1, 0, 18), 1e-5, 1e-5));
  EXPECT_TRUE(y.slice(1, 18).allclose(x.slice(1, 18) + 0.5 * x.slice(1, 0, -18), 1e-5, 1e-5));
}

TEST(Reverberate, KeepsWhatChannelsDifferBy) {
  const Tensor x = rand({1, 100}) - 0.5, rir = zeros({2, 20});
  rir[0][5].fill_(0.5);
  rir[1][8].fill_(0.25);
  const Tensor y = F::reverberate(x, rir);
  ASSERT_EQ(y.sizes(), IntArrayRef({2, 100}));
  EXPECT_TRUE(y[0].allclose(x[0], 1e-5, 1e-5));
  EXPECT_TRUE(y[1].slice(0, 3).allclose(x[0].slice(0, 0, -3) * 0.5, 1e-5, 1e-5));
}

TEST(Reverberate, HasAGradientAndSaysWhatItWants) {
  const Tensor rir = tensor({0.1, 1.0, -0.5, 0.2}, kDouble);
  EXPECT_NO_THROW(autograd::gradcheck(
      [&](const autograd::variable_list& in) -> autograd::variable_list {
        return {F::reverberate(in[0], rir)};
      },
      {rand({2, 6}, TensorOptions(kDouble)).requires_grad_()}));
  EXPECT_THAT(error_of([] { F::reverberate(ones({9}), zeros({4})); }), HasSubstr("zeros"));
  EXPECT_THAT(error_of([] { F::reverberate(ones({3, 9}), ones({2, 4})); }), HasSubstr("channels"));
}

}  // namespace
}  // namespace hearth::audio
