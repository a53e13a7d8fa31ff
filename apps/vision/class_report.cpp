// SPDX-License-Identifier: Apache-2.0
#include "vision/class_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "hearth/tensor/accessor.h"

#include "common/text.h"

using hearth::Tensor;

namespace {

double share(int64_t part, int64_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace

std::vector<ClassReport> class_reports(const Tensor& confusion,
                                       const std::vector<std::string>& classes) {
  const auto counts = confusion.accessor<int64_t, 2>();
  const auto k = static_cast<int64_t>(classes.size());
  std::vector<ClassReport> reports;
  for (int64_t c = 0; c < k; ++c) {
    int64_t taken = 0;
    ClassReport r{classes[static_cast<size_t>(c)]};
    for (int64_t other = 0; other < k; ++other) {
      r.count += counts[c][other];
      taken += counts[other][c];
    }
    r.recall = share(counts[c][c], r.count);
    r.precision = share(counts[c][c], taken);
    r.f1 = share(2 * counts[c][c], r.count + taken);
    reports.push_back(std::move(r));
  }
  return reports;
}

std::string table_of(const std::vector<ClassReport>& reports, size_t most) {
  std::vector<const ClassReport*> shown;
  for (const ClassReport& r : reports) shown.push_back(&r);
  std::string text;
  if (shown.size() > most) {
    std::stable_sort(shown.begin(), shown.end(), [](const ClassReport* a, const ClassReport* b) {
      return (a->count > 0) != (b->count > 0) ? a->count > 0 : a->f1 < b->f1;
    });
    shown.resize(most);
    text = fmt::format("The {} hardest of {} classes:\n", most, reports.size());
  }
  size_t width = 5;
  for (const ClassReport* r : shown) width = std::min<size_t>(40, std::max(width, r->label.size()));
  text += fmt::format("{:<{}}  {:>6}  {:>7}  {:>9}  {:>7}\n", "class", width, "images", "recall",
                      "precision", "F1");
  for (const ClassReport* r : shown)
    text += fmt::format("{:<{}}  {:>6}  {:>7}  {:>9}  {:>7}\n", shortened(r->label, width), width,
                        r->count, percent(r->recall), percent(r->precision), percent(r->f1));
  return text;
}

double top_accuracy(const Tensor& probabilities, const Tensor& targets, int64_t k) {
  const Tensor rows = probabilities.contiguous(), truth = targets.contiguous();
  const auto* p = rows.const_data_ptr<float>();
  const auto* t = truth.const_data_ptr<int64_t>();
  const int64_t n = rows.size(0), classes = rows.size(1);
  int64_t right = 0;
  for (int64_t i = 0; i < n; ++i) {
    const float* row = p + i * classes;
    int64_t before = 0;
    for (int64_t c = 0; c < classes; ++c)
      before += row[c] > row[t[i]] || (row[c] == row[t[i]] && c < t[i]);
    right += before < k;
  }
  return share(right, n);
}
