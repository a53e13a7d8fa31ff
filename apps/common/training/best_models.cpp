// SPDX-License-Identifier: Apache-2.0
#include "common/training/best_models.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "hearth/base/error.h"
#include "hearth/io/archive.h"
#include "hearth/train/engine.h"

namespace fs = std::filesystem;

std::string BestModels::path(const Kept& kept) const {
  return fmt::format("{}/best/epoch-{}.safetensors", folder_, kept.epoch);
}

void BestModels::on_validation_end(hearth::train::Engine& engine) {
  if (engine.sanity_checking()) return;
  const Kept now{engine.current_epoch() + 1, engine.metric("val_accuracy")};
  const auto place =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) { return now.score > k.score; });
  if (place == kept_.end() && kept_.size() >= count_) return;
  std::error_code error;
  fs::create_directories(folder_ + "/best", error);
  HEARTH_CHECK_AS(hearth::FileError, !error, "[", folder_,
                  "/best] cannot be made: ", error.message());
  save_(path(now));
  kept_.insert(place, now);
  while (kept_.size() > count_) {
    fs::remove(path(kept_.back()), error);
    kept_.pop_back();
  }
}

void BestModels::save(hearth::serialize::OutputArchive& archive) const {
  archive.write("count", static_cast<int64_t>(kept_.size()));
  for (size_t i = 0; i < kept_.size(); ++i) {
    archive.write(fmt::format("epoch{}", i), kept_[i].epoch);
    archive.write(fmt::format("score{}", i), kept_[i].score);
  }
}

void BestModels::load(hearth::serialize::InputArchive& archive) {
  int64_t count = 0;
  archive.read("count", count);
  HEARTH_CHECK_AS(hearth::FormatError, count >= 0 && count <= 100'000, "[", archive.source(),
                  "] expected the number of best models, got ", count);
  kept_.assign(static_cast<size_t>(count), {});
  for (size_t i = 0; i < kept_.size(); ++i) {
    archive.read(fmt::format("epoch{}", i), kept_[i].epoch);
    archive.read(fmt::format("score{}", i), kept_[i].score);
  }
}
