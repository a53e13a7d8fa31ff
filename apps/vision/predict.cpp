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

#include "vision/commands.h"

int predict(const PredictArguments& arguments) {
  using hearth::vision::Invert;
  auto classifier = hearth::vision::Classifier::load(arguments.weights);
  classifier.to(chosen_device(arguments.device));
  const auto& classes = classifier.spec().classes;
  const Invert invert = arguments.invert == "yes"  ? Invert::Yes
                        : arguments.invert == "no" ? Invert::No
                                                   : Invert::Auto;
  nlohmann::ordered_json report{{"model", classifier.spec().model}};
  report["predictions"] = nlohmann::ordered_json::array();
  bool failed = false;
  for (const std::string& path : arguments.images) {
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
      order.resize(std::min(order.size(), static_cast<size_t>(arguments.top)));

      std::string line;
      nlohmann::ordered_json probabilities = nlohmann::ordered_json::object();
      for (size_t i : order) {
        line += fmt::format("  {} {:.1f}%", classes[i], 100 * static_cast<double>(p[i]));
        probabilities[classes[i]] = p[i];
      }
      fmt::print(arguments.json ? stderr : stdout, "{}:{}{}\n", path, line,
                 inverted ? "  (brightness inverted)" : "");
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
  if (arguments.json) fmt::print("{}\n", report.dump());
  return failed ? 1 : 0;
}
