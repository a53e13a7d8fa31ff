// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/from_pretrained.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <nlohmann/json.hpp>

#include "hearth/base/progress.h"
#include "hearth/hub/model_files.h"

#include "weights/model_config.h"

namespace hearth::vision {
namespace {

ClassifierSpec spec_of(const hub::ModelFiles& files) {
  const hub::ModelSettings settings(files);
  ClassifierSpec spec;
  weights::read_architecture(settings, spec);
  if (const auto dataset = settings.find({"dataset"})) spec.dataset = dataset->string();
  spec.classes = settings.classes();
  weights::read_preprocessing(settings, spec);
  return spec;
}

std::vector<std::string> numbered(int64_t n) {
  HEARTH_CHECK_AS(ValueError, n >= 1 && n <= 100'000,
                  "[from_pretrained] expected a class or more, got ", n);
  std::vector<std::string> names;
  for (int64_t i = 0; i < n; ++i) names.push_back(std::to_string(i));
  return names;
}

/// One number for all channels where there will be others.
void spread(std::vector<double>& numbers, int64_t channels) {
  const double mean =
      std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
  numbers.assign(static_cast<size_t>(channels), mean);
}

bool is_architecture(const std::string& name) {
  const auto known = models::list_models();
  return std::find(known.begin(), known.end(), name) != known.end();
}

}  // namespace

Classifier fit_classifier(ClassifierSpec spec, const TensorFile& file,
                          const PretrainedOptions& options) {
  models::LoadWeightsOptions fitting;
  const size_t before = spec.classes.size();
  std::vector<std::string> classes = options.classes();
  if (classes.empty() && options.num_classes()) classes = numbered(*options.num_classes());
  if (!classes.empty() && classes != spec.classes) {
    spec.classes = std::move(classes);
    fitting.fresh_head(true);
  }
  if (const auto channels = options.in_channels(); channels && *channels != spec.shape.channels) {
    HEARTH_CHECK_AS(ValueError, *channels >= 1 && *channels <= 1024,
                    "[from_pretrained] expected 1 to 1024 in_channels, got ", *channels);
    spec.shape.channels = *channels;
    spread(spec.mean, *channels);
    spread(spec.stddev, *channels);
    fitting.adapt_input(true);
  }
  if (const auto size = options.image_size();
      size && *size != Size{spec.shape.height, spec.shape.width}) {
    const int64_t shorter = std::min(spec.shape.height, spec.shape.width);
    spec.shape.height = size->height;
    spec.shape.width = size->width;
    // What is cut out stays the same share of the picture.
    if (spec.resize_size > 0)
      spec.resize_size = std::max({spec.resize_size * std::max(size->height, size->width) / shorter,
                                   size->height, size->width});
    fitting.adapt_positions(true);
  }
  const std::string model = spec.model;
  Classifier classifier(std::move(spec), file, fitting);
  if (fitting.fresh_head()) {
    std::string heads;
    for (const std::string& head : classifier.model().heads())
      heads += (heads.empty() ? "" : ", ") + head;
    Progress::print(cat_str("[", model, "] ", heads, " has fresh weights for ",
                            classifier.spec().classes.size(), " classes; those of ", file.source(),
                            " are for ", before, ". Train it before use."));
  }
  return classifier;
}

ClassifierSpec photograph_spec(const std::string& architecture, int64_t num_classes) {
  ClassifierSpec spec;
  spec.model = architecture;
  spec.classes = numbered(num_classes);
  const models::ModelInfo info = models::model_info(architecture);
  spec.shape = {3, info.image_size, info.image_size};
  spec.resize_size = info.resize_size;
  spec.mean = {0.485, 0.456, 0.406};
  spec.stddev = {0.229, 0.224, 0.225};
  return spec;
}

void read_conventions(const TensorFile& weights, ClassifierSpec& spec) {
  weights::read_architecture(weights, spec);
}

Classifier from_pretrained(const std::string& name_or_path, const PretrainedOptions& options) {
  const bool others = !options.weights().empty();
  if (others && is_architecture(name_or_path)) {
    const TensorFile file = hub::open_weights(options.weights());
    if (Classifier::describes_itself(file))
      return fit_classifier(Classifier::spec_of(file), file, options);
    const int64_t classes = models::classes_of_weights(name_or_path, file).value_or(1000);
    ClassifierSpec spec = photograph_spec(name_or_path, classes);
    read_conventions(file, spec);
    return fit_classifier(std::move(spec), file, options);
  }
  const hub::ModelFiles files = hub::model_files(name_or_path, others, options.hub());
  std::optional<TensorFile> own;
  if (!files.weights.empty()) own.emplace(files.weights);
  ClassifierSpec spec =
      own && Classifier::describes_itself(*own) ? Classifier::spec_of(*own) : spec_of(files);
  if (others) own = hub::open_weights(options.weights());
  return fit_classifier(std::move(spec), *own, options);
}

void save_pretrained(const Classifier& classifier, const std::string& folder) {
  const ClassifierSpec& spec = classifier.spec();
  nlohmann::ordered_json config{{"model_type", spec.model},
                                {"dataset", spec.dataset},
                                {"num_channels", spec.shape.channels},
                                {"image_size", {spec.shape.height, spec.shape.width}},
                                {"resize_size", spec.resize_size},
                                {"stretch", spec.stretch},
                                {"interpolation", name_of(spec.interpolation)},
                                {"small_stem", spec.small_stem},
                                {"image_mean", spec.mean},
                                {"image_std", spec.stddev},
                                {"id2label", nlohmann::ordered_json::object()}};
  if (spec.norm_eps) config["norm_eps"] = *spec.norm_eps;
  if (spec.same_padding) config["same_padding"] = *spec.same_padding;
  for (size_t i = 0; i < spec.classes.size(); ++i)
    config["id2label"][std::to_string(i)] = spec.classes[i];
  hub::save_model_files(folder,
                        config.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
                        [&](const std::string& path) { classifier.save(path); });
}

}  // namespace hearth::vision
