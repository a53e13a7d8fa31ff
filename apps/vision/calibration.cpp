// SPDX-License-Identifier: Apache-2.0
#include "vision/calibration.h"

#include <algorithm>
#include <cmath>

using hearth::Tensor;

Calibration calibration_of(const Tensor& probabilities, const Tensor& targets, size_t bins) {
  Calibration result;
  result.bins.resize(bins);
  const Tensor rows = probabilities.contiguous(), truth = targets.contiguous();
  const auto* p = rows.const_data_ptr<float>();
  const auto* t = truth.const_data_ptr<int64_t>();
  const int64_t n = rows.size(0), k = rows.size(1);
  for (int64_t i = 0; i < n; ++i) {
    const float* best = std::max_element(p + i * k, p + (i + 1) * k);
    const auto confidence = static_cast<double>(*best);
    const auto place = static_cast<size_t>(std::max(0.0, confidence) * static_cast<double>(bins));
    Calibration::Bin& bin = result.bins[std::min(bins - 1, place)];
    ++bin.count;
    bin.confidence += confidence;
    bin.accuracy += best - (p + i * k) == t[i];
  }
  for (Calibration::Bin& bin : result.bins) {
    if (bin.count == 0) continue;
    const auto count = static_cast<double>(bin.count);
    bin.confidence /= count;
    bin.accuracy /= count;
    result.error += std::abs(bin.accuracy - bin.confidence) * count /
                    static_cast<double>(std::max<int64_t>(n, 1));
  }
  return result;
}

plot::Scene reliability_diagram(const Calibration& calibration, const plot::Titles& titles) {
  plot::Series model{"model", {}, {}}, perfect{"perfect", {0, 100}, {0, 1}}, share{"", {}, {}};
  int64_t all = 0;
  for (const Calibration::Bin& bin : calibration.bins) all += bin.count;
  for (size_t i = 0; i < calibration.bins.size(); ++i) {
    const Calibration::Bin& bin = calibration.bins[i];
    share.x.push_back(100 * (static_cast<double>(i) + 0.5) /
                      static_cast<double>(calibration.bins.size()));
    share.y.push_back(static_cast<double>(bin.count) /
                      static_cast<double>(std::max<int64_t>(all, 1)));
    if (bin.count == 0) continue;
    model.x.push_back(100 * bin.confidence);
    model.y.push_back(bin.accuracy);
  }
  plot::LineChart reliability{"How often it is right", "confidence in %", "", {perfect, model}};
  reliability.percent = true;
  reliability.log_y = false;
  plot::LineChart sureness{"How sure it is", "confidence in %", "", {share}};
  sureness.percent = true;
  sureness.log_y = false;
  return plot::line_charts({reliability, sureness}, titles);
}
