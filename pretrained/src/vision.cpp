// SPDX-License-Identifier: Apache-2.0
#include "hearth/pretrained/vision.h"

#include <algorithm>
#include <filesystem>

#include "hearth/base/progress.h"
#include "hearth/hub/download.h"
#include "hearth/hub/environment.h"
#include "hearth/io/tensor_file.h"

#include "embedded.h"

namespace hearth::pretrained {
namespace {

vision::ClassifierSpec spec_of(const Entry& e) {
  vision::ClassifierSpec spec;
  spec.model = e.architecture;
  spec.dataset = e.dataset;
  spec.classes = e.categories;
  spec.shape = {e.channels, e.height, e.width};
  spec.resize_size = e.resize_size;
  spec.mean = e.mean;
  spec.stddev = e.stddev;
  return spec;
}

bool exists(const std::string& path) {
  std::error_code none;
  return std::filesystem::exists(path, none);
}

/// The path of an entry's weights on this machine.
std::string fetch(const Entry& e) {
  const std::string name = e.source.substr(e.source.rfind('/') + 1);
  if (!exists(hub::torch_checkpoints() + "/" + name) &&
      !exists(hub::home() + "/checkpoints/" + name))
    Progress::print(describe(e));
  return hub::torch_weights(e.source);
}

TensorFile weights_of(const Entry& e) {
  if (!e.built_in()) return TensorFile(fetch(e));
  const std::string name = e.name + "/model.safetensors";
  const std::string_view bytes = embedded_file(name);
  return TensorFile(bytes.data(), bytes.size(), name);
}

}  // namespace

vision::Classifier image_classifier(const Entry& entry, const vision::PretrainedOptions& options) {
  if (options.weights().empty()) return vision::Classifier(spec_of(entry), weights_of(entry));
  return vision::Classifier(spec_of(entry), vision::open_weights(options.weights()));
}

vision::Classifier image_classifier(const std::string& name_or_path,
                                    const vision::PretrainedOptions& options) {
  const Entry* entry = find(name_or_path);
  if (entry && !exists(name_or_path)) return image_classifier(*entry, options);
  const auto architectures = vision::models::classifier_names();
  const bool bare =
      std::find(architectures.begin(), architectures.end(), name_or_path) != architectures.end();
  if (!exists(name_or_path) && name_or_path.find('/') == name_or_path.npos) {
    std::string known;
    for (const Entry& e : entries()) known += (known.empty() ? "" : ", ") + e.name;
    throw ValueError(
        cat_str("[", name_or_path, "] is ",
                bare ? "an architecture without weights" : "no pretrained model, file or folder",
                "; expected ", known, ", a file, a folder, or a repository of the hub (ORG/NAME)"));
  }
  return vision::from_pretrained(name_or_path, options);
}

}  // namespace hearth::pretrained
