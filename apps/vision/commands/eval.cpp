// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/datasets/vision/by_name.h"
#include "hearth/vision/classification/classifier.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "common/training/report.h"
#include "vision/data.h"
#include "vision/model_file.h"

namespace {

class Eval final : public Command {
 public:
  const char* name() const override { return "eval"; }
  const char* summary() const override { return "Test a trained model"; }
  std::vector<std::string> examples() const override {
    return {"eval --model runs/fashion --data fashion-mnist",
            "eval --model lenet-digits --data digits",
            "eval --model resnet18-imagenet1k-v1 --data photos"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    model_.declare(options);
    options.add("--data", dataset_, kDataHelp).alias("--dataset").required().check(wrong_data);
    options.add("--batch-size", batch_size_, "Images at once").between(1, 100'000);
  }
  int run() override;

 private:
  ModelChoice model_;
  std::string dataset_;
  int64_t batch_size_ = 500;
};

int Eval::run() {
  auto classifier = model_.open();
  classifier.to(device());
  const auto& spec = classifier.spec();
  const auto test = hearth::datasets::labeled_images(dataset_, hearth::datasets::Mode::kTest,
                                                     hearth::datasets::LabeledImagesOptions()
                                                         .size(spec.shape.height)
                                                         .resize_size(spec.resize_size));
  HEARTH_CHECK_AS(hearth::ValueError, test.classes() == spec.classes, "[", model_.name(),
                  "] tells the classes of ", spec.dataset, " apart (", spec.classes.front(),
                  " ... ", spec.classes.back(), "), those of ", dataset_, " are others (",
                  test.classes().front(), " ... ", test.classes().back(),
                  "); evaluate it on --data ", spec.dataset);
  HEARTH_CHECK_AS(hearth::ValueError,
                  (std::array{spec.shape.channels, spec.shape.height, spec.shape.width} ==
                   std::array{test.pixels().size(1), test.pixels().size(2), test.pixels().size(3)}),
                  "[", model_.name(), "] was trained on images of ", spec.dataset, ", ",
                  spec.shape.width, " x ", spec.shape.height, "; those of ", dataset_, " are ",
                  test.pixels().size(3), " x ", test.pixels().size(2));

  const auto start = std::chrono::steady_clock::now();
  const auto precision = autocast();
  const hearth::Tensor probabilities = classifier.probabilities(test.pixels(), batch_size_);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto result = hearth::vision::evaluate(probabilities, test.targets());
  const double rate = static_cast<double>(*test.size()) / seconds;

  fmt::print(text(), "{} on {}: {} of {} test images right, loss {:.4f}, {:.0f} images/s\n{}\n",
             spec.model, dataset_, percent(result.accuracy, 2), *test.size(), result.loss, rate,
             hardest_class(spec.classes, result.confusion));
  if (json()) {
    const nlohmann::ordered_json j{{"dataset", dataset_},
                                   {"model", spec.model},
                                   {"test_accuracy", result.accuracy},
                                   {"test_loss", result.loss},
                                   {"images_per_second", rate},
                                   {"peak_rss_bytes", peak_rss_bytes()}};
    print_json(j);
  }
  return 0;
}

}  // namespace

std::unique_ptr<Command> eval_command() { return std::make_unique<Eval>(); }
