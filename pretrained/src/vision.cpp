// SPDX-License-Identifier: Apache-2.0
#include "hearth/pretrained/vision.h"

#include "open.h"

namespace hearth::pretrained {
namespace {

vision::ClassifierSpec spec_of(const Entry& e) {
  vision::ClassifierSpec spec;
  spec.model = e.architecture;
  spec.dataset = e.dataset;
  spec.classes = *e.categories;
  spec.shape = {e.channels, e.height, e.width};
  spec.resize_size = e.resize_size;
  spec.mean = e.mean;
  spec.stddev = e.stddev;
  return spec;
}

}  // namespace

vision::Classifier image_classifier(const Entry& entry, const vision::PretrainedOptions& options) {
  if (options.weights().empty()) return vision::Classifier(spec_of(entry), weights_of(entry));
  return vision::Classifier(spec_of(entry), vision::open_weights(options.weights()));
}

vision::Classifier image_classifier(const std::string& name_or_path,
                                    const vision::PretrainedOptions& options) {
  const Entry* entry = entry_of(name_or_path, kImages, vision::models::list_models());
  return entry ? image_classifier(*entry, options) : vision::from_pretrained(name_or_path, options);
}

}  // namespace hearth::pretrained
