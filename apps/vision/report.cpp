// SPDX-License-Identifier: Apache-2.0
#include "vision/report.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include "hearth/ops/view.h"
#include "hearth/tensor/tensor.h"

#include "common/plot/charts.h"
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

plot::Scene worst_mistakes(const hearth::datasets::LabeledImages& test, const Tensor& probabilities,
                           const std::vector<std::string>& classes) {
  std::vector<plot::Tile> tiles;
  for (const int64_t i : hearth::vision::worst_mistakes(probabilities, test.targets(), 24)) {
    const Tensor row = probabilities.select(0, i);
    const auto predicted = row.argmax().item<int64_t>();
    const auto truth = test.targets().select(0, i).item<int64_t>();
    tiles.push_back({test.pixels().select(0, i), classes[static_cast<size_t>(truth)],
                     classes[static_cast<size_t>(predicted)],
                     row.select(0, predicted).item<double>()});
  }
  if (tiles.empty()) return plot::captioned_images({}, {"Not a single test image was wrong", ""});
  return plot::captioned_images(
      tiles, {"The test images it got most confidently wrong",
              "bold: what it is; red: what it was taken for, with its probability"});
}

}  // namespace

void draw_pictures(const std::string& folder, const hearth::vision::ClassifierSpec& spec,
                   const std::string& settings, const std::vector<EpochRecord>& epochs,
                   const hearth::datasets::LabeledImages& test, const Tensor& probabilities) {
  const auto evaluation = hearth::vision::evaluate(probabilities, test.targets());
  const plot::Titles titles{
      fmt::format("{} on {}: {} of {} test images right", spec.model, spec.dataset,
                  percent(evaluation.accuracy, 2), *test.size()),
      settings};
  plot::write(learning_curves(titles, epochs), folder + "/learning_curves");
  plot::write(plot::confusion_matrix(evaluation.confusion, spec.classes, titles),
              folder + "/confusion_matrix");
  plot::write(worst_mistakes(test, probabilities, spec.classes), folder + "/worst_mistakes");
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
