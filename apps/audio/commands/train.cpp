// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "hearth/audio/classification/classifier.h"
#include "hearth/base/error.h"
#include "hearth/base/threads.h"

#include "audio/data.h"
#include "audio/spoken_digits.h"
#include "common/text.h"
#include "common/training/command.h"
#include "common/utf8.h"

namespace {

namespace audio = hearth::audio;
namespace train = hearth::train;
using hearth::datasets::LabeledClips;
using hearth::datasets::Mode;

constexpr int64_t kDemoEpochs = 9, kDemoBatch = 64;

constexpr double kLabelSmoothing = 0.1;

/// Epochs that suit a number of steps: enough to be good, few enough not to wait long.
int64_t default_epochs(int64_t hint, int64_t steps) {
  constexpr int64_t kSteps = 1500, kMost = 100;
  return std::max<int64_t>(5, std::min({hint * 4, kMost, (kSteps + steps - 1) / steps}));
}

class Train final : public TrainingCommand {
 public:
  Train()
      : TrainingCommand("sounds", "runs/audio", "by the number of sounds",
                        "64, or 16 for few sounds") {}
  const char* name() const override { return "train"; }
  const char* summary() const override { return "Train a classifier of sounds"; }
  const char* details() const override {
    return "Learns to tell sounds apart that lie in a folder for each class, or that a manifest "
           "lists. While it learns, each sound is changed a little in every pass: moved, faster or "
           "slower, louder or softer, in noise, in a narrower band, masked.\n\n"
           "With --demo it makes the model spoken-digits again, of words that the program "
           "espeak-ng speaks in hundreds of voices; that takes some minutes.";
  }
  std::vector<std::string> examples() const override {
    return {"train --data words --output runs/words",
            "train --data words.csv --model bcresnet8 --seconds 2 --output runs/words",
            "train --output runs/words --resume", "train --demo --output runs/digits"};
  }
  void declare(OptionList& options) override {
    options.add("--data", dataset_, kDataHelp).value("PATH");
    options.add("--test", test_, "The same of what to test with; without it, a fifth of each class")
        .value("PATH");
    options.flag("--demo", demo_, "Learn spoken digits from the program espeak-ng");
    options.add("--voices", voices_, "Voices that --demo learns from; an eighth as many test it")
        .between(1, 100'000);
    options
        .add("--seconds", seconds_,
             "Length of a clip; a shorter sound is put in its middle, of a longer one the "
             "stretch with the most energy is taken")
        .between(0.1, 600);
    options.add("--sample-rate", sample_rate_, "What sounds are resampled to, in Hz")
        .between(1000, 192'000);
    options.add("--mels", mels_, "Bands of the spectra; 1 gives the network samples")
        .between(1, 1024)
        .by_default("by model");
    options.flag("--no-augmentation", plain_, "Learn from sounds as they are");
    options.flag("--skip-broken", skip_broken_, "Leave out sounds that cannot be read");
    options.add("--model", model_, "The network").one_of(audio::models::classifier_names());
    declare_training(options);
  }
  int run() override;

 private:
  audio::ClassifierSpec spec() const;
  LabeledClips load(const audio::ClassifierSpec& spec, Mode mode) const;

  std::optional<std::string> dataset_, test_;
  std::string model_ = "cnn";
  double seconds_ = 1;
  int64_t sample_rate_ = 16000, voices_ = 800;
  std::optional<int64_t> mels_;
  bool demo_ = false, plain_ = false, skip_broken_ = false;
};

audio::ClassifierSpec Train::spec() const {
  const auto traits = audio::models::classifier_traits(model_);
  audio::ClassifierSpec spec;
  spec.model = model_;
  spec.dataset = demo_ ? kSpokenDigits : *dataset_;
  spec.samples = std::llround(seconds_ * static_cast<double>(sample_rate_));
  // Windows of 25 ms every 10 ms, in transforms of a power of two.
  audio::FrontEndOptions& f = spec.front_end;
  f.sample_rate = sample_rate_;
  f.win_length = sample_rate_ / 40;
  f.hop_length = sample_rate_ / 100;
  f.n_fft = 1;
  while (f.n_fft < f.win_length) f.n_fft *= 2;
  f.n_mels = mels_.value_or(traits.bands);
  return spec;
}

LabeledClips Train::load(const audio::ClassifierSpec& spec, Mode mode) const {
  if (demo_)
    return spoken_digits(mode, mode == Mode::kTrain ? voices_ : std::max<int64_t>(1, voices_ / 8),
                         hearth::get_num_threads());
  const auto options = clips_for(spec, mode).skip_broken(skip_broken_).whole(test_.has_value());
  return hearth::datasets::labeled_clips(
      mode == Mode::kTest ? test_.value_or(*dataset_) : *dataset_, options);
}

int Train::run() {
  if (demo_ == dataset_.has_value()) throw UsageError("give --data, what to learn from, or --demo");
  if (demo_ && test_) throw UsageError("--demo brings what it is tested with: leave out --test");
  if (demo_ && (seconds_ != 1 || sample_rate_ != 16000))
    throw UsageError("--demo has clips of one second at 16000 Hz");
  audio::ClassifierSpec spec = this->spec();
  const LabeledClips data = load(spec, Mode::kTrain), test = load(spec, Mode::kTest);
  check_class_names(dataset_.value_or(""), data.classes);
  const train::RunFolder folder = open_folder();
  HEARTH_CHECK_AS(hearth::ValueError, test.classes == data.classes, "[", test_.value_or(""),
                  "] has the classes ", joined(test.classes, ", "), ", expected those of ",
                  dataset_.value_or(""), ": ", joined(data.classes, ", "));
  spec.classes = data.classes;
  audio::set_normalization(spec, data.clips);
  audio::Classifier classifier(spec);
  classifier.to(device());

  const int64_t sounds = data.clips.size(0);
  const int64_t batch = batch_size().value_or(demo_ || sounds >= 1000 ? kDemoBatch : 16);
  const auto hints = audio::models::classifier_traits(model_).hints;
  settle(demo_ ? kDemoEpochs : default_epochs(hints.epochs, (sounds + batch - 1) / batch), batch,
         hints.lr);
  audio::ClassifierTrainer trainer(classifier, data.clips, data.targets,
                                   training_options(folder).label_smoothing(kLabelSmoothing),
                                   plain_  ? audio::Augmentation{}
                                   : demo_ ? kSpokenDigitsAugmentation
                                           : audio::kUsualAugmentation);
  trainer.validate_on(test.clips, test.targets);
  const Outcome outcome = fit(
      trainer, folder, [&](const std::string& path) { classifier.save(path); }, model_,
      spec.dataset,
      fmt::format("{} training and {} test clips of {:g} s, {} classes", sounds, test.clips.size(0),
                  seconds_, spec.classes.size()));
  if (outcome.stopped) return *outcome.stopped;

  const auto narrower = autocast();
  report(outcome, model_, spec.dataset, spec.classes,
         audio::evaluate(classifier.probabilities(test.clips), test.targets), test.clips.size(0),
         {},
         fmt::format("Try it on a sound of yours:\n  {} classify --model {} sound.wav", program(),
                     for_shell(output())));
  return 0;
}

}  // namespace

std::unique_ptr<Command> train_command() { return std::make_unique<Train>(); }
