// SPDX-License-Identifier: Apache-2.0
// What commands that train a classifier share: their options, the loop with its checkpoints and
// lines, going on after a break, and what is left behind.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hearth/train/classification.h"
#include "hearth/train/run_folder.h"

#include "common/command.h"
#include "common/training/learning.h"

class TrainingCommand : public Command {
 public:
  unsigned common() const override { return kDevice | kThreads | kPrecision | kSeed | kJson; }
  /// Those of the training that goes on.
  std::string settings() const override;

 protected:
  /// What it learns from ("images"), where it writes if nobody says so, and how --epochs and
  /// --batch-size are chosen then.
  TrainingCommand(const char* examples, const char* output, const char* epochs,
                  const char* batch_size);

  /// --epochs, --batch-size, --lr, --workers, --output, --save-every, --resume and --overwrite.
  void declare_training(OptionList& options);
  /// --optimizer and others of how it learns, --patience and --keep-best.
  void declare_learning(OptionList& options);
  /// Throws UsageError for --resume with --overwrite, and FileError for a folder in use.
  hearth::train::RunFolder open_folder() const;
  /// Fills what was left open; it is kept for --resume.
  void settle(int64_t epochs, int64_t batch_size, double lr) {
    settle_length(epochs, batch_size);
    settle_lr(lr);
  }
  void settle_length(int64_t epochs, int64_t batch_size);
  void settle_lr(double lr);
  /// --keep-best, if it was left open.
  void keep_best(int64_t count);
  hearth::train::ClassificationOptions training_options(
      const hearth::train::RunFolder& folder) const;

  LearningOptions& learning() { return learning_; }
  const LearningOptions& learning() const { return learning_; }

  struct Outcome {
    hearth::train::FitResult fit;
    /// The model of the best epoch, which model.safetensors now is too; empty without --keep-best.
    std::string best;
    double rate = 0;  ///< examples a second, without validation
    /// The exit code, if a signal ended it.
    std::optional<int> stopped;
  };
  /// Trains, from the last checkpoint with --resume. `save` writes the model to a path, after every
  /// epoch. `described` is a line about what is learned from what.
  Outcome fit(hearth::train::ClassificationTrainer& trainer, const hearth::train::RunFolder& folder,
              const std::function<void(const std::string&)>& save, const std::string& model,
              const std::string& data, const std::string& described);

  /// A file of the output, and what it is.
  using Written = std::pair<const char*, const char*>;
  /// Draws, says how good the model is and what was written, `more` beside the usual; the last line
  /// is a command to try.
  void report(const Outcome& outcome, const std::string& model, const std::string& data,
              const std::vector<std::string>& classes, const hearth::train::Evaluation& evaluation,
              int64_t tests, const std::vector<Written>& more, const std::string& hint) const;

  /// The file of the output that --resume takes the options from.
  virtual const char* settings_file() const { return "config.json"; }
  const std::string& output() const { return output_; }
  bool resumes() const { return resume_; }
  int64_t epochs() const { return *epochs_; }
  const std::optional<int64_t>& batch_size() const { return batch_size_; }

 private:
  void keep_settings(const std::string& file) const;

  const char *examples_, *epochs_hint_, *batch_hint_;
  const OptionList* options_ = nullptr;
  std::optional<int64_t> epochs_, batch_size_;
  std::optional<double> lr_;
  int64_t workers_ = 0, save_every_ = 200;
  LearningOptions learning_;
  std::optional<int64_t> patience_, keep_best_;
  std::string output_;
  bool resume_ = false, overwrite_ = false;
};
