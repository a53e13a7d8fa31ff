// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "weights/model_config.h"

namespace hearth::vision::weights {
namespace {

using data::readers::JsonValue;
using hub::ModelSettings;
using Kind = JsonValue::Kind;
using Mode = transforms::InterpolationMode;

bool is_set(const ModelSettings& settings, const char* name) {
  const auto value = settings.find({name});
  return value && value->boolean();
}

/// Height and width, of 224, [224, 224] or {"height": 224, "width": 224}.
void read_size(const JsonValue& size, models::ImageShape& shape) {
  if (size.kind() == Kind::Array) {
    shape.height = size.at(0).integer();
    shape.width = size.at(size.size() - 1).integer();
  } else if (size.kind() == Kind::Object && size.contains("shortest_edge")) {
    shape.height = shape.width = size.at("shortest_edge").integer();
  } else if (size.kind() == Kind::Object) {
    shape.height = size.at("height").integer();
    shape.width = size.at("width").integer();
  } else {
    shape.height = shape.width = size.integer();
  }
}

/// What transformers' processor makes of a picture: the whole of it in one size, or its middle.
void read_processor(const ModelSettings& settings, const JsonValue& size, ClassifierSpec& spec) {
  const auto share = settings.find({"crop_pct"});
  const auto crop = settings.find({"crop_size"});
  if (share) {  // ConvNextImageProcessor, which large pictures are not cropped by
    read_size(size, spec.shape);
    const int64_t edge = spec.shape.height;
    if (edge < 384)
      spec.resize_size = static_cast<int64_t>(static_cast<double>(edge) / share->number());
    spec.stretch = edge >= 384;
  } else if (size.kind() == Kind::Object && size.contains("shortest_edge")) {
    if (crop) read_size(*crop, spec.shape);
    spec.resize_size = size.at("shortest_edge").integer();
  } else if (crop && is_set(settings, "do_center_crop")) {
    models::ImageShape whole;
    read_size(size, whole);
    read_size(*crop, spec.shape);
    // Both edges get a size, so proportions are kept of squares only.
    spec.resize_size = std::min(whole.height, whole.width);
  } else {
    read_size(size, spec.shape);
    spec.stretch = true;
  }
}

Mode mode_of(const ModelSettings& settings, const JsonValue& mode) {
  if (mode.kind() == Kind::String)
    return mode.string() == "random" ? Mode::Bilinear : interpolation_mode(mode.string());
  // Pillow's numbers.
  constexpr Mode kModes[] = {Mode::Nearest, Mode::Lanczos, Mode::Bilinear,
                             Mode::Bicubic, Mode::Box,     Mode::Hamming};
  const int64_t number = mode.integer();
  HEARTH_CHECK_AS(FormatError, number >= 0 && number < static_cast<int64_t>(std::size(kModes)), "[",
                  settings.path(), "] has resample ", number, ", expected 0 to 5");
  return kModes[number];
}

}  // namespace

void read_preprocessing(const ModelSettings& settings, ClassifierSpec& spec) {
  const std::string& path = settings.path();
  if (const auto whole = settings.find({"input_size"})) {  // timm's [C, H, W]
    spec.shape.channels = whole->at(0).integer();
    spec.shape.height = whole->at(1).integer();
    spec.shape.width = whole->at(2).integer();
  } else {
    const auto size = settings.find({"image_size", "crop_size", "size"});
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
  // EfficientNet's processor maps pixels to [-1, 1] first, and divides twice.
  if (is_set(settings, "rescale_offset")) {
    for (double& m : spec.mean) m = (1 + m) / 2;
    for (double& s : spec.stddev) s /= 2;
  }
  if (is_set(settings, "include_top"))
    for (size_t i = 0; i < spec.stddev.size(); ++i) spec.stddev[i] *= stddev->numbers()[i];

  spec.stretch = is_set(settings, "stretch");
  const auto size = settings.find({"size"});
  if (const auto resize = settings.find({"resize_size"})) {
    spec.resize_size = resize->integer();
  } else if (size) {
    read_processor(settings, *size, spec);
  } else if (const auto share = settings.find({"crop_pct"})) {
    // As timm: the square that is cut out is this share of the picture's shorter side.
    HEARTH_CHECK_AS(FormatError, share->number() > 0 && share->number() <= 1, "[", path,
                    "] \"crop_pct\" is ", share->number(), ", expected 0 to 1");
    const auto mode = settings.find({"crop_mode"});
    spec.stretch = mode && mode->string() == "squash";
    if (!spec.stretch)
      spec.resize_size = static_cast<int64_t>(std::floor(
          static_cast<double>(std::min(spec.shape.height, spec.shape.width)) / share->number()));
  }
  if (const auto mode = settings.find({"interpolation", "resample"}))
    spec.interpolation = mode_of(settings, *mode);
}

}  // namespace hearth::vision::weights
