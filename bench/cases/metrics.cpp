// SPDX-License-Identifier: Apache-2.0
// Metrics of a million samples, and of texts.
#include "hearth/metrics.h"

#include <memory>

#include "cases/cases.h"

namespace hearth::bench {

namespace {

using namespace hearth::metrics;

/// Updates a metric with a million samples and computes it.
template <typename M>
Build whole(const M& metric, bool scores = true) {
  return [=] {
    const Tensor x = (scores ? rand({1000000, 10}) : randint(10, {1000000}, kLong)).to(device());
    const Tensor y = randint(10, {1000000}, kLong).to(device());
    auto fresh = std::make_shared<M>(metric);
    return [=] {
      fresh->reset();
      fresh->update(x, y);
      fresh->compute();
    };
  };
}

Step regression() {
  const Tensor x = randn({1000000}), y = x + randn({1000000});
  return [=] { metrics::functional::spearman_corrcoef(x, y); };
}

Step binary() {
  const Tensor x = rand({1000000}), y = randint(2, {1000000}, kLong);
  return [=] { metrics::functional::binary_auroc(x, y); };
}

Step words() {
  Texts preds(200), target(200);
  for (size_t i = 0; i < preds.size(); ++i) {
    for (size_t k = 0; k < 50; ++k) {
      preds[i] += "w" + std::to_string(i * k * 7 % 41) + " ";
      target[i] += "w" + std::to_string(i * (k + k / 9) * 7 % 41) + " ";
    }
  }
  return [=] { metrics::functional::word_error_rate(preds, target); };
}

}  // namespace

void add_metrics(Cases& cases) {
  cases["metrics/accuracy 1M x 10"] = whole(MulticlassAccuracy(10));
  cases["metrics/accuracy 1M labels"] = whole(MulticlassAccuracy(10), false);
  cases["metrics/auroc 1M x 10"] = whole(MulticlassAUROC(10));
  cases["metrics/auroc 1M x 10 in 100 bins"] =
      whole(MulticlassAUROC(MulticlassCurveOptions(10).thresholds(100)));
  if (device().is_cpu()) {
    cases["metrics/auroc 1M"] = binary;
    cases["metrics/spearman 1M"] = regression;
    cases["metrics/word error rate 200 x 50"] = words;
  }
}

}  // namespace hearth::bench
