// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/base/progress.h"
#include "hearth/datasets/vision/picture_dataset.h"

namespace hearth::datasets {

/// Pictures as lists and archives name them.
struct Named {
  std::vector<std::string> names, labels;
  /// The part that each is of; empty, or an empty name, where nothing says that.
  std::vector<std::string> parts;
};

/// Those of them that are wanted.
struct Chosen {
  std::vector<std::string> classes;
  std::vector<size_t> rows;
  std::vector<int64_t> targets;
};

/// Numbers the classes, and takes the part that mode and options want. `origin` is named in errors:
/// FormatError for a label that is no class, FileError for a part that there is not.
Chosen choose(const std::string& origin, const Named& all, Mode mode,
              const PictureOptions& options);

/// The name of the part for testing among those there are; "" if none is.
std::string test_part(const std::vector<std::string>& parts);

/// What lists and archives have that is of no use: an error, or counted and told at the end.
class Refusals {
 public:
  Refusals(std::string origin, data::readers::Broken policy)
      : origin_(std::move(origin)), policy_(policy) {}
  /// Throws FormatError, unless it is to be skipped.
  void add(const std::string& place, const std::string& why);
  void count(int64_t more) { count_ += more; }
  void tell() const;

 private:
  std::string origin_, first_;
  data::readers::Broken policy_;
  int64_t count_ = 0;
};

}  // namespace hearth::datasets
