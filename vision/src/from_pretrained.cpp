// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/from_pretrained.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "hearth/base/progress.h"
#include "hearth/hub/model_files.h"

namespace hearth::vision {
namespace {

using data::readers::JsonValue;
using Kind = JsonValue::Kind;

/// Height and width, of 224, [224, 224] or {"height": 224, "width": 224}.
void read_size(const JsonValue& size, models::ImageShape& shape) {
  if (size.kind() == Kind::Array) {
    shape.height = size.at(0).integer();
    shape.width = size.at(size.size() - 1).integer();
  } else if (size.kind() == Kind::Object) {
    shape.height = size.at("height").integer();
    shape.width = size.at("width").integer();
  } else {
    shape.height = shape.width = size.integer();
  }
}

ClassifierSpec spec_of(const hub::ModelFiles& files) {
  const hub::ModelSettings settings(files);
  const std::string& path = settings.path();
  ClassifierSpec spec;
  spec.model = settings.architecture(models::list_models());
  if (const auto dataset = settings.find({"dataset"})) spec.dataset = dataset->string();
  spec.classes = settings.classes();

  if (const auto whole = settings.find({"input_size"})) {  // timm's [C, H, W]
    spec.shape.channels = whole->at(0).integer();
    spec.shape.height = whole->at(1).integer();
    spec.shape.width = whole->at(2).integer();
  } else {
    const auto size = settings.find({"image_size", "crop_size"});
    HEARTH_CHECK_AS(FormatError, size, "[", path,
                    "] names no size of images: expected \"image_size\", such as [224, 224]");
    read_size(*size, spec.shape);
    const auto channels = settings.find({"num_channels"});
    spec.shape.channels = channels ? channels->integer() : 3;
  }
  const auto mean = settings.find({"image_mean", "mean"}),
             stddev = settings.find({"image_std", "std"});
  HEARTH_CHECK_AS(FormatError, mean && stddev, "[", path,
                  "] names no normalization: expected \"image_mean\" and \"image_std\" there or in "
                  "preprocessor_config.json");
  spec.mean = mean->numbers();
  spec.stddev = stddev->numbers();

  if (const auto resize = settings.find({"resize_size"})) {
    spec.resize_size = resize->integer();
  } else if (const auto share = settings.find({"crop_pct"})) {
    // As timm: the square that is cut out is this share of the picture's shorter side.
    HEARTH_CHECK_AS(FormatError, share->number() > 0 && share->number() <= 1, "[", path,
                    "] \"crop_pct\" is ", share->number(), ", expected 0 to 1");
    spec.resize_size = static_cast<int64_t>(std::floor(
        static_cast<double>(std::min(spec.shape.height, spec.shape.width)) / share->number()));
  } else if (const auto size = settings.find({"size"});
             size && size->kind() == Kind::Object && size->contains("shortest_edge")) {
    spec.resize_size = size->at("shortest_edge").integer();
  }
  if (const auto kind = settings.find({"interpolation", "resample"});
      kind && kind->dump() != "\"bilinear\"" && kind->dump() != "2")
    Progress::print(cat_str("[", path, "] wants pictures scaled by interpolation ", kind->dump(),
                            "; they are scaled bilinearly, which changes results a little"));
  return spec;
}

}  // namespace

Classifier from_pretrained(const std::string& name_or_path, const PretrainedOptions& options) {
  return hub::open_model<Classifier>(name_or_path, options, spec_of);
}

void save_pretrained(const Classifier& classifier, const std::string& folder) {
  const ClassifierSpec& spec = classifier.spec();
  nlohmann::ordered_json config{{"model_type", spec.model},
                                {"dataset", spec.dataset},
                                {"num_channels", spec.shape.channels},
                                {"image_size", {spec.shape.height, spec.shape.width}},
                                {"resize_size", spec.resize_size},
                                {"small_stem", spec.small_stem},
                                {"image_mean", spec.mean},
                                {"image_std", spec.stddev},
                                {"id2label", nlohmann::ordered_json::object()}};
  for (size_t i = 0; i < spec.classes.size(); ++i)
    config["id2label"][std::to_string(i)] = spec.classes[i];
  hub::save_model_files(folder,
                        config.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
                        [&](const std::string& path) { classifier.save(path); });
}

}  // namespace hearth::vision
