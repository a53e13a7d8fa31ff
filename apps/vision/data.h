// SPDX-License-Identifier: Apache-2.0
// The pictures that commands learn from and test with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/datasets/vision/by_name.h"

#include "common/options.h"

/// --data and what goes with it.
struct DataChoice {
  std::string data;
  bool skip_broken = false;
  bool yes = false;

  /// `fallback` is what is taken if nobody says otherwise; empty: it must be said.
  void declare(OptionList& options, const char* fallback = "");
  /// The same as an argument without a name.
  void declare_positional(OptionList& options);
  bool is_path() const { return hearth::datasets::is_picture_path(data); }
  /// Throws FileError and FormatError, and ValueError where there are fewer than two classes.
  std::shared_ptr<hearth::vision::PictureSource> open(hearth::datasets::Mode mode) const;
  /// Throws UsageError for a data set of more than a gigabyte that would have to be downloaded,
  /// unless the user said yes.
  hearth::datasets::PictureOptions options() const;
  /// What helps against an error in a picture; empty for others.
  std::string hint(const std::string& error) const;

 private:
  void declare_broken(OptionList& options);
  void check_download() const;
};

/// "340 MB" or "2.6 GB"; empty for nothing.
std::string size_of_download(double megabytes);

/// Throws ValueError for one class, or none.
void check_classes(const std::string& data, const std::vector<std::string>& classes);
