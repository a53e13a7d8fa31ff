// SPDX-License-Identifier: Apache-2.0
// Small pictures for tests of data sets.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/vision/classification/picture_source.h"
#include "hearth/vision/io/image.h"

#include "temporary.h"

namespace hearth::datasets {

/// A folder to put pictures in.
struct PictureTest : testing::Test {
  /// A picture of one shade, which tells it from others.
  void add(const std::string& name, int shade, int64_t height = 4, int64_t width = 4) {
    const std::string path = folder / name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    const Tensor picture = full({3, height, width}, shade, kByte);
    if (name.ends_with(".jpg")) {
      vision::io::write_jpeg(picture, path);
    } else {
      vision::io::write_png(picture, path);
    }
  }
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
    write_text(folder / name, text);
  }
  /// The bytes of a PNG of one shade.
  static std::string png(int shade) {
    const Tensor bytes = vision::io::encode_png(full({3, 4, 4}, shade, kByte));
    return {static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()};
  }
  /// The upper left sample of each picture.
  static std::vector<int> shades(const vision::PictureSource& source) {
    std::vector<int> all;
    for (size_t i = 0; i < source.size(); ++i)
      all.push_back(source.picture(i)[0][0][0].item<int>());
    return all;
  }
  static std::vector<int64_t> classes_of(const vision::PictureSource& source) {
    std::vector<int64_t> all;
    for (size_t i = 0; i < source.size(); ++i) all.push_back(source.target(i));
    return all;
  }
  TemporaryFolder folder;
};

}  // namespace hearth::datasets
