// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/vision/classification/judge.h"
#include "hearth/vision/classification/picture_sources.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "common/training/report.h"
#include "vision/calibration.h"
#include "vision/class_report.h"
#include "vision/data.h"
#include "vision/model_file.h"
#include "vision/report.h"

namespace {

namespace vision = hearth::vision;
using hearth::Tensor;

class Eval final : public Command {
 public:
  const char* name() const override { return "eval"; }
  const char* summary() const override { return "Test a trained model"; }
  const char* details() const override {
    return "Says how often it is right (top 1 and top 5), class by class, and how far its "
           "confidence can be believed. --output adds pictures: the confusion matrix, the "
           "reliability diagram and the worst mistakes.";
  }
  std::vector<std::string> examples() const override {
    return {"eval --weights runs/fashion --data fashion-mnist",
            "eval --model lenet-digits --data digits --output report",
            "eval --model resnet18-imagenet1k-v1 --data photos --json"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    model_.declare(options);
    data_.declare(options);
    options.flag("--all", all_,
                 "Test with all of it, not with the fifth that train keeps for that");
    options.add("--output", output_, "Folder for pictures of the result").value("FOLDER");
    options.add("--batch-size", batch_size_, "Images at once").between(1, 100'000);
  }
  int run() override;
  std::string hint(const std::string& error) const override { return data_.hint(error); }

 private:
  ModelChoice model_;
  DataChoice data_;
  std::optional<std::string> output_;
  bool all_ = false;
  int64_t batch_size_ = 100;
};

/// The pictures' classes as the model counts them; a data set may lack some of its classes.
Tensor targets_for(const vision::ClassifierSpec& spec, const vision::PictureSource& test,
                   const std::string& data, const std::string& model) {
  std::vector<int64_t> index;
  for (const std::string& name : test.classes()) {
    const auto found = std::find(spec.classes.begin(), spec.classes.end(), name);
    HEARTH_CHECK_AS(hearth::ValueError, found != spec.classes.end(), "[", data, "] has the class '",
                    shortened(name, 60), "', which ", model, " does not know: it tells those of ",
                    spec.dataset, " apart (", spec.classes.front(), " ... ", spec.classes.back(),
                    ")", did_you_mean(name, spec.classes));
    index.push_back(found - spec.classes.begin());
  }
  Tensor targets = vision::targets(test);
  auto* t = targets.data_ptr<int64_t>();
  for (int64_t i = 0; i < targets.size(0); ++i) t[i] = index[static_cast<size_t>(t[i])];
  return targets;
}

int Eval::run() {
  auto classifier = model_.open();
  classifier.to(device());
  const auto& spec = classifier.spec();
  const auto test = hearth::datasets::pictures(data_.data, hearth::datasets::Mode::kTest,
                                               data_.options().whole(all_));
  HEARTH_CHECK_AS(hearth::ValueError, test->size() > 0, "[", data_.data, "] has no test images");
  const Tensor targets = targets_for(spec, *test, data_.data, model_.name());
  const auto images = static_cast<int64_t>(test->size());

  const auto start = std::chrono::steady_clock::now();
  Tensor probabilities;
  {
    const auto precision = autocast();
    hearth::Progress progress(hearth::ProgressOptions("testing").unit("images").total(images));
    probabilities = vision::probabilities(classifier, *test, batch_size_,
                                          [&](int64_t n) { progress.advance(n); });
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double rate = static_cast<double>(images) / seconds;
  const auto result = vision::evaluate(probabilities, targets);
  const double top5 = top_accuracy(probabilities, targets, 5);
  const Calibration calibration = calibration_of(probabilities, targets);
  const auto reports = class_reports(result.confusion, spec.classes);

  fmt::print(text(), "{} on {}: {} of {} test images right", spec.model, data_.data,
             percent(result.accuracy, 2), images);
  if (spec.classes.size() > 5) fmt::print(text(), " (top 5: {})", percent(top5, 2));
  fmt::print(text(), ", loss {:.4f}, {:.0f} images/s\n", result.loss, rate);
  fmt::print(text(), "Its confidence is off by {} on average (expected calibration error).\n",
             percent(calibration.error, 2));
  fmt::print(text(), "{}\n\n{}", hardest_class(spec.classes, result.confusion), table_of(reports));

  if (output_) {
    std::error_code error;
    std::filesystem::create_directories(*output_, error);
    HEARTH_CHECK_AS(hearth::FileError, !error, "[", *output_,
                    "] cannot be made: ", error.message());
    const plot::Titles titles = titles_of(spec.model, data_.data, result.accuracy, images, "images",
                                          fmt::format("loss {:.4f}, calibration error {}",
                                                      result.loss, percent(calibration.error, 2)));
    plot::write(plot::confusion_matrix(result.confusion, spec.classes, titles),
                *output_ + "/confusion_matrix");
    plot::write(reliability_diagram(calibration, titles), *output_ + "/reliability");
    draw_worst_mistakes(*output_, classifier, *test, probabilities, targets);
    fmt::print(text(), "\n");
    for (const auto& [file, what] :
         {std::pair("confusion_matrix.png", "what it takes for what"),
          std::pair("reliability.png", "how far its confidence can be believed"),
          std::pair("worst_mistakes.png", "where it is surest and wrong")})
      fmt::print(text(), "  {:<44} {}\n", *output_ + "/" + file, what);
  }
  if (json()) {
    nlohmann::ordered_json classes = nlohmann::ordered_json::array();
    for (const ClassReport& r : reports)
      classes.push_back({{"label", r.label},
                         {"images", r.count},
                         {"recall", r.recall},
                         {"precision", r.precision},
                         {"f1", r.f1}});
    print_json({{"dataset", data_.data},
                {"model", spec.model},
                {"test_images", images},
                {"test_accuracy", result.accuracy},
                {"test_top5_accuracy", top5},
                {"test_loss", result.loss},
                {"calibration_error", calibration.error},
                {"images_per_second", rate},
                {"peak_rss_bytes", peak_rss_bytes()},
                {"classes", std::move(classes)}});
  }
  return 0;
}

}  // namespace

std::unique_ptr<Command> eval_command() { return std::make_unique<Eval>(); }
