// SPDX-License-Identifier: Apache-2.0
#include "core/ops/samples.h"
#include "ops/conv_norm.h"
#include "ops/pad.h"

namespace hearth::testing_ops {

void conv_samples(Samples& s) {
  const Tensor none;
  add(s, ops::Convolution{{1, 1}, {1, 0}, {1, 1}, false, {0, 0}, 1},
      {values({1, 2, 3, 4}), values({2, 2, 2, 3}, 0.1, 0.8, 1), values({2})});
  add(s, ops::Convolution{{2, 1}, {1, 1}, {1, 2}, false, {0, 0}, 2},
      {values({1, 4, 4, 3}), values({2, 2, 3, 2}, 0.1, 0.8, 1), none});
  add(s, ops::Convolution{{2}, {1}, {1}, false, {0}, 1},
      {values({2, 2, 5}), values({3, 2, 2}, 0.1, 0.8, 1), values({3})});
  add(s, ops::Convolution{{2, 2}, {1, 1}, {1, 1}, true, {1, 0}, 1},
      {values({1, 2, 2, 3}), values({2, 3, 3, 2}, 0.1, 0.8, 1), values({3})});
  add(s, ops::Convolution{{1}, {0}, {1}, true, {0}, 2},
      {values({1, 4, 3}), values({4, 1, 2}, 0.1, 0.8, 1), none});
  add(s, ops::Convolution{{1, 1}, {0, 0}, {1, 1}, false, {0, 0}, 1},
      {values({0, 2, 3, 4}), values({2, 2, 2, 3}, 0.1, 0.8, 1), values({2})});
  add(s, ops::ConvolutionWeightGrad{{1, 1}, {1, 0}, {1, 1}, 1, {2, 3}, false, true},
      {values({1, 2, 3, 4}), values({1, 2, 4, 2}, 0.1, 0.8, 1)});
  add(s, ops::ConvolutionWeightGrad{{2}, {1}, {1}, 2, {3}, false, false},
      {values({2, 2, 4}), values({2, 4, 2}, 0.1, 0.8, 1)});
  add(s, ops::Convolution{{2, 1, 1}, {1, 0, 1}, {1, 1, 2}, false, {0, 0, 0}, 2},
      {values({1, 2, 3, 2, 3}), values({2, 1, 2, 2, 2}, 0.1, 0.8, 1), values({2})});
  add(s, ops::Convolution{{2, 1, 2}, {1, 0, 0}, {1, 2, 1}, true, {1, 0, 1}, 1},
      {values({1, 2, 2, 2, 2}), values({2, 1, 2, 2, 2}, 0.1, 0.8, 1), values({1})});
  add(s, ops::ConvolutionWeightGrad{{2, 1, 1}, {1, 0, 0}, {1, 1, 1}, 1, {2, 2, 1}, true, true},
      {values({1, 2, 3, 2, 2}), values({1, 2, 2, 1, 2}, 0.1, 0.8, 1)});
}

void conv_norm_samples(Samples& s) {
  const Tensor none;
  const auto vector = [](int64_t n) { return values({n}, 0.3, 1.2, 2); };
  add(s, ops::ConvNorm{{1, 1}, {1, 0}, {1, 1}, 1, 1e-3, ConvActivation::SiLU},
      {values({2, 2, 3, 4}), values({2, 2, 2, 3}, 0.1, 0.8, 1), vector(2), vector(2), vector(2),
       vector(2), vector(2), values({2, 2, 4, 2}, 0.1, 0.5, 3)});
  add(s, ops::ConvNorm{{2, 1}, {1, 1}, {1, 2}, 2, 1e-5, ConvActivation::None},
      {values({1, 4, 4, 3}), values({2, 2, 3, 2}, 0.1, 0.8, 1), none, vector(2), vector(2), none,
       none, none});
  add(s, ops::ConvNorm{{2}, {1}, {1}, 1, 1e-5, ConvActivation::None},
      {values({2, 2, 5}), values({3, 2, 2}, 0.1, 0.8, 1), vector(3), none, none, none, none, none});
}

void pad_samples(Samples& s) {
  add(s, ops::ConstantPadNd{{1, 2, 0, 1}, Scalar(0.5)}, {values({2, 2, 3})});
  add(s, ops::ConstantPadNd{{-1, 1}, Scalar(0)}, {values({2, 3})});
  for (const auto mode : {ops::PadMode::Reflect, ops::PadMode::Replicate, ops::PadMode::Circular}) {
    add(s, ops::PadFromSelf{mode, {2, 1}}, {values({2, 4})});
    add(s, ops::PadFromSelf{mode, {1, -1, 2, 0}}, {values({2, 3, 4, 4})});
    add(s, ops::PadFromSelf{mode, {0, 1, -1, 2, 1, 1}}, {values({2, 4, 3, 4})});
    add(s, ops::PadFromSelfBackward{mode, {2, 1}, {2, 4}}, {values({2, 7})});
    add(s, ops::PadFromSelfBackward{mode, {0, 2, 1, 1}, {1, 2, 3, 4}}, {values({1, 2, 5, 6})});
  }
}

}  // namespace hearth::testing_ops
