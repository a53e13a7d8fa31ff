// SPDX-License-Identifier: Apache-2.0
#include "common/training/report.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include "hearth/tensor/tensor.h"

#include "common/text.h"

using hearth::Tensor;

namespace {

plot::Scene learning_curves(const plot::Titles& titles, const std::vector<EpochRecord>& epochs) {
  plot::Series train_loss{"train", {}, {}}, test_loss{"test", {}, {}};
  plot::Series train_accuracy = train_loss, test_accuracy = test_loss;
  for (const EpochRecord& r : epochs) {
    for (auto* s : {&train_loss, &test_loss, &train_accuracy, &test_accuracy})
      s->x.push_back(static_cast<double>(r.epoch));
    train_loss.y.push_back(r.train_loss);
    test_loss.y.push_back(r.test_loss);
    train_accuracy.y.push_back(r.train_accuracy);
    test_accuracy.y.push_back(r.test_accuracy);
  }
  plot::LineChart loss{"Loss", "epoch", "cross entropy", {train_loss, test_loss}};
  plot::LineChart accuracy{"Accuracy", "epoch", "", {train_accuracy, test_accuracy}};
  accuracy.percent = true;
  return plot::line_charts({loss, accuracy}, titles);
}

}  // namespace

plot::Titles titles_of(const std::string& model, const std::string& dataset, double accuracy,
                       int64_t tests, const char* examples, const std::string& settings) {
  return {fmt::format("{} on {}: {} of {} test {} right", model, dataset, percent(accuracy, 2),
                      tests, examples),
          settings};
}

void draw_training(const std::string& folder, const plot::Titles& titles,
                   const std::vector<EpochRecord>& epochs, const Tensor& confusion,
                   const std::vector<std::string>& classes) {
  plot::write(learning_curves(titles, epochs), folder + "/learning_curves");
  plot::write(plot::confusion_matrix(confusion, classes, titles), folder + "/confusion_matrix");
}

std::string hardest_class(const std::vector<std::string>& classes, const Tensor& confusion) {
  const auto counts = confusion.accessor<int64_t, 2>();
  const auto k = static_cast<int64_t>(classes.size());
  int64_t hardest = -1, mistaken = -1;
  double least = 2;
  for (int64_t t = 0; t < k; ++t) {
    int64_t all = 0, other = -1;
    for (int64_t p = 0; p < k; ++p) {
      all += counts[t][p];
      if (p != t && counts[t][p] > 0 && (other < 0 || counts[t][p] > counts[t][other])) other = p;
    }
    if (all == 0 || other < 0) continue;
    const double share = static_cast<double>(counts[t][t]) / static_cast<double>(all);
    if (share < least) {
      least = share;
      hardest = t;
      mistaken = other;
    }
  }
  if (hardest < 0) return "Every class was always found.";
  return fmt::format("Hardest to tell: {} ({} found), mostly taken for {}.",
                     classes[static_cast<size_t>(hardest)], percent(least),
                     classes[static_cast<size_t>(mistaken)]);
}

int64_t peak_rss_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * int64_t{1024};
}
