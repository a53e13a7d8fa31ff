// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/nn/eval_guard.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/pointwise.h"
#include "hearth/optim/sgd.h"
#include "hearth/vision/io/image.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "vision/model_file.h"

namespace {

namespace vision = hearth::vision;
using hearth::Tensor;

class Bench final : public Command {
 public:
  const char* name() const override { return "bench"; }
  const char* summary() const override { return "Measure how fast a model is on this machine"; }
  const char* details() const override {
    return "Images per second, on noise in memory; the best of several runs counts. Weights don't "
           "matter for speed, so a network's name is enough.";
  }
  std::vector<std::string> examples() const override {
    return {"bench --model resnet50 --batch 1 --batch 32", "bench --model mobilenet_v2 --train",
            "bench --weights runs/photos --json"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    model_.declare(options);
    options.add("--batch", batches_, "Images at once; may be given several times")
        .value("N")
        .by_default("1 and 32")
        .check([](const std::string& text) {
          int64_t n = 0;
          const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), n);
          return error == std::errc() && stop == text.data() + text.size() && n > 0 && n <= 100'000
                     ? std::string()
                     : "expected a whole number from 1 to 100000, got " + shortened(text, 60);
        });
    options.add("--size", size_, "Side of the images")
        .between(1, 4096)
        .by_default("the model's, or 224");
    options.flag("--train", train_, "Steps of a training instead of predictions");
    options.flag("--decode", decode_,
                 "Also how many JPEG photographs of 500 x 375 pixels are read and fitted");
    options.add("--time", time_, "Seconds for each measurement").between(0.01, 600);
  }
  int run() override;

 private:
  vision::Classifier classifier() const;

  ModelChoice model_;
  std::vector<std::string> batches_;
  std::optional<int64_t> size_;
  bool train_ = false, decode_ = false;
  double time_ = 1;
};

/// The named network with fresh weights, or what --model and --weights name.
vision::Classifier Bench::classifier() const {
  const auto known = vision::models::list_models();
  if (model_.weights || !model_.model ||
      std::find(known.begin(), known.end(), *model_.model) == known.end()) {
    vision::Classifier opened = model_.open();
    if (!size_) return opened;
    vision::ClassifierSpec spec = opened.spec();
    spec.shape.height = spec.shape.width = *size_;
    spec.resize_size = 0;
    return vision::Classifier(spec);
  }
  vision::ClassifierSpec spec;
  spec.model = *model_.model;
  for (int i = 0; i < 1000; ++i) spec.classes.push_back(std::to_string(i));
  const int64_t side = size_.value_or(224);
  spec.shape = {3, side, side};
  spec.small_stem = side < 64 && vision::models::model_info(spec.model).small_stem;
  spec.mean = {0.485, 0.456, 0.406};
  spec.stddev = {0.229, 0.224, 0.225};
  return vision::Classifier(spec);
}

/// Seconds that the quickest of the calls takes.
double quickest(double budget, const std::function<void()>& call) {
  using Clock = std::chrono::steady_clock;
  double best = std::numeric_limits<double>::infinity(), spent = 0;
  for (int i = 0; i < 3 || spent < budget; ++i) {
    const auto begin = Clock::now();
    call();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    best = std::min(best, seconds);
    spent += seconds;
  }
  return best;
}

/// What looks a little like a photograph to a JPEG encoder.
Tensor photograph() {
  Tensor image = hearth::empty({3, 375, 500}, hearth::kByte);
  auto* p = image.data_ptr<uint8_t>();
  for (int64_t i = 0; i < image.numel(); ++i) {
    const int64_t x = i % 500, y = i / 500 % 375;
    p[i] =
        static_cast<uint8_t>((x * y / 97 + 60 * ((x / 40 + y / 30) % 3) + (i * 7919 % 23)) % 256);
  }
  return vision::io::encode_jpeg(image, 90);
}

int Bench::run() {
  if (batches_.empty()) batches_ = {"1", "32"};
  vision::Classifier classifier = this->classifier();
  classifier.to(device());
  auto& model = classifier.model();
  const auto& spec = classifier.spec();
  hearth::Generator generator(1);
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  if (!json())
    fmt::print("{}, {} x {} x {}, {}, {}\n", spec.model, spec.shape.channels, spec.shape.height,
               spec.shape.width, device().str(), train_ ? "training" : "predicting");
  const auto tell = [&](const std::string& what, int64_t batch, double seconds) {
    const double rate = static_cast<double>(batch) / seconds;
    results.push_back(
        {{"what", what}, {"batch", batch}, {"seconds", seconds}, {"images_per_second", rate}});
    if (!json())
      fmt::print("{:<8} batch {:>5} {:>11.2f} ms {:>11.1f} images/s\n", what, batch, 1e3 * seconds,
                 rate);
  };
  for (const std::string& text : batches_) {
    const int64_t batch = std::stoll(text);
    const Tensor images =
        hearth::empty({batch, spec.shape.channels, spec.shape.height, spec.shape.width},
                      hearth::kFloat, hearth::MemoryFormat::ChannelsLast)
            .normal_(0, 1, generator)
            .to(device());
    const auto precision = autocast();
    if (train_) {
      model.train();
      hearth::optim::SGD optimizer(model.parameters(), hearth::optim::SGDOptions(1e-9));
      const Tensor targets =
          hearth::zeros({batch}, hearth::TensorOptions(hearth::kLong)).to(device());
      tell("train", batch, quickest(time_, [&] {
             optimizer.zero_grad();
             const Tensor loss = hearth::cross_entropy_loss(model.forward(images), targets);
             loss.backward();
             optimizer.step();
             loss.item<float>();
           }));
    } else {
      const hearth::NoGradGuard no_grad;
      const hearth::nn::EvalGuard evaluating(model);
      tell("predict", batch, quickest(time_, [&] { model.forward(images).cpu(); }));
    }
  }
  if (decode_) {
    const Tensor file = photograph();
    tell("decode", 1, quickest(time_, [&] { classifier.fit(vision::io::decode_image(file)); }));
  }
  if (json()) print_json({{"model", spec.model}, {"device", device().str()}, {"results", results}});
  return 0;
}

}  // namespace

std::unique_ptr<Command> bench_command() { return std::make_unique<Bench>(); }
