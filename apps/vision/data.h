// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/datasets/vision/by_name.h"

#include "common/text.h"

inline constexpr char kDataHelp[] =
    "A data set by name (digits, emnist, fashion-mnist, kmnist, mnist), or a folder with one of "
    "images for each class, or with train/ and val/ of such";

/// What is wrong with a data set's name; empty if nothing.
inline std::string wrong_data(const std::string& name) {
  const auto names = hearth::datasets::labeled_images_names();
  if (hearth::datasets::is_picture_path(name)) return "";
  for (const std::string& known : names)
    if (name == known) return "";
  return "expected " + joined(names, ", ") + " or a folder, got " + shortened(name, 60) +
         did_you_mean(name, names);
}
