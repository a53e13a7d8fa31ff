// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/ops/view.h"
#include "hearth/vision/classification/grad_cam.h"
#include "hearth/vision/io/image.h"

#include "common/command.h"
#include "common/inputs.h"
#include "common/interrupt.h"
#include "common/json.h"
#include "common/text.h"
#include "vision/model_file.h"
#include "vision/overlay.h"
#include "vision/pictures.h"

namespace {

namespace fs = std::filesystem;

class Explain final : public Command {
 public:
  const char* name() const override { return "explain"; }
  const char* summary() const override { return "Show which parts of pictures speak for a class"; }
  const char* details() const override {
    return "Draws Grad-CAM over what the model saw: red is what speaks most for the class, nothing "
           "is drawn over what does not.";
  }
  std::vector<std::string> examples() const override {
    return {"explain --weights runs/photos cat.jpg",
            "explain --model resnet18-imagenet1k-v1 --class tabby --layer layer3 cat.jpg",
            "explain --weights runs/photos --output why photos"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    model_.declare(options);
    options.add("images", images_, kPicturesHelp).required();
    options.add("--class", class_, "The class, by its name or number, that is explained")
        .by_default("the most probable one");
    options.add("--layer", layer_, "Path of the layer whose maps are weighed, such as layer4.1")
        .value("PATH")
        .by_default("the last that has maps");
    fit_.declare(options);
    options.add("--output", output_, "Folder for the pictures, or a .png for one").value("PATH");
    options.flag("--overwrite", overwrite_, "Replace pictures that are there");
  }
  int run() override;

 private:
  int64_t class_index(const std::vector<std::string>& classes) const;

  ModelChoice model_;
  std::vector<std::string> images_;
  std::optional<std::string> class_, layer_;
  FitChoice fit_;
  std::string output_ = "explained";
  bool overwrite_ = false;
};

int64_t Explain::class_index(const std::vector<std::string>& classes) const {
  const auto found = std::find(classes.begin(), classes.end(), *class_);
  if (found != classes.end()) return found - classes.begin();
  int64_t index = -1;
  const char* end = class_->data() + class_->size();
  const auto [stop, error] = std::from_chars(class_->data(), end, index);
  if (error != std::errc() || stop != end || index < 0 ||
      index >= static_cast<int64_t>(classes.size()))
    throw UsageError(
        fmt::format("--class: expected one of {} names or a number below that, got "
                    "{}{}",
                    classes.size(), shortened(*class_, 60), did_you_mean(*class_, classes)));
  return index;
}

int Explain::run() {
  auto classifier = model_.open();
  classifier.to(device());
  const auto& classes = classifier.spec().classes;
  const std::optional<int64_t> wanted = class_ ? std::optional(class_index(classes)) : std::nullopt;
  const std::vector<Input> inputs = find_pictures(images_);
  const fs::path target(output_);
  const bool is_file = target.extension() == ".png";
  if (is_file && inputs.size() > 1)
    throw UsageError(
        fmt::format("--output: expected a folder for {} pictures, got {}", inputs.size(), output_));
  const auto outputs = plan_outputs(
      inputs, is_file ? (target.has_parent_path() ? target.parent_path().string() : ".") : output_,
      [&](const std::string& name) {
        if (is_file) return target.filename().string();
        return name == "-" ? "stdin.png" : fs::path(name).replace_extension(".png").string();
      },
      overwrite_);
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  nlohmann::ordered_json errors = nlohmann::ordered_json::array();
  const auto precision = autocast();
  const InterruptGuard guard;
  hearth::Progress progress(hearth::ProgressOptions("explaining")
                                .unit("pictures")
                                .total(static_cast<int64_t>(inputs.size())));
  for (size_t i = 0; i < inputs.size() && !guard.interrupted(); ++i, progress.advance()) {
    const std::string& path = inputs[i].path;
    try {
      const hearth::Tensor input = classifier.fit(read_picture(path), fit_.options());
      const hearth::Tensor probabilities =
          classifier.probabilities(input.unsqueeze(0)).select(0, 0);
      const int64_t index = wanted ? *wanted : probabilities.argmax().item<int64_t>();
      const auto cam = hearth::vision::grad_cam(classifier, input, index, layer_.value_or(""));
      make_parent(outputs[i]);
      hearth::vision::io::write_png(overlaid(input, cam.heat), outputs[i]);
      const std::string& label = classes[static_cast<size_t>(index)];
      const double score = probabilities.select(0, index).item<double>();
      say(text(), fmt::format("{}:  {} {}, by {}, in {}\n", path, label, percent(score), cam.layer,
                              outputs[i]));
      results.push_back({{"file", path},
                         {"index", index},
                         {"label", label},
                         {"score", score},
                         {"layer", cam.layer},
                         {"output", outputs[i]}});
    } catch (const hearth::Error& error) {
      complain(fmt::format("{}: {}", program(), error.what()));
      errors.push_back({{"file", path}, {"error", error.what()}});
    }
  }
  progress.finish();
  if (json()) {
    nlohmann::ordered_json report{{"results", std::move(results)}};
    if (!errors.empty()) report["errors"] = errors;
    print_json(report);
  }
  if (guard.interrupted()) return InterruptGuard::kExitCode;
  return errors.empty() ? 0 : 1;
}

}  // namespace

std::unique_ptr<Command> explain_command() { return std::make_unique<Explain>(); }
