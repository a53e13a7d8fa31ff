// SPDX-License-Identifier: Apache-2.0
#include "vision/model_file.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "hearth/base/error.h"
#include "hearth/pretrained/vision.h"

#include "common/command.h"
#include "common/text.h"
#include "common/training/folder.h"

namespace pretrained = hearth::pretrained;
namespace vision = hearth::vision;

namespace {

bool is_network(const std::string& name) {
  const auto known = vision::models::list_models();
  return std::find(known.begin(), known.end(), name) != known.end();
}

/// A foreign file of a network's weights: what it doesn't say is as the published weights have it.
vision::Classifier open_foreign(const std::string& network, const std::string& weights) {
  auto classifier = pretrained::image_classifier(
      network, vision::PretrainedOptions().weights(folder_of_checkpoint(weights)));
  if (classifier.spec().classes[0] == "0" && classifier.spec().dataset.empty())
    note(fmt::format("{} doesn't name its {} classes: they are called by their numbers", weights,
                     classifier.spec().classes.size()));
  return classifier;
}

/// Throws ValueError for what is neither a pretrained model's name nor a path or repository.
void check_model(const std::string& name) {
  std::error_code none;
  const bool path = name.find('/') != name.npos || std::filesystem::exists(name, none);
  if (path || pretrained::find(name)) return;
  std::vector<std::string> known, of_network;
  for (const pretrained::Entry& e : pretrained::entries()) {
    if (e.task != pretrained::kImages) continue;
    known.push_back(e.name);
    if (e.architecture == name) of_network.push_back(e.name);
  }
  HEARTH_CHECK_AS(hearth::ValueError, !is_network(name), "[", name,
                  "] is a network without weights: give --weights FILE",
                  of_network.empty() ? "" : ", or take " + joined(of_network, ", "));
  for (std::string& network : vision::models::list_models()) known.push_back(std::move(network));
  throw hearth::ValueError("[" + shortened(name, 60) + "] is no pretrained model, file or folder" +
                           did_you_mean(name, known) +
                           "; the command models lists those that there are, ORG/NAME is a "
                           "repository of the hub");
}

}  // namespace

void ModelChoice::declare(OptionList& options) {
  options.add("--model", model, kModelHelp).value("MODEL");
  options.add("--weights", weights, kWeightsHelp).value("PATH");
}

vision::Classifier ModelChoice::open() const {
  if (!model && !weights)
    throw UsageError("which model? Give --weights, what a training left, or --model, a name");
  if (model && weights && is_network(*model)) {
    auto classifier = open_foreign(*model, *weights);
    const std::string& held = classifier.spec().model;
    HEARTH_CHECK_AS(hearth::ValueError, held == *model, "[", *weights, "] holds weights of ", held,
                    ", not of ", *model, "; leave out --model");
    return classifier;
  }
  if (model) check_model(*model);
  vision::PretrainedOptions options;
  if (model && weights) options.weights(folder_of_checkpoint(*weights));
  return pretrained::image_classifier(folder_of_checkpoint(name()), options);
}

vision::Classifier open_trained(const std::string& network,
                                const std::optional<std::string>& weights) {
  if (weights) return open_foreign(network, *weights);
  return pretrained::image_classifier(pretrained::find_weights(network, "DEFAULT"));
}
