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

/// The network's published weights, the best of several; null for none.
const pretrained::Entry* published(const std::string& network) {
  for (const pretrained::Entry& e : pretrained::entries())
    if (e.task == pretrained::kImages && e.architecture == network && e.is_default) return &e;
  return nullptr;
}

/// How many classes the file's last layer tells apart; nothing if it has other names.
std::optional<int64_t> classes_of(const hearth::TensorFile& file, const std::string& network) {
  const auto heads = vision::models::create_model(network)->heads();
  const std::string weight = heads.empty() ? "" : heads[0] + ".weight";
  if (!file.contains(weight)) return std::nullopt;
  return file.sizes(weight)[0];
}

/// A foreign file of a network's weights: what it doesn't say is as the published weights have it.
vision::Classifier open_foreign(const std::string& network, const std::string& weights) {
  const std::string path = folder_of_checkpoint(weights);
  const hearth::TensorFile file = vision::open_weights(path);
  namespace fs = std::filesystem;
  const fs::path folder = fs::is_directory(path) ? fs::path(path) : fs::path(path).parent_path();
  if (vision::Classifier::describes_itself(file) || fs::exists(folder / "config.json"))
    return vision::from_pretrained(path);
  const pretrained::Entry* entry = published(network);
  vision::ClassifierSpec spec;
  spec.model = network;
  spec.dataset = weights;
  spec.shape = {3, 224, 224};
  spec.resize_size = 256;
  spec.mean = {0.485, 0.456, 0.406};
  spec.stddev = {0.229, 0.224, 0.225};
  const int64_t classes = classes_of(file, network).value_or(1000);
  if (entry) {
    if (classes == static_cast<int64_t>(entry->categories->size()))
      return pretrained::image_classifier(*entry, vision::PretrainedOptions().weights(path));
    spec.shape = {entry->channels, entry->height, entry->width};
    spec.resize_size = entry->resize_size;
    spec.mean = entry->mean;
    spec.stddev = entry->stddev;
  }
  note(fmt::format("{} doesn't name its {} classes: they are called by their numbers", weights,
                   classes));
  for (int64_t i = 0; i < classes; ++i) spec.classes.push_back(std::to_string(i));
  return vision::Classifier(std::move(spec), file);
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
  if (model && weights && is_network(*model)) return open_foreign(*model, *weights);
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
