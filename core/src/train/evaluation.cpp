// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "hearth/ops/creation.h"
#include "hearth/train/classification.h"

namespace hearth::train {
namespace {

/// Rows of probabilities next to the truth, checked.
struct Rows {
  Rows(const Tensor& p, const Tensor& t)
      : probabilities(p.cpu().contiguous()), targets(t.cpu().contiguous()) {
    HEARTH_CHECK_AS(ShapeError,
                    p.dim() == 2 && t.dim() == 1 && p.size(0) == t.size(0) && p.size(1) > 0 &&
                        p.scalar_type() == kFloat && t.scalar_type() == kLong,
                    "[evaluate] expected probabilities [N, K] and int64 targets [N], got ",
                    p.sizes(), " and ", t.sizes());
    for (int64_t i = 0; i < n(); ++i) {
      HEARTH_CHECK_AS(IndexError, target(i) >= 0 && target(i) < k(), "[evaluate] target ",
                      target(i), " of ", k(), " classes");
    }
  }
  int64_t n() const { return probabilities.size(0); }
  int64_t k() const { return probabilities.size(1); }
  const float* row(int64_t i) const { return probabilities.const_data_ptr<float>() + i * k(); }
  int64_t target(int64_t i) const { return targets.const_data_ptr<int64_t>()[i]; }
  int64_t best(int64_t i) const { return std::max_element(row(i), row(i) + k()) - row(i); }

  Tensor probabilities, targets;
};

}  // namespace

Evaluation evaluate(const Tensor& probabilities, const Tensor& targets) {
  const Rows rows(probabilities, targets);
  Evaluation result;
  result.confusion = zeros({rows.k(), rows.k()}, TensorOptions(kLong).device(kCPU));
  auto* counts = result.confusion.data_ptr<int64_t>();
  int64_t right = 0;
  for (int64_t i = 0; i < rows.n(); ++i) {
    const int64_t best = rows.best(i);
    right += best == rows.target(i);
    ++counts[rows.target(i) * rows.k() + best];
    // A probability below the smallest float counts as that.
    result.loss -= std::log(std::max(rows.row(i)[rows.target(i)], 1e-38f));
  }
  if (rows.n() > 0) {
    result.accuracy = static_cast<double>(right) / static_cast<double>(rows.n());
    result.loss /= static_cast<double>(rows.n());
  }
  return result;
}

std::vector<int64_t> worst_mistakes(const Tensor& probabilities, const Tensor& targets, int64_t n) {
  const Rows rows(probabilities, targets);
  std::vector<int64_t> wrong;
  for (int64_t i = 0; i < rows.n(); ++i)
    if (rows.best(i) != rows.target(i)) wrong.push_back(i);
  std::stable_sort(wrong.begin(), wrong.end(), [&](int64_t a, int64_t b) {
    return rows.row(a)[rows.best(a)] > rows.row(b)[rows.best(b)];
  });
  if (static_cast<int64_t>(wrong.size()) > n)
    wrong.resize(static_cast<size_t>(std::max<int64_t>(0, n)));
  return wrong;
}

}  // namespace hearth::train
