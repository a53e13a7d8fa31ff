// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "vision/training/picture_training.h"

namespace {

class Finetune final : public PictureTraining {
 public:
  Finetune() : PictureTraining("runs/finetuned", "by the number of pictures", "32") {
    model_ = "mobilenet_v3_large";
  }
  const char* name() const override { return "finetune"; }
  const char* summary() const override { return "Teach a trained model the classes of a folder"; }
  const char* details() const override {
    return "The folder has one of pictures for each class; train/ and val/ of such are heeded, "
           "otherwise a fifth of each class is kept for testing. First only a new last layer "
           "learns, then all, early stages slowly; the best epoch's model is kept. In options: "
           "--freeze "
           "backbone --freeze-epochs 1 --layer-decay 0.8 --schedule cosine --lr 0.001 "
           "--label-smoothing 0.1 --random-crop 0.25 --keep-best 1.";
  }
  std::vector<std::string> examples() const override {
    return {"finetune photos --output runs/photos",
            "finetune photos --model resnet18 --weights resnet18.pth --epochs 10",
            "finetune photos --weights runs/other --size 128"};
  }
  void declare(OptionList& options) override {
    data_.declare_positional(options);
    declare_pictures(options);
    options.flag("--from-scratch", from_scratch_, "Begin with fresh weights");
  }
  int run() override {
    if (from_scratch_ && weights_)
      throw UsageError("--weights and --from-scratch: expected one of them, got both");
    return PictureTraining::run();
  }

 protected:
  bool begins_trained() const override { return !from_scratch_; }
  const char* without_weights() const override { return "give --from-scratch"; }
  int64_t default_epochs(int64_t steps) const override {
    if (from_scratch_) return PictureTraining::default_epochs(steps);
    constexpr int64_t kSteps = 300, kLeast = 4, kMost = 15;
    return std::clamp((kSteps + steps - 1) / steps, kLeast, kMost);
  }
  double default_lr() const override {
    return from_scratch_ || learning().optimizer == "sgd" ? PictureTraining::default_lr() : 1e-3;
  }
  void choose() override {
    keep_best(1);
    if (from_scratch_) return;
    if (!freeze_) {
      freeze_ = "backbone";
      if (!freeze_epochs_) freeze_epochs_ = 1;
    }
    if (!layer_decay_) layer_decay_ = 0.8;
    LearningOptions learns;
    learns.schedule = "cosine";
    learns.label_smoothing = 0.1;
    learning().settle(learns);
    if (!changes_.crop) changes_.crop = 0.25;
  }

 private:
  bool from_scratch_ = false;
};

}  // namespace

std::unique_ptr<Command> finetune_command() { return std::make_unique<Finetune>(); }
