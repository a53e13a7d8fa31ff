// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/class_balance.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "hearth/base/error.h"
#include "hearth/tensor/tensor.h"

#include "tensor/host_read.h"

namespace hearth::data {
namespace {

/// The examples of each class.
std::map<int64_t, std::vector<size_t>> by_class(ArrayRef<int64_t> targets) {
  std::map<int64_t, std::vector<size_t>> examples;
  for (size_t i = 0; i < targets.size(); ++i) examples[targets[i]].push_back(i);
  return examples;
}

/// The same, in memory where they can be read.
Tensor on_host(const Tensor& targets, const char* who) {
  HEARTH_CHECK_AS(ShapeError, targets.defined() && targets.dim() == 1, "[", who,
                  "] expected a class for each example, [N]");
  HEARTH_CHECK_AS(DtypeError, is_integral(targets.scalar_type()), "[", who,
                  "] expected integers, got ", targets.scalar_type());
  check_host_read(who);
  return targets.cpu().to(kLong).contiguous();
}

ArrayRef<int64_t> values(const Tensor& targets) {
  return {targets.const_data_ptr<int64_t>(), static_cast<size_t>(targets.numel())};
}

}  // namespace

StratifiedSplit stratified_split(ArrayRef<int64_t> targets, double test_share, uint64_t seed) {
  HEARTH_CHECK_AS(ValueError, test_share > 0 && test_share < 1,
                  "[stratified_split] test_share is between 0 and 1, got ", test_share);
  StratifiedSplit split;
  for (auto& [target, examples] : by_class(targets)) {
    std::mt19937_64 random(seed);
    // std::shuffle differs between libraries.
    for (size_t i = examples.size(); i > 1; --i) std::swap(examples[i - 1], examples[random() % i]);
    const auto n = static_cast<int64_t>(examples.size());
    const int64_t wanted = std::llround(test_share * static_cast<double>(n));
    const int64_t tests = n < 2 ? 0 : std::clamp<int64_t>(wanted, 1, n - 1);
    const auto middle = examples.begin() + static_cast<std::ptrdiff_t>(tests);
    split.test.insert(split.test.end(), examples.begin(), middle);
    split.train.insert(split.train.end(), middle, examples.end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.test.begin(), split.test.end());
  return split;
}

std::vector<double> class_balanced_weights(ArrayRef<int64_t> targets) {
  std::vector<double> weights(targets.size());
  for (const auto& [target, examples] : by_class(targets))
    for (const size_t i : examples) weights[i] = 1.0 / static_cast<double>(examples.size());
  return weights;
}

StratifiedSplit stratified_split(const Tensor& targets, double test_share, uint64_t seed) {
  return stratified_split(values(on_host(targets, "stratified_split")), test_share, seed);
}

std::vector<double> class_balanced_weights(const Tensor& targets) {
  return class_balanced_weights(values(on_host(targets, "class_balanced_weights")));
}

}  // namespace hearth::data
