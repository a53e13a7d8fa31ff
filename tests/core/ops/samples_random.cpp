// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/samples.h"
#include "ops/random.h"
#include "ops/random_counts.h"

namespace hearth::testing_ops {

void random_samples(Samples& s) {
  using ops::Distribution;
  const Tensor x = values({2, 3});
  for (const auto kind : {Distribution::Uniform, Distribution::Normal, Distribution::Bernoulli,
                          Distribution::Exponential, Distribution::LogNormal, Distribution::Cauchy,
                          Distribution::Geometric})
    add(s, ops::RandomFill{.distribution = kind, .a = 0.25, .b = 0.75, .seed = 3, .offset = 4},
        {x});
  add(s, ops::RandomFill{.distribution = Distribution::Integer, .from = -2, .range = 7}, {x});
  const Tensor memory = tensor({21, 40}, TensorOptions(kLong));
  add(s, ops::RandomFill{.distribution = Distribution::Normal, .offset = 4}, {x, memory});
  add(s, ops::Bernoulli{5, 6}, {x, memory});
  add(s, ops::Dropout{0.4, 7, 8}, {x, memory});
  add(s, ops::Bernoulli{5, 6}, {x});
  add(s, ops::Dropout{0.4, 7, 8}, {x});
  add(s, ops::Dropout{0.4, 7, 8}, {values({})});
  add(s, ops::Randperm{7, kLong, kCPU, 9, 10}, {});
  add(s, ops::Multinomial{2, false, 11, 12}, {values({2, 3})});
  add(s, ops::Multinomial{4, true, 11, 12}, {values({3})});
  add(s, ops::Poisson{13, 14}, {values({3, 4}, 0, 40)}, /*smooth=*/false);
  add(s, ops::Binomial{13, 14}, {values({3, 4}, 0, 90), values({4}, 0, 1, 1)},
      /*smooth=*/false);
  add(s, ops::StandardGamma{13, 14}, {values({3, 4}, 0.1, 5)}, /*smooth=*/false);
  add(s, ops::StandardGamma{0, 14}, {values({3, 4}, 0.1, 5), memory}, /*smooth=*/false);
  add(s, ops::Multinomial{2, false, 0, 12}, {values({2, 3}), memory});
  add(s, ops::Poisson{0, 14}, {values({3, 4}, 0, 40), memory}, /*smooth=*/false);
  add(s, ops::Binomial{0, 14}, {values({3, 4}, 0, 90), values({4}, 0, 1, 1), memory},
      /*smooth=*/false);
}

}  // namespace hearth::testing_ops
