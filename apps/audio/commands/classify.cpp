// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/io/load.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/ops/reduce.h"
#include "hearth/tensor/tensor.h"

#include "audio/model.h"
#include "audio/sounds.h"
#include "audio/spoken_digits.h"
#include "common/command.h"
#include "common/inputs.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace audio = hearth::audio;

class Classify final : public Command {
 public:
  const char* name() const override { return "classify"; }
  const char* summary() const override { return "Say what sounds are"; }
  const char* details() const override {
    return "A sound longer than the model's clips is taken in windows; what it is as a whole is "
           "the "
           "mean of these.";
  }
  std::vector<std::string> examples() const override {
    return {"classify --model spoken-digits three.wav", "classify --model runs/words recordings",
            "classify --model runs/words --hop 0.5 --json long.flac"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    options.add("--model", model_, kModelHelp).value("MODEL").required();
    options.add("--weights", weights_, kWeightsHelp).value("PATH");
    options.add("sounds", sounds_, "Sound files, folders, patterns, @list, or - for stdin")
        .required();
    options.add("--top", top_, "How many classes to print").between(1, 1000);
    options.add("--hop", hop_, "Seconds from window to window of long sounds")
        .between(0.01, 3600)
        .by_default("half a clip");
  }
  int run() override;

 private:
  nlohmann::ordered_json describe(const hearth::Tensor& probabilities, std::string& line) const;

  std::string model_;
  std::optional<std::string> weights_;
  std::vector<std::string> sounds_, classes_;
  int64_t top_ = 3;
  std::optional<double> hop_;
};

/// The most probable classes, float [classes], as a line and as an object.
nlohmann::ordered_json Classify::describe(const hearth::Tensor& probabilities,
                                          std::string& line) const {
  const auto* p = probabilities.const_data_ptr<float>();
  std::vector<size_t> order(classes_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [p](size_t a, size_t b) { return p[a] > p[b]; });
  order.resize(std::min(order.size(), static_cast<size_t>(top_)));
  nlohmann::ordered_json object{{"class", classes_[order[0]]},
                                {"probabilities", nlohmann::ordered_json::object()}};
  for (const size_t i : order) {
    line += fmt::format("  {} {}", classes_[i], percent(static_cast<double>(p[i])));
    object["probabilities"][classes_[i]] = p[i];
  }
  return object;
}

int Classify::run() {
  auto classifier = open_model(model_, weights_);
  classifier.to(device());
  const audio::ClassifierSpec& spec = classifier.spec();
  classes_ = spec.classes;
  const auto rate = static_cast<double>(spec.front_end.sample_rate);
  const auto hop = hop_ ? std::max<int64_t>(1, static_cast<int64_t>(*hop_ * rate))
                        : std::max<int64_t>(1, spec.samples / 2);
  if (spec.dataset == kSpokenDigits)
    note(
        "spoken-digits is a demonstration: it learned from synthetic voices and knows zero to nine "
        "in English, other words and silence");
  nlohmann::ordered_json report{{"model", spec.model}, {"dataset", spec.dataset}};
  report["predictions"] = nlohmann::ordered_json::array();
  bool failed = false;
  const auto inputs = find_inputs(sounds_, hearth::audio::sound_extensions());
  const auto precision = autocast();
  hearth::Progress progress(hearth::ProgressOptions("classifying")
                                .unit("sounds")
                                .total(static_cast<int64_t>(inputs.size())));
  for (const auto& [path, relative] : inputs) {
    progress.advance();
    try {
      const hearth::Tensor sound = audio::mono(audio::load(path), spec.front_end.sample_rate, path);
      const hearth::Tensor windows = audio::windows(sound, spec.samples, hop);
      const hearth::Tensor probabilities = classifier.probabilities(windows);
      std::string line;
      nlohmann::ordered_json prediction{{"sound", path}};
      prediction.update(describe(probabilities.mean(0), line));
      say(text(), fmt::format("{}:{}\n", path, line));
      if (windows.size(0) > 1) {
        prediction["windows"] = nlohmann::ordered_json::array();
        for (int64_t w = 0; w < windows.size(0); ++w) {
          const int64_t first = std::min(w * hop, sound.size(0) - spec.samples);
          const double from = static_cast<double>(first) / rate;
          const double to = static_cast<double>(first + spec.samples) / rate;
          std::string part;
          nlohmann::ordered_json window{{"from", from}, {"to", to}};
          window.update(describe(probabilities.select(0, w), part));
          say(text(), fmt::format("  {:7.2f} to {:.2f} s:{}\n", from, to, part));
          prediction["windows"].push_back(window);
        }
      }
      report["predictions"].push_back(prediction);
    } catch (const hearth::Error& error) {
      failed = true;
      complain(fmt::format("{}: {}", program(), error.what()));
      report["predictions"].push_back({{"sound", path}, {"error", error.what()}});
    }
  }
  if (json()) print_json(report);
  return failed ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> classify_command() { return std::make_unique<Classify>(); }
