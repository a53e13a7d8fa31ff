// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"

#include "audio/data.h"
#include "audio/model.h"
#include "audio/spoken_digits.h"
#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "common/training/report.h"

namespace {

namespace audio = hearth::audio;
using hearth::datasets::LabeledClips;
using hearth::datasets::Mode;

/// As many as train --demo tests with.
constexpr int64_t kTestVoices = 100;

class Eval final : public Command {
 public:
  const char* name() const override { return "eval"; }
  const char* summary() const override { return "Test a trained classifier of sounds"; }
  std::vector<std::string> examples() const override {
    return {"eval --model runs/words --data words", "eval --model spoken-digits --demo",
            "eval --model spoken-digits --data digits.csv --json"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    options.add("--model", model_, kModelHelp).value("MODEL").required();
    options.add("--weights", weights_, kWeightsHelp).value("PATH");
    options.add("--data", dataset_, kDataHelp).value("PATH");
    options.flag("--all", all_,
                 "Test with all of it, not with the fifth that train keeps for that");
    options.flag("--demo", demo_,
                 "Test with the words of espeak-ng that train --demo keeps for it");
    options.flag("--skip-broken", skip_broken_, "Leave out sounds that cannot be read");
    options.add("--batch-size", batch_size_, "Clips at once").between(1, 100'000);
  }
  int run() override;

 private:
  LabeledClips load(const audio::ClassifierSpec& spec) const;

  std::string model_;
  std::optional<std::string> weights_, dataset_;
  bool demo_ = false, all_ = false, skip_broken_ = false;
  int64_t batch_size_ = 100;
};

LabeledClips Eval::load(const audio::ClassifierSpec& spec) const {
  if (demo_) return spoken_digits(Mode::kTest, kTestVoices, hearth::get_num_threads());
  LabeledClips test = hearth::datasets::labeled_clips(
      *dataset_, clips_for(spec, Mode::kTest).skip_broken(skip_broken_).whole(all_));
  // Classes by their names: a data set may lack some of the model's.
  auto* targets = test.targets.data_ptr<int64_t>();
  std::vector<int64_t> index;
  for (const std::string& name : test.classes) {
    const auto found = std::find(spec.classes.begin(), spec.classes.end(), name);
    HEARTH_CHECK_AS(hearth::ValueError, found != spec.classes.end(), "[", *dataset_,
                    "] has the class '", name, "'; ", model_, " knows ",
                    joined(spec.classes, ", "));
    index.push_back(found - spec.classes.begin());
  }
  for (int64_t i = 0; i < test.targets.size(0); ++i)
    targets[i] = index[static_cast<size_t>(targets[i])];
  return test;
}

int Eval::run() {
  if (demo_ == dataset_.has_value()) throw UsageError("give --data, what to test with, or --demo");
  auto classifier = open_model(model_, weights_);
  classifier.to(device());
  const audio::ClassifierSpec& spec = classifier.spec();
  const LabeledClips test = load(spec);

  const auto start = std::chrono::steady_clock::now();
  const auto precision = autocast();
  const hearth::Tensor probabilities = classifier.probabilities(test.clips, batch_size_);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto result = audio::evaluate(probabilities, test.targets);
  const int64_t sounds = test.clips.size(0);
  const double rate = static_cast<double>(sounds) / seconds;
  const std::string dataset = demo_ ? kSpokenDigits : *dataset_;

  fmt::print(text(), "{} on {}: {} of {} test sounds right, loss {:.4f}, {:.0f} sounds/s\n{}\n",
             spec.model, dataset, percent(result.accuracy, 2), sounds, result.loss, rate,
             hardest_class(spec.classes, result.confusion));
  if (json())
    print_json({{"dataset", dataset},
                {"model", spec.model},
                {"test_sounds", sounds},
                {"test_accuracy", result.accuracy},
                {"test_loss", result.loss},
                {"sounds_per_second", rate},
                {"peak_rss_bytes", peak_rss_bytes()}});
  return 0;
}

}  // namespace

std::unique_ptr<Command> eval_command() { return std::make_unique<Eval>(); }
