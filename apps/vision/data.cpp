// SPDX-License-Identifier: Apache-2.0
#include "vision/data.h"

#include <algorithm>

#include <fmt/format.h>

#include "hearth/base/error.h"
#include "hearth/vision/classification/picture_source.h"

#include "common/text.h"
#include "common/utf8.h"

namespace datasets = hearth::datasets;

namespace {

/// What is wrong with a data set's name; empty if nothing.
std::string wrong_data(const std::string& name) {
  const auto names = datasets::picture_dataset_names();
  if (datasets::is_picture_path(name) || std::find(names.begin(), names.end(), name) != names.end())
    return "";
  return "there is no " + shortened(name, 60) + did_you_mean(name, names) +
         "; expected a folder, a list (.csv, .tsv), tar archives or one of the data sets " +
         joined(names, ", ");
}

}  // namespace

namespace {

constexpr char kHelp[] =
    "A folder with one of pictures for each class, or with train/ and val/ of such; a list (.csv, "
    ".tsv) of files and classes; tar archives; or a data set by name (the command datasets lists "
    "them)";

}  // namespace

void DataChoice::declare(OptionList& options, const char* fallback) {
  data = fallback;
  Option option = options.add("--data", data, kHelp).alias("--dataset").value("DATA");
  option.check(wrong_data);
  if (data.empty()) option.required();
  declare_broken(options);
}

void DataChoice::declare_positional(OptionList& options) {
  options.add("data", data, kHelp).required().check(wrong_data);
  declare_broken(options);
}

void DataChoice::declare_broken(OptionList& options) {
  options.flag("--skip-broken", skip_broken, "Leave out pictures that cannot be read");
  options.flag("--yes", yes, "Download the data set even if it is larger than 1 GB");
}

datasets::PictureOptions DataChoice::options() const {
  using hearth::data::readers::Broken;
  check_download();
  return datasets::PictureOptions()
      .download(!is_path())
      .broken(skip_broken ? Broken::Skip : Broken::Error);
}

std::string DataChoice::hint(const std::string& error) const {
  if (skip_broken || error.find("[decode_") == error.npos) return "";
  return "--skip-broken leaves out pictures that cannot be read.";
}

void DataChoice::check_download() const {
  constexpr double kLargest = 1000;  // megabytes
  if (yes || is_path() || datasets::is_picture_dataset_present(data)) return;
  for (const datasets::PictureDatasetInfo& info : datasets::picture_datasets())
    if (info.name == data && info.megabytes > kLargest)
      throw UsageError(fmt::format(
          "{} is not here, and {} to download; add --yes to fetch it now, or run: hearth-vision "
          "datasets download {}",
          data, size_of_download(info.megabytes), data));
}

std::shared_ptr<hearth::vision::PictureSource> DataChoice::open(datasets::Mode mode) const {
  auto source = datasets::pictures(data, mode, options());
  check_classes(data, source->classes());
  return source;
}

std::string size_of_download(double megabytes) {
  if (megabytes == 0) return "";
  return megabytes < 1000 ? fmt::format("{:.0f} MB", megabytes)
                          : fmt::format("{:.1f} GB", megabytes / 1000);
}

void check_classes(const std::string& data, const std::vector<std::string>& classes) {
  HEARTH_CHECK_AS(hearth::ValueError, classes.size() > 1, "[", data,
                  "] expected two classes or "
                  "more to tell apart, got ",
                  classes.empty() ? std::string("none") : "only " + classes[0]);
  check_class_names(data, classes);
}
