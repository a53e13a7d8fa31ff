// SPDX-License-Identifier: Apache-2.0
#include "train/sampling.h"

#include "hearth/base/error.h"

#include "data/permutation.h"

namespace hearth::train {
namespace {

namespace samplers = data::samplers;

/// Each index `repeats` times in a row, in random order, until there are as many as indices
/// (torchvision's RASampler of one process).
class RepeatedSampler final : public samplers::OrderSampler {
 public:
  RepeatedSampler(size_t size, int64_t repeats)
      : OrderSampler(size), repeats_(static_cast<size_t>(repeats)) {}

 protected:
  void draw(uint64_t seed) override { order_ = data::permutation(size_, seed); }
  size_t at(size_t position) const override { return order_[position / repeats_]; }

 private:
  size_t repeats_;
  std::vector<size_t> order_;
};

/// One over the number of examples of each example's class.
std::vector<double> balancing_weights(const Examples& examples) {
  HEARTH_CHECK_AS(ValueError, examples.classes.size() == examples.size,
                  "[ClassificationTrainer] balanced sampling needs the class of each of ",
                  examples.size, " examples, got ", examples.classes.size());
  std::vector<int64_t> counts;
  for (const int64_t c : examples.classes) {
    HEARTH_CHECK_AS(ValueError, c >= 0, "[ClassificationTrainer] class ", c, " is negative");
    if (c >= static_cast<int64_t>(counts.size())) counts.resize(static_cast<size_t>(c) + 1);
    ++counts[static_cast<size_t>(c)];
  }
  std::vector<double> weights;
  for (const int64_t c : examples.classes)
    weights.push_back(1.0 / static_cast<double>(counts[static_cast<size_t>(c)]));
  return weights;
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
      return std::make_unique<RepeatedSampler>(examples.size, options.repeats());
    case Sampling::Shuffled:
      break;
  }
  return std::make_unique<samplers::RandomSampler>(size);
}

}  // namespace

ExampleSampler::ExampleSampler(const Examples& examples, const ClassificationOptions& options)
    : sampler_(make(examples, options)) {}

}  // namespace hearth::train
