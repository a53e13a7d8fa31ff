// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/ops/view.h"
#include "hearth/vision/io/image.h"

#include "common/command.h"
#include "common/inputs.h"
#include "common/interrupt.h"
#include "common/json.h"
#include "common/text.h"
#include "vision/contact_sheet.h"
#include "vision/model_file.h"
#include "vision/pictures.h"

namespace {

namespace fs = std::filesystem;
using hearth::Tensor;

/// What is said of a picture is broken into lines where it is longer.
constexpr size_t kWidth = 76;

class Predict final : public Command {
 public:
  const char* name() const override { return "predict"; }
  const char* summary() const override { return "Say what pictures show"; }
  const char* details() const override {
    return "--json prints {\"results\": [{\"file\", \"predictions\": [{\"index\", \"label\", "
           "\"score\"}]}]}, and, if some files could not be read, \"errors\": [{\"file\", "
           "\"error\"}]. A broken file doesn't keep the others from being told; the exit code is "
           "1 then.";
  }
  std::vector<std::string> examples() const override {
    return {"predict --model lenet-digits digit.png",
            "predict --weights runs/fashion --top 5 --json shoe.png shirt.jpg",
            "predict --weights runs/photos --sheet sheet.png photos",
            "predict --model resnet18-imagenet1k-v1 --weights resnet18.pth cat.jpg"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    model_.declare(options);
    options.add("images", images_, kPicturesHelp).required();
    options.add("--top", top_, "How many classes to print").between(1, 100'000);
    fit_.declare(options);
    options.add("--sheet", sheet_, "Draw all pictures with what they show into this .png or .svg")
        .value("FILE");
    options
        .add("--save-input", save_input_,
             "Folder for what the model saw of each picture, as PNG; replaces what is there")
        .value("FOLDER");
    options.add("--batch-size", batch_size_, "Pictures at once").between(1, 10'000);
  }
  int run() override;

 private:
  void batch(const hearth::vision::Classifier& classifier, size_t first,
             const std::vector<std::string>& paths);
  void tell(const std::string& path, const std::vector<Prediction>& predictions, bool inverted);

  ModelChoice model_;
  std::vector<std::string> images_, saved_;
  int64_t top_ = 5, batch_size_ = 32;
  FitChoice fit_;
  std::optional<std::string> sheet_, save_input_;
  std::optional<ContactSheet> drawn_;
  nlohmann::ordered_json results_ = nlohmann::ordered_json::array();
  nlohmann::ordered_json errors_ = nlohmann::ordered_json::array();
};

void Predict::tell(const std::string& path, const std::vector<Prediction>& predictions,
                   bool inverted) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  std::string line = path + ":", lines;
  for (const Prediction& p : predictions) {
    const std::string share = percent(static_cast<double>(p.score));
    line += fmt::format("  {} {}", p.label, share);
    lines += fmt::format("\n{:>8}  {}", share, p.label);
    all.push_back({{"index", p.index}, {"label", p.label}, {"score", p.score}});
  }
  results_.push_back({{"file", path}, {"predictions", std::move(all)}});
  if (inverted) line += "  (brightness inverted)";
  if (line.size() - path.size() > kWidth)
    line = path + ":" + (inverted ? "  (brightness inverted)" : "") + lines;
  say(text(), line + "\n");
}

void Predict::batch(const hearth::vision::Classifier& classifier, size_t first,
                    const std::vector<std::string>& paths) {
  const std::vector<FittedPicture> pictures = read_fitted(classifier, paths, fit_.options());
  std::vector<Tensor> inputs;
  for (const FittedPicture& p : pictures)
    if (p.error.empty()) inputs.push_back(p.input);
  const Tensor probabilities =
      inputs.empty() ? Tensor() : classifier.probabilities(hearth::stack(inputs), batch_size_);
  int64_t row = 0;
  for (size_t i = 0; i < pictures.size(); ++i) {
    const FittedPicture& p = pictures[i];
    try {
      if (!p.error.empty()) throw hearth::Error(p.error);
      const Tensor scores = probabilities.select(0, row++);
      if (save_input_) {
        const std::string& file = saved_[first + i];
        make_parent(file);
        hearth::vision::io::write_png(p.input, file);
      }
      const auto best = best_classes(scores, classifier.spec().classes, top_);
      tell(paths[i], best, p.done.inverted);
      if (drawn_) drawn_->add(paths[i], p.picture, best[0]);
    } catch (const hearth::Error& error) {
      complain(fmt::format("{}: {}", program(), error.what()));
      errors_.push_back({{"file", paths[i]}, {"error", error.what()}});
    }
  }
}

int Predict::run() {
  if (sheet_) drawn_.emplace(*sheet_);
  auto classifier = model_.open();
  classifier.to(device());
  const std::vector<Input> inputs = find_pictures(images_);
  if (save_input_)
    saved_ = plan_outputs(
        inputs, *save_input_,
        [](const std::string& name) {
          return name == "-" ? "stdin.png" : fs::path(name).replace_extension(".png").string();
        },
        true);
  const auto precision = autocast();
  const InterruptGuard guard;
  hearth::Progress progress(hearth::ProgressOptions("predicting")
                                .unit("pictures")
                                .total(static_cast<int64_t>(inputs.size())));
  size_t done = 0;
  while (done < inputs.size() && !guard.interrupted()) {
    std::vector<std::string> paths;
    for (size_t i = done; i < std::min(inputs.size(), done + static_cast<size_t>(batch_size_)); ++i)
      paths.push_back(inputs[i].path);
    batch(classifier, done, paths);
    done += paths.size();
    progress.advance(static_cast<int64_t>(paths.size()));
  }
  progress.finish();

  if (drawn_)
    drawn_->write(fmt::format("What {} says",
                              model_.model ? *model_.model : "the " + classifier.spec().model));
  if (drawn_ && drawn_->left_out() > 0)
    note(fmt::format("{} shows the first pictures, {} more are left out", *sheet_,
                     drawn_->left_out()));
  if (json()) {
    nlohmann::ordered_json report{{"results", std::move(results_)}};
    if (!errors_.empty()) report["errors"] = errors_;
    print_json(report);
  }
  if (done < inputs.size()) {
    note(fmt::format("interrupted after {} of {} pictures", done, inputs.size()));
    return InterruptGuard::kExitCode;
  }
  return errors_.empty() ? 0 : 1;
}

}  // namespace

std::unique_ptr<Command> predict_command() { return std::make_unique<Predict>(); }
