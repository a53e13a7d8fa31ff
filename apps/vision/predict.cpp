// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/tensor/tensor.h"
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/io/image.h"

#include "common/command.h"

namespace {

class Predict final : public Command {
 public:
  const char* name() const override { return "predict"; }
  const char* help() const override { return "Say what PNG and JPEG pictures show"; }
  void declare(OptionList& options) override {
    options.add("--weights", weights_, "The model.safetensors of a training").required();
    options.add("images", images_, "PNG or JPEG files of any size").required();
    options.add("--top", top_, "How many classes to print").between(1, 1000);
    options
        .add("--invert", invert_,
             "Turn brightness around: yes, no, or auto. Models of gray images learn from bright "
             "shapes on black; auto turns a picture whose border is mostly bright")
        .one_of({"auto", "yes", "no"});
  }
  int run() override;

 private:
  std::string weights_, invert_ = "auto";
  std::vector<std::string> images_;
  int64_t top_ = 3;
};

int Predict::run() {
  using hearth::vision::Invert;
  auto classifier = hearth::vision::Classifier::load(weights_);
  classifier.to(device());
  const auto& classes = classifier.spec().classes;
  const Invert invert = invert_ == "yes"  ? Invert::Yes
                        : invert_ == "no" ? Invert::No
                                          : Invert::Auto;
  nlohmann::ordered_json report{{"model", classifier.spec().model}};
  report["predictions"] = nlohmann::ordered_json::array();
  bool failed = false;
  for (const std::string& path : images_) {
    try {
      hearth::vision::io::DecodeOptions decoding;
      decoding.apply_exif_orientation = true;
      bool inverted = false;
      const hearth::Tensor image =
          classifier.fit(hearth::vision::io::read_image(path, decoding), invert, &inverted);
      const hearth::Tensor row = classifier.probabilities(image.unsqueeze(0));
      const auto* p = row.const_data_ptr<float>();
      std::vector<size_t> order(classes.size());
      std::iota(order.begin(), order.end(), size_t{0});
      std::stable_sort(order.begin(), order.end(), [p](size_t a, size_t b) { return p[a] > p[b]; });
      order.resize(std::min(order.size(), static_cast<size_t>(top_)));

      std::string line;
      nlohmann::ordered_json probabilities = nlohmann::ordered_json::object();
      for (size_t i : order) {
        line += fmt::format("  {} {:.1f}%", classes[i], 100 * static_cast<double>(p[i]));
        probabilities[classes[i]] = p[i];
      }
      fmt::print(text(), "{}:{}{}\n", path, line, inverted ? "  (brightness inverted)" : "");
      report["predictions"].push_back({{"image", path},
                                       {"class", classes[order[0]]},
                                       {"probabilities", probabilities},
                                       {"inverted", inverted}});
    } catch (const hearth::Error& error) {
      failed = true;
      fmt::print(stderr, "hearth-vision: {}\n", error.what());
      report["predictions"].push_back({{"image", path}, {"error", error.what()}});
    }
  }
  if (json()) fmt::print("{}\n", report.dump());
  return failed ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> predict_command() { return std::make_unique<Predict>(); }
