// SPDX-License-Identifier: Apache-2.0
#include "train/sampling.h"

#include "hearth/base/error.h"
#include "hearth/data/class_balance.h"

namespace hearth::train {
namespace {

namespace samplers = data::samplers;

std::vector<double> balancing_weights(const Examples& examples) {
  HEARTH_CHECK_AS(ValueError, examples.classes.size() == examples.size,
                  "[ClassificationTrainer] balanced sampling needs the class of each of ",
                  examples.size, " examples, got ", examples.classes.size());
  return data::class_balanced_weights(examples.classes);
}

std::unique_ptr<samplers::Sampler<>> make(const Examples& examples,
                                          const ClassificationOptions& options) {
  const auto size = static_cast<int64_t>(examples.size);
  switch (options.sampling()) {
    case Sampling::Balanced:
      return std::make_unique<samplers::WeightedRandomSampler>(balancing_weights(examples), size);
    case Sampling::Repeated:
      HEARTH_CHECK_AS(ValueError, options.repeats() > 0,
                      "[ClassificationTrainer] expected repeats of 1 or more, got ",
                      options.repeats());
      return std::make_unique<samplers::RepeatedAugmentationSampler>(
          examples.size, static_cast<size_t>(options.repeats()));
    case Sampling::Shuffled:
      break;
  }
  return std::make_unique<samplers::RandomSampler>(size);
}

}  // namespace

ExampleSampler::ExampleSampler(const Examples& examples, const ClassificationOptions& options)
    : sampler_(make(examples, options)) {}

}  // namespace hearth::train
