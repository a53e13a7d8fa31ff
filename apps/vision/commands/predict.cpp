// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor.h"
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/io/image.h"

#include "common/command.h"
#include "common/inputs.h"
#include "common/json.h"
#include "common/text.h"
#include "vision/model_file.h"

namespace {

constexpr size_t kLargestStdin = size_t{256} << 20;

hearth::Tensor read_stdin() {
  std::string bytes;
  char part[65536];
  while (const size_t n = std::fread(part, 1, sizeof part, stdin)) {
    bytes.append(part, n);
    HEARTH_CHECK_AS(hearth::FileError, bytes.size() <= kLargestStdin,
                    "[-] expected a picture of at most 256 MiB on stdin");
  }
  hearth::Tensor out = hearth::empty({static_cast<int64_t>(bytes.size())}, hearth::kByte);
  if (!bytes.empty()) std::memcpy(out.data_ptr(), bytes.data(), bytes.size());
  return out;
}

hearth::Tensor read(const std::string& path, const hearth::vision::io::DecodeOptions& decoding) {
  namespace io = hearth::vision::io;
  return path == "-" ? io::decode_image(read_stdin(), decoding) : io::read_image(path, decoding);
}

class Predict final : public Command {
 public:
  const char* name() const override { return "predict"; }
  const char* summary() const override { return "Say what PNG and JPEG pictures show"; }
  std::vector<std::string> examples() const override {
    return {"predict --model lenet-digits digit.png",
            "predict --model runs/fashion shoe.png shirt.jpg",
            "predict --model runs/fashion photos"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    options.add("--model", model_, kModelHelp).value("MODEL").required();
    options.add("--weights", weights_, kWeightsHelp).value("PATH");
    options
        .add("images", images_,
             "PNG or JPEG files of any size, folders, patterns, @list, or - for stdin")
        .required();
    options.add("--top", top_, "How many classes to print").between(1, 1000);
    options
        .add("--invert", invert_,
             "Turn brightness around: yes, no, or auto. Models of gray images learn from bright "
             "shapes on black; auto turns a picture whose border is mostly bright")
        .one_of({"auto", "yes", "no"});
  }
  int run() override;

 private:
  std::string model_, invert_ = "auto";
  std::optional<std::string> weights_;
  std::vector<std::string> images_;
  int64_t top_ = 3;
};

int Predict::run() {
  using hearth::vision::Invert;
  auto classifier = open_model(model_, weights_);
  classifier.to(device());
  const auto& classes = classifier.spec().classes;
  const Invert invert = invert_ == "yes"  ? Invert::Yes
                        : invert_ == "no" ? Invert::No
                                          : Invert::Auto;
  nlohmann::ordered_json report{{"model", classifier.spec().model}};
  report["predictions"] = nlohmann::ordered_json::array();
  bool failed = false;
  const auto inputs = find_inputs(images_, {".png", ".jpg", ".jpeg"});
  const auto precision = autocast();
  hearth::Progress progress(hearth::ProgressOptions("predicting")
                                .unit("images")
                                .total(static_cast<int64_t>(inputs.size())));
  for (const auto& [path, relative] : inputs) {
    progress.advance();
    try {
      hearth::vision::io::DecodeOptions decoding;
      decoding.apply_exif_orientation = true;
      hearth::vision::Fitted fitted;
      const hearth::Tensor image = classifier.fit(read(path, decoding), invert, &fitted);
      const hearth::Tensor row = classifier.probabilities(image.unsqueeze(0));
      const auto* p = row.const_data_ptr<float>();
      std::vector<size_t> order(classes.size());
      std::iota(order.begin(), order.end(), size_t{0});
      std::stable_sort(order.begin(), order.end(), [p](size_t a, size_t b) { return p[a] > p[b]; });
      order.resize(std::min(order.size(), static_cast<size_t>(top_)));

      std::string line;
      nlohmann::ordered_json probabilities = nlohmann::ordered_json::object();
      for (size_t i : order) {
        line += fmt::format("  {} {}", classes[i], percent(static_cast<double>(p[i])));
        probabilities[classes[i]] = p[i];
      }
      fmt::print(text(), "{}:{}{}\n", path, line, fitted.inverted ? "  (brightness inverted)" : "");
      report["predictions"].push_back({{"image", path},
                                       {"class", classes[order[0]]},
                                       {"probabilities", probabilities},
                                       {"inverted", fitted.inverted}});
    } catch (const hearth::Error& error) {
      failed = true;
      hearth::Progress::print(fmt::format("{}: {}", program(), error.what()));
      report["predictions"].push_back({{"image", path}, {"error", error.what()}});
    }
  }
  if (json()) print_json(report);
  return failed ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> predict_command() { return std::make_unique<Predict>(); }
