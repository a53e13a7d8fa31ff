// SPDX-License-Identifier: Apache-2.0
// What commands share that train a classifier of pictures: from nothing, or from weights that there
// are.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hearth/datasets/vision/labeled_images.h"
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/classification/picture_source.h"

#include "common/training/command.h"
#include "vision/data.h"
#include "vision/training/picture_changes.h"

class PictureTraining : public TrainingCommand {
 public:
  int run() override;
  std::string hint(const std::string& error) const override { return data_.hint(error); }

 protected:
  PictureTraining(const char* output, const char* epochs, const char* batch_size)
      : TrainingCommand("images", output, epochs, batch_size) {}

  /// All options but those of the data.
  void declare_pictures(OptionList& options);

  /// Whether it begins with weights that there are.
  virtual bool begins_trained() const = 0;
  /// Told to people who have no such weights.
  virtual const char* without_weights() const = 0;
  /// Epochs for so many steps each.
  virtual int64_t default_epochs(int64_t steps) const;
  virtual double default_lr() const;
  /// What was left open, but for what the recipe says.
  virtual void choose() {}

  DataChoice data_;
  std::string model_ = "cnn";
  PictureChanges changes_;
  std::optional<std::string> freeze_;
  std::optional<double> layer_decay_, freeze_epochs_;
  std::optional<std::string> weights_;

 private:
  struct Pictures;

  /// For weights that are trained already, in whatever size they take pictures, or for fresh ones.
  Pictures open_pictures(bool trained) const;
  hearth::vision::Classifier trained() const;
  hearth::vision::Classifier fresh(const Pictures& pictures) const;
  hearth::vision::Classifier fine_tuned(const hearth::vision::Classifier& from,
                                        const Pictures& pictures) const;
  void apply_recipe(int64_t steps_per_epoch);
  int64_t side() const;

  std::optional<int64_t> size_;
  std::string small_stem_ = "auto", recipe_ = "baseline";
};
