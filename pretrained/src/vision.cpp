// SPDX-License-Identifier: Apache-2.0
#include "hearth/pretrained/vision.h"

#include <algorithm>
#include <filesystem>

#include "hearth/base/progress.h"
#include "hearth/hub/model_files.h"
#include "hearth/nn/init.h"
#include "hearth/vision/models/load_weights.h"

#include "open.h"

namespace hearth::pretrained {
namespace {

namespace models = vision::models;

vision::ClassifierSpec spec_of(const Entry& e) {
  vision::ClassifierSpec spec;
  spec.model = e.architecture;
  spec.dataset = e.dataset;
  spec.classes = *e.categories;
  spec.shape = {e.channels, e.height, e.width};
  spec.resize_size = e.resize_size;
  spec.interpolation = vision::interpolation_mode(e.interpolation);
  spec.mean = e.mean;
  spec.stddev = e.stddev;
  return spec;
}

bool exists(const std::string& path) {
  std::error_code none;
  return std::filesystem::exists(path, none);
}

bool is_architecture(const std::string& name) {
  const auto known = models::list_models();
  return std::find(known.begin(), known.end(), name) != known.end();
}

/// The names of ImageNet's classes where a file tells as many apart.
void name_classes(vision::ClassifierSpec& spec) {
  for (const Entry& e : entries()) {
    if (e.dataset != "ImageNet-1K" || e.categories->size() != spec.classes.size()) continue;
    spec.classes = *e.categories;
    spec.dataset = e.dataset;
    return;
  }
}

/// A bare state dict of an architecture: photographs are as the best weights of it take them.
vision::Classifier from_state_dict(const std::string& architecture,
                                   const vision::PretrainedOptions& options) {
  const TensorFile file = vision::open_weights(options.weights());
  if (vision::Classifier::describes_itself(file))
    return vision::fit_classifier(vision::Classifier::spec_of(file), file, options);
  if (!hub::model_files(options.weights()).config.empty())
    return vision::from_pretrained(options.weights(),
                                   vision::PretrainedOptions(options).weights(""));
  const int64_t classes = models::classes_of_weights(architecture, file).value_or(1000);
  vision::ClassifierSpec spec = vision::photograph_spec(architecture, classes);
  for (const Entry& e : entries()) {
    if (e.architecture != architecture || !e.is_default) continue;
    const auto numbers = std::move(spec.classes);
    spec = spec_of(e);
    spec.dataset.clear();
    spec.classes = numbers;
  }
  name_classes(spec);
  vision::read_conventions(file, spec);
  return vision::fit_classifier(std::move(spec), file, options);
}

}  // namespace

vision::Classifier image_classifier(const Entry& entry, const vision::PretrainedOptions& options) {
  const TensorFile file =
      options.weights().empty() ? weights_of(entry) : vision::open_weights(options.weights());
  return vision::fit_classifier(spec_of(entry), file, options);
}

vision::Classifier image_classifier(const std::string& name_or_path,
                                    const vision::PretrainedOptions& options) {
  if (!options.weights().empty() && is_architecture(name_or_path) && !exists(name_or_path))
    return from_state_dict(name_or_path, options);
  const Entry* entry = entry_of(name_or_path, kImages, models::list_models());
  return entry ? image_classifier(*entry, options) : vision::from_pretrained(name_or_path, options);
}

std::shared_ptr<models::ImageClassifierImpl> create_model(const std::string& name,
                                                          const CreateModelOptions& options) {
  const std::string& weights = options.weights();
  models::ModelOptions network;
  network.in_channels(options.in_channels());
  if (weights.empty() || weights == "none") {
    network.num_classes(options.num_classes().value_or(1000));
    if (options.image_size()) network.image_size(*options.image_size());
    return models::create_model(name, network);
  }
  const Entry* entry = exists(weights) ? nullptr : &find_weights(name, weights);
  const TensorFile file = entry ? weights_of(*entry) : vision::open_weights(weights);
  const int64_t theirs = entry ? static_cast<int64_t>(entry->categories->size())
                               : models::classes_of_weights(name, file).value_or(1000);
  const int64_t classes = options.num_classes().value_or(theirs);
  network.num_classes(classes);
  if (entry) network.image_size({entry->height, entry->width});
  if (options.image_size()) network.image_size(*options.image_size());
  const auto fitting = models::LoadWeightsOptions()
                           .fresh_head(classes != theirs)
                           .adapt_input(true)
                           .adapt_positions(true);
  std::shared_ptr<models::ImageClassifierImpl> model;
  models::load_weights(
      file,
      [&](int64_t) -> models::ImageClassifierImpl& {
        std::optional<nn::init::SkipGuard> unset;
        if (classes == theirs) unset.emplace();
        model = models::create_model(name, network);
        return *model;
      },
      fitting);
  if (classes != theirs)
    Progress::print(cat_str("[", name, "] ", model->heads().front(), " has fresh weights for ",
                            classes, " classes; those of ", file.source(), " are for ", theirs,
                            ". Train it before use."));
  return model;
}

}  // namespace hearth::pretrained
