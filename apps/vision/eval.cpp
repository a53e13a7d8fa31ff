// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/datasets/vision/by_name.h"
#include "hearth/vision/classification/classifier.h"

#include "vision/commands.h"
#include "vision/report.h"

int eval(const EvalArguments& arguments) {
  auto classifier = hearth::vision::Classifier::load(arguments.weights);
  classifier.to(chosen_device(arguments.device));
  const auto& spec = classifier.spec();
  const auto test =
      hearth::datasets::labeled_images(arguments.dataset, hearth::datasets::Mode::kTest);
  HEARTH_CHECK_AS(hearth::ValueError, test.classes().size() == spec.classes.size(), "[",
                  arguments.weights, "] tells ", spec.classes.size(), " classes of ", spec.dataset,
                  " apart, ", arguments.dataset, " has ", test.classes().size());

  const auto start = std::chrono::steady_clock::now();
  const hearth::Tensor probabilities =
      classifier.probabilities(test.pixels(), arguments.batch_size);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto result = hearth::vision::evaluate(probabilities, test.targets());
  const double rate = static_cast<double>(*test.size()) / seconds;

  fmt::print(arguments.json ? stderr : stdout,
             "{} on {}: {:.2f}% of {} test images right, loss {:.4f}, {:.0f} images/s\n{}\n",
             spec.model, arguments.dataset, 100 * result.accuracy, *test.size(), result.loss, rate,
             hardest_class(spec.classes, result.confusion));
  if (arguments.json) {
    const nlohmann::ordered_json j{
        {"dataset", arguments.dataset},     {"model", spec.model},
        {"test_accuracy", result.accuracy}, {"test_loss", result.loss},
        {"images_per_second", rate},        {"peak_rss_bytes", peak_rss_bytes()}};
    fmt::print("{}\n", j.dump());
  }
  return 0;
}
