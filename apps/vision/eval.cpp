// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/datasets/vision/by_name.h"
#include "hearth/vision/classification/classifier.h"

#include "common/command.h"
#include "vision/report.h"

namespace {

class Eval final : public Command {
 public:
  const char* name() const override { return "eval"; }
  const char* help() const override { return "Test a trained model"; }
  void declare(OptionList& options) override {
    options.add("--weights", weights_, "The model.safetensors of a training").required();
    options.add("--dataset", dataset_, "Whose test images")
        .required()
        .one_of(hearth::datasets::labeled_images_names());
    options.add("--batch-size", batch_size_, "Images at once").between(1, 100'000);
  }
  int run() override;

 private:
  std::string weights_, dataset_;
  int64_t batch_size_ = 500;
};

int Eval::run() {
  auto classifier = hearth::vision::Classifier::load(weights_);
  classifier.to(device());
  const auto& spec = classifier.spec();
  const auto test = hearth::datasets::labeled_images(dataset_, hearth::datasets::Mode::kTest);
  HEARTH_CHECK_AS(hearth::ValueError, test.classes().size() == spec.classes.size(), "[", weights_,
                  "] tells ", spec.classes.size(), " classes of ", spec.dataset, " apart, ",
                  dataset_, " has ", test.classes().size());

  const auto start = std::chrono::steady_clock::now();
  const hearth::Tensor probabilities = classifier.probabilities(test.pixels(), batch_size_);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto result = hearth::vision::evaluate(probabilities, test.targets());
  const double rate = static_cast<double>(*test.size()) / seconds;

  fmt::print(text(),
             "{} on {}: {:.2f}% of {} test images right, loss {:.4f}, {:.0f} images/s\n{}\n",
             spec.model, dataset_, 100 * result.accuracy, *test.size(), result.loss, rate,
             hardest_class(spec.classes, result.confusion));
  if (json()) {
    const nlohmann::ordered_json j{{"dataset", dataset_},
                                   {"model", spec.model},
                                   {"test_accuracy", result.accuracy},
                                   {"test_loss", result.loss},
                                   {"images_per_second", rate},
                                   {"peak_rss_bytes", peak_rss_bytes()}};
    fmt::print("{}\n", j.dump());
  }
  return 0;
}

}  // namespace

std::unique_ptr<Command> eval_command() { return std::make_unique<Eval>(); }
