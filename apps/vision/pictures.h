// SPDX-License-Identifier: Apache-2.0
// Pictures that commands are given, read and brought into a model's form.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hearth/vision/classification/classifier.h"

#include "common/inputs.h"
#include "common/options.h"

inline constexpr char kPicturesHelp[] =
    "Pictures of any size, folders, patterns, @list, or - for stdin";

/// --crop and --invert.
struct FitChoice {
  std::string crop = "auto", invert = "auto";

  void declare(OptionList& options);
  hearth::vision::FitOptions options() const;
};

/// find_inputs of picture files.
std::vector<Input> find_pictures(const std::vector<std::string>& arguments);

/// A decoded picture, uint8 [C, H, W], upright; "-" is stdin. Throws FileError and FormatError.
hearth::Tensor read_picture(const std::string& path);

/// A picture as it was, and as a model sees it.
struct FittedPicture {
  hearth::Tensor picture;  ///< undefined if it cannot be read
  hearth::Tensor input;    ///< uint8, in the model's size
  hearth::vision::Fitted done;
  std::string error;
};

/// Reads pictures, by all threads.
std::vector<FittedPicture> read_fitted(const hearth::vision::Classifier& classifier,
                                       const std::vector<std::string>& paths,
                                       const hearth::vision::FitOptions& options);

/// A class and its probability.
struct Prediction {
  int64_t index = 0;
  std::string label;
  float score = 0;
};

/// The most probable classes of float [classes], the first ones of equals first.
std::vector<Prediction> best_classes(const hearth::Tensor& probabilities,
                                     const std::vector<std::string>& classes, int64_t count);
