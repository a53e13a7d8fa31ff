// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/datasets/vision/by_name.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "vision/data.h"

namespace {

namespace datasets = hearth::datasets;

/// What is wrong with a data set's name; empty if nothing.
std::string wrong_name(const std::string& name) {
  const auto known = datasets::picture_dataset_names();
  if (std::find(known.begin(), known.end(), name) != known.end()) return "";
  return "expected " + joined(known, ", ") + ", got " + shortened(name, 60) +
         did_you_mean(name, known);
}

class Datasets final : public Command {
 public:
  const char* name() const override { return "datasets"; }
  const char* summary() const override { return "List, download and verify data sets"; }
  std::vector<std::string> examples() const override {
    return {"datasets list", "datasets download cifar10 oxford-iiit-pet",
            "datasets verify cifar10 --root data"};
  }
  unsigned common() const override { return kJson; }
  void declare(OptionList& options) override {
    options.add("action", action_, "What to do").one_of({"list", "download", "verify"}).required();
    options.add("names", names_, "Which data sets; all if none is named").check(wrong_name);
    options.add("--root", root_, "Their folder, instead of one each in the cache").value("FOLDER");
  }
  int run() override;

 private:
  std::string action_;
  std::vector<std::string> names_;
  std::string root_;
};

/// "here", "unpacked", "missing" or, if it is to be verified, "damaged".
std::string state_of(const datasets::PictureDatasetFile& file, bool verify) {
  std::error_code error;
  if (!std::filesystem::exists(file.path, error)) return file.unpacked ? "unpacked" : "missing";
  if (!verify || file.file.checksum.empty()) return "here";
  const hearth::hub::Checksum& wanted = file.file.checksum;
  return wanted.fits(hearth::hub::hash_of_file(file.path, wanted.hash)) ? "here" : "damaged";
}

std::string pictures_of(const datasets::PictureDatasetInfo& info) {
  return info.test == 0 ? std::to_string(info.train)
                        : fmt::format("{} + {}", info.train, info.test);
}

int Datasets::run() {
  if (names_.empty()) {
    if (action_ == "download")
      throw UsageError("name the data sets to download: " +
                       joined(datasets::picture_dataset_names(), ", "));
    names_ = datasets::picture_dataset_names();
  }
  if (action_ == "list")
    fmt::print(text(), "{:<16}{:<14}{:>17}{:>9}{:>9}  {:<38} {}\n", "name", "state", "train + test",
               "classes", "size", "what", "licence");
  nlohmann::ordered_json report = nlohmann::ordered_json::array();
  bool failed = false;
  for (const std::string& name : names_) {
    if (action_ == "download") datasets::download_picture_dataset(name, root_);
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    int64_t missing = 0;
    for (const auto& file : datasets::picture_dataset_files(name, root_)) {
      const std::string state = state_of(file, action_ == "verify");
      missing += state == "missing";
      files.push_back({{"name", file.file.name}, {"path", file.path}, {"state", state}});
      if (state != "damaged") continue;
      failed = true;
      complain(fmt::format("{}: {} is not what it was: remove it, and download it again", program(),
                           file.path));
    }
    const datasets::PictureDatasetInfo& info =
        *std::find_if(datasets::picture_datasets().begin(), datasets::picture_datasets().end(),
                      [&](const datasets::PictureDatasetInfo& one) { return one.name == name; });
    const bool present = datasets::is_picture_dataset_present(name, root_);
    const std::string state = info.in_memory && files.empty() ? "built in"
                              : present                       ? "here"
                              : missing == 0 || missing == static_cast<int64_t>(files.size())
                                  ? "missing"
                                  : fmt::format("{} missing", counted(missing, "file"));
    if (action_ == "list") {
      fmt::print(text(), "{:<16}{:<14}{:>17}{:>9}{:>9}  {:<38} {}\n", name, state,
                 pictures_of(info), info.classes, size_of_download(info.megabytes), info.about,
                 info.licence);
    } else {
      fmt::print(text(), "{:<16}{}\n", name, state);
      for (const auto& file : files)
        fmt::print(text(), "  {:<9} {}\n", file["state"].get<std::string>(),
                   file["path"].get<std::string>());
    }
    report.push_back({{"name", name},
                      {"state", state},
                      {"train", info.train},
                      {"test", info.test},
                      {"classes", info.classes},
                      {"megabytes", info.megabytes},
                      {"about", info.about},
                      {"licence", info.licence},
                      {"files", files}});
  }
  if (json()) print_json({{"datasets", report}});
  return failed ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> datasets_command() { return std::make_unique<Datasets>(); }
