// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "hearth/metrics/classification/confusion_matrix.h"

#include "metrics/classification/inputs.h"

namespace hearth::metrics {
namespace {

/// Precision, recall, F1 and support of a class, or averages of them.
struct Row {
  double precision, recall, f1, support;
};

std::string padded(const std::string& text, size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string number(double value, int64_t digits, int width) {
  char text[64];
  std::snprintf(text, sizeof text, "%*.*f", width, static_cast<int>(digits), value);
  return text;
}

}  // namespace

std::string classification_report(const Tensor& confusion_matrix,
                                  const ClassificationReportOptions& options) {
  const char* who = "[classification_report] ";
  HEARTH_CHECK_AS(
      ShapeError,
      confusion_matrix.dim() == 2 && confusion_matrix.size(0) == confusion_matrix.size(1), who,
      "expected a confusion matrix [C, C], got shape ", confusion_matrix.sizes());
  const int64_t n = confusion_matrix.size(0);
  HEARTH_CHECK_AS(
      ValueError,
      options.target_names().empty() || options.target_names().size() == static_cast<size_t>(n),
      who, "target_names has ", options.target_names().size(), " names for ", n, " classes");
  HEARTH_CHECK_AS(ValueError, options.digits() >= 0 && options.digits() <= 17, who,
                  "digits should lie between 0 and 17, it is ", options.digits());
  const Tensor counts = confusion_matrix.cpu().to(kDouble);
  const Tensor right = counts.diagonal().contiguous();
  const Tensor truth = counts.sum(1), said = counts.sum(0);
  const double zero = options.zero_division();
  const Tensor precision = safe_divide(right, said, zero), recall = safe_divide(right, truth, zero);
  const Tensor f1 = safe_divide(right * 2, said + truth, zero);

  std::vector<Row> rows;
  for (int64_t i = 0; i < n; ++i)
    rows.push_back({precision[i].item<double>(), recall[i].item<double>(), f1[i].item<double>(),
                    truth[i].item<double>()});
  Row macro{}, weighted{};
  double all = 0, hits = right.sum().item<double>();
  for (const Row& r : rows) {
    macro = {macro.precision + r.precision, macro.recall + r.recall, macro.f1 + r.f1, 0};
    weighted = {weighted.precision + r.precision * r.support,
                weighted.recall + r.recall * r.support, weighted.f1 + r.f1 * r.support, 0};
    all += r.support;
  }
  const auto divide = [&](Row r, double by) {
    return by == 0 ? Row{zero, zero, zero, all}
                   : Row{r.precision / by, r.recall / by, r.f1 / by, all};
  };

  std::vector<std::string> names = options.target_names();
  for (int64_t i = 0; i < n && options.target_names().empty(); ++i)
    names.push_back(std::to_string(i));
  const auto digits = options.digits();
  size_t width = std::max<size_t>(std::string("weighted avg").size(), static_cast<size_t>(digits));
  for (const std::string& name : names) width = std::max(width, name.size());

  std::string text(width + 1, ' ');
  for (const char* head : {"precision", "recall", "f1-score", "support"})
    text += " " + padded(head, 9);
  text += "\n\n";
  const auto line = [&](const std::string& name, const Row& r) {
    text += padded(name, width) + " ";
    for (const double v : {r.precision, r.recall, r.f1}) text += " " + number(v, digits, 9);
    text += " " + number(r.support, 0, 9) + "\n";
  };
  for (size_t i = 0; i < rows.size(); ++i) line(names[i], rows[i]);
  text += "\n" + padded("accuracy", width) + std::string(21, ' ') + " " +
          number(all == 0 ? zero : hits / all, digits, 9) + " " + number(all, 0, 9) + "\n";
  line("macro avg", divide(macro, static_cast<double>(n)));
  line("weighted avg", divide(weighted, all));
  return text;
}

}  // namespace hearth::metrics
