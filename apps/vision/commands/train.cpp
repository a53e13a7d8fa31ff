// SPDX-License-Identifier: Apache-2.0
#include "vision/training/picture_training.h"

namespace {

class Train final : public PictureTraining {
 public:
  Train()
      : PictureTraining("runs/vision", "by data set and model", "128, or 32 for small folders") {}
  const char* name() const override { return "train"; }
  const char* summary() const override { return "Train a model and report how good it is"; }
  const char* details() const override {
    return "Images of up to 64 pixels are kept in memory; larger pictures are read, cut out at "
           "random and scaled when they are needed (--workers). Results don't depend on them.";
  }
  std::vector<std::string> examples() const override {
    return {"train --data fashion-mnist --model cnn --output runs/fashion",
            "train --data fashion-mnist --model resnet18 --optimizer sgd --schedule cosine",
            "train --data photos --model resnet18 --size 128 --recipe v2 --epochs 60",
            "train --data photos --model resnet50 --pretrained --freeze layer2",
            "train --output runs/photos --resume"};
  }
  void declare(OptionList& options) override {
    data_.declare(options, "fashion-mnist");
    declare_pictures(options);
    options.flag("--pretrained", pretrained_, "Begin with the network's published weights");
  }

 protected:
  bool begins_trained() const override { return pretrained_ || weights_; }
  const char* without_weights() const override { return "leave out --pretrained and --weights"; }

 private:
  bool pretrained_ = false;
};

}  // namespace

std::unique_ptr<Command> train_command() { return std::make_unique<Train>(); }
