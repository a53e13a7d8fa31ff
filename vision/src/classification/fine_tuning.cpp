// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/fine_tuning.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"

namespace hearth::vision {
namespace {

/// Parts of a model that are sequences of stages.
bool is_sequence(const std::string& path) {
  for (const char* name :
       {"features", "encoder", "encoder.layers", "trunk_output", "blocks", "layers", "_blocks"})
    if (path == name) return true;
  return false;
}

/// The stage of a parameter: the path of its module, cut off behind the first part that is no
/// sequence of stages.
std::string stage_of(const std::string& parameter) {
  for (size_t dot = parameter.find('.'); dot != parameter.npos; dot = parameter.find('.', dot + 1))
    if (!is_sequence(parameter.substr(0, dot))) return parameter.substr(0, dot);
  return parameter;  // one of the model itself, such as a class token
}

bool is_within(const std::string& path, const std::string& module) {
  return path == module || path.starts_with(module + ".");
}

bool is_of_head(const models::ImageClassifierImpl& model, const std::string& parameter) {
  for (const std::string& head : model.heads())
    if (is_within(parameter, head)) return true;
  return false;
}

bool is_spared(const std::string& name, const Tensor& parameter) {
  return parameter.dim() <= 1 || name.ends_with("class_token") || name.ends_with("pos_embedding") ||
         name.ends_with("relative_position_bias_table");
}

}  // namespace

Classifier with_classes(const Classifier& trained, ClassifierSpec spec) {
  const ClassifierSpec& own = trained.spec();
  HEARTH_CHECK_AS(ValueError,
                  spec.model == own.model && spec.shape.channels == own.shape.channels &&
                      spec.small_stem == own.small_stem,
                  "[with_classes] expected ", own.model, " for images of ", own.shape.channels,
                  " channels, got ", spec.model, " for ", spec.shape.channels,
                  "; or the stems differ");
  const bool same = spec.classes == own.classes;
  Classifier classifier(std::move(spec));
  const NoGradGuard no_grad;
  const auto from = trained.model().state_dict();
  for (auto& item : classifier.model().state_dict()) {
    if (!same && is_of_head(classifier.model(), item.key())) continue;
    const Tensor* weights = from.find(item.key());
    HEARTH_CHECK_AS(ValueError, weights && weights->sizes() == item.value().sizes(),
                    "[with_classes] ", item.key(), " of the trained ", own.model,
                    " does not fit images of ", classifier.spec().shape.height, " x ",
                    classifier.spec().shape.width, "; it was made for ", own.shape.height, " x ",
                    own.shape.width);
    item.value().copy_(*weights);
  }
  return classifier;
}

std::vector<std::string> stages_of(const models::ImageClassifierImpl& model) {
  std::vector<std::string> stages;
  for (const auto& item : model.named_parameters()) {
    const std::string stage = stage_of(item.key());
    if (std::find(stages.begin(), stages.end(), stage) == stages.end()) stages.push_back(stage);
  }
  return stages;
}

void freeze(models::ImageClassifierImpl& model, const std::string& stage) {
  const auto stages = stages_of(model);
  const auto last = std::find(stages.begin(), stages.end(), stage);
  const bool backbone = stage == "backbone";
  if (!stage.empty() && !backbone && last == stages.end()) {
    std::string names;
    for (const std::string& s : stages) names += ", " + s;
    throw ValueError(cat_str("[freeze] there is no stage '", stage, "'; expected backbone", names));
  }
  for (auto& item : model.named_parameters()) {
    const bool of_stage =
        last != stages.end() && std::find(stages.begin(), last, stage_of(item.key())) != last;
    const bool frozen = backbone
                            ? !is_of_head(model, item.key())
                            : of_stage || (last != stages.end() && stage_of(item.key()) == stage);
    item.value().requires_grad_(!frozen);
  }
}

std::vector<train::ParameterGroup> parameter_groups(const models::ImageClassifierImpl& model,
                                                    const GroupOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.layer_decay > 0 && options.layer_decay <= 1,
                  "[parameter_groups] expected a layer_decay above 0 and up to 1, got ",
                  options.layer_decay);
  const auto stages = stages_of(model);
  std::map<std::pair<double, bool>, train::ParameterGroup> groups;
  for (const auto& item : model.named_parameters()) {
    const auto place = std::find(stages.begin(), stages.end(), stage_of(item.key()));
    const auto above = static_cast<double>(stages.end() - place - 1);
    const double factor = is_of_head(model, item.key()) ? 1 : std::pow(options.layer_decay, above);
    const bool spared = options.spare_norms_and_biases && is_spared(item.key(), item.value());
    train::ParameterGroup& group = groups[{-factor, spared}];  // the fastest first
    group.lr_factor = factor;
    if (spared) group.weight_decay = 0;
    group.parameters.push_back(item.value());
  }
  std::vector<train::ParameterGroup> all;
  for (auto& [key, group] : groups) all.push_back(std::move(group));
  return all;
}

}  // namespace hearth::vision
