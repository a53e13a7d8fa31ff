// SPDX-License-Identifier: Apache-2.0
#include "vision/report.h"

#include "hearth/ops/view.h"
#include "hearth/vision/classification/judge.h"

#include "common/plot/charts.h"

using hearth::Tensor;

namespace {

plot::Scene worst_mistakes(const hearth::vision::Classifier& classifier,
                           const hearth::vision::PictureSource& test, const Tensor& probabilities,
                           const Tensor& targets) {
  const auto& classes = classifier.spec().classes;
  std::vector<plot::Tile> tiles;
  for (const int64_t i : hearth::vision::worst_mistakes(probabilities, targets, 24)) {
    const Tensor row = probabilities.select(0, i);
    const auto predicted = row.argmax().item<int64_t>();
    const auto truth = targets.select(0, i).item<int64_t>();
    const Tensor seen =
        hearth::vision::fitted_pixels(classifier, test, {static_cast<size_t>(i)}).select(0, 0);
    tiles.push_back({seen, classes[static_cast<size_t>(truth)],
                     classes[static_cast<size_t>(predicted)],
                     row.select(0, predicted).item<double>()});
  }
  if (tiles.empty()) return plot::captioned_images({}, {"Not a single test image was wrong", ""});
  return plot::captioned_images(
      tiles, {"The test images it got most confidently wrong",
              "bold: what it is; red: what it was taken for, with its probability"});
}

}  // namespace

void draw_worst_mistakes(const std::string& folder, const hearth::vision::Classifier& classifier,
                         const hearth::vision::PictureSource& test, const Tensor& probabilities,
                         const Tensor& targets) {
  plot::write(worst_mistakes(classifier, test, probabilities, targets), folder + "/worst_mistakes");
}
