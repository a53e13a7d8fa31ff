// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/datasets/vision/by_name.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace datasets = hearth::datasets;
namespace fs = std::filesystem;

class Datasets final : public Command {
 public:
  const char* name() const override { return "datasets"; }
  const char* summary() const override { return "List, download and verify data sets"; }
  std::vector<std::string> examples() const override {
    return {"datasets list", "datasets download mnist kmnist", "datasets verify mnist"};
  }
  unsigned common() const override { return kJson; }
  void declare(OptionList& options) override {
    options.add("action", action_, "What to do").one_of({"list", "download", "verify"}).required();
    options.add("names", names_, "Which data sets; all if none is named")
        .check([](const std::string& name) {
          const auto known = datasets::labeled_images_names();
          return std::find(known.begin(), known.end(), name) != known.end()
                     ? std::string()
                     : "expected " + joined(known, ", ") + ", got " + shortened(name, 60) +
                           did_you_mean(name, known);
        });
  }
  int run() override;

 private:
  std::string action_;
  std::vector<std::string> names_;
};

/// "here", "missing" or "damaged".
std::string state_of(const std::string& folder, const hearth::hub::RemoteFile& file, bool verify) {
  const std::string path = folder + "/" + file.name;
  if (!fs::exists(path)) return "missing";
  if (!verify) return "here";
  return file.checksum.fits(hearth::hub::hash_of_file(path, file.checksum.hash)) ? "here"
                                                                                 : "damaged";
}

int Datasets::run() {
  if (names_.empty()) {
    if (action_ == "download")
      throw UsageError("name the data sets to download: " +
                       joined(datasets::labeled_images_names(), ", "));
    names_ = datasets::labeled_images_names();
  }
  nlohmann::ordered_json report = nlohmann::ordered_json::array();
  bool damaged = false;
  for (const std::string& name : names_) {
    const datasets::DatasetFiles what = datasets::dataset_files(name);
    size_t here = 0;
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    for (const hearth::hub::RemoteFile& file : what.files) {
      if (action_ == "download") hearth::hub::download(file, what.folder);
      const std::string state = state_of(what.folder, file, action_ == "verify");
      here += state == "here";
      damaged |= state == "damaged";
      files.push_back({{"name", file.name}, {"state", state}});
      if (state == "damaged")
        hearth::Progress::print(
            fmt::format("{}: {}/{} is not what it was: remove it, and download it again", program(),
                        what.folder, file.name));
    }
    const std::string place =
        what.files.empty() ? "part of this program"
        : here == what.files.size()
            ? what.folder
            : fmt::format("{} of {} in {}", here,
                          counted(static_cast<int64_t>(what.files.size()), "file"), what.folder);
    fmt::print(text(), "{:<14} {}\n", name, place);
    report.push_back({{"name", name}, {"folder", what.folder}, {"files", files}});
  }
  if (json()) print_json({{"datasets", report}});
  return damaged ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> datasets_command() { return std::make_unique<Datasets>(); }
