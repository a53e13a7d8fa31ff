// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/callbacks/model_checkpoint.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "hearth/train/engine.h"

namespace hearth::train {

namespace {

constexpr const char* kSuffix = ".safetensors";

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

}  // namespace

ModelCheckpoint::ModelCheckpoint(ModelCheckpointOptions options)
    : options_(std::move(options)), best_score_(worst(options_.mode())) {
  HEARTH_CHECK_AS(ValueError, options_.save_top_k() >= -1,
                  "[ModelCheckpoint] save_top_k is a number of files or -1, got ",
                  options_.save_top_k());
  const auto steps = options_.every_n_train_steps(), epochs = options_.every_n_epochs();
  HEARTH_CHECK_AS(ValueError, steps.value_or(1) > 0 && epochs.value_or(1) > 0,
                  "[ModelCheckpoint] every_n_epochs and every_n_train_steps are positive, got ",
                  epochs.value_or(1), " and ", steps.value_or(1));
}

std::string ModelCheckpoint::state_key() const { return "ModelCheckpoint " + options_.monitor(); }

std::string ModelCheckpoint::last_model_path() const { return folder_ + "/last" + kSuffix; }

void ModelCheckpoint::on_fit_start(Engine& engine) {
  const std::string& root = engine.options().default_root_dir();
  folder_ = options_.dirpath();
  if (folder_.empty()) {
    HEARTH_CHECK_AS(ValueError, !root.empty(),
                    "[ModelCheckpoint] needs a dirpath, or a trainer with a default_root_dir");
    folder_ = root + "/checkpoints";
  }
  if (engine.options().fast_dev_run() > 0) return;
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  HEARTH_CHECK_AS(FileError, !error, "[", folder_, "] cannot be made: ", error.message());
}

bool ModelCheckpoint::is_due(const Engine& engine, Moment moment) const {
  const auto steps = options_.every_n_train_steps(), epochs = options_.every_n_epochs();
  switch (moment) {
    case Moment::Step:
    case Moment::Validated:
      // A step that a GradScaler leaves out brings nothing new.
      return steps && engine.global_step() != saved_at_ && engine.global_step() % *steps == 0;
    case Moment::Epoch:
      return (epochs || !steps) && (engine.current_epoch() + 1) % epochs.value_or(1) == 0;
    default:
      return false;
  }
}

std::string ModelCheckpoint::path(const Engine& engine) const {
  std::string name = options_.filename();
  const auto fill = [&](const std::string& key, const std::string& value) {
    const std::string hole = "{" + key + "}";
    for (size_t at; (at = name.find(hole)) != std::string::npos;)
      name.replace(at, hole.size(), value);
  };
  fill("epoch", std::to_string(engine.current_epoch()));
  fill("step", std::to_string(engine.global_step()));
  for (const auto& [key, value] : engine.callback_metrics()) fill(key, shown(value));
  HEARTH_CHECK_AS(ValueError, name.find_first_of("{}/") == std::string::npos,
                  "[ModelCheckpoint] of filename '", options_.filename(), "' remains '", name,
                  "': nothing of that name was logged");
  const auto taken = [&](const std::string& p) {
    return std::any_of(kept_.begin(), kept_.end(), [&](const Kept& k) { return k.path == p; });
  };
  std::string path = folder_ + "/" + name + kSuffix;
  for (int version = 1; taken(path); ++version)
    path = folder_ + "/" + name + "-v" + std::to_string(version) + kSuffix;
  return path;
}

/// The file of this moment, and no more files than wanted.
void ModelCheckpoint::keep(Engine& engine) {
  if (options_.save_top_k() == 0) return;
  const bool monitors = !options_.monitor().empty();
  const Mode mode = options_.mode();
  // Without a value that tells, the newest is the best.
  const double score =
      monitors ? engine.metric(options_.monitor())
               : (mode == Mode::Min ? -1.0 : 1.0) * static_cast<double>(engine.global_step());
  const auto worse = [&](const Kept& a, const Kept& b) { return improves(mode, b.score, a.score); };
  const bool full =
      options_.save_top_k() > 0 && static_cast<int64_t>(kept_.size()) >= options_.save_top_k();
  auto last = std::min_element(kept_.begin(), kept_.end(), worse);
  if (full && !improves(mode, score, last->score)) return;
  const std::string file = path(engine);
  kept_.push_back({file, score});
  if (best_path_.empty() || improves(mode, score, best_score_)) {
    best_path_ = file;
    best_score_ = score;
  }
  std::string leaves;
  if (full) {
    last = std::min_element(kept_.begin(), kept_.end() - 1, worse);
    leaves = last->path;
    kept_.erase(last);
  }
  engine.save_checkpoint(file);
  std::error_code ignored;  // a file that somebody has taken away is no reason to stop
  if (!leaves.empty() && leaves != file) std::filesystem::remove(leaves, ignored);
}

void ModelCheckpoint::on_checkpoint(Engine& engine, Moment moment) {
  if (engine.options().fast_dev_run() > 0) return;
  const bool due = is_due(engine, moment);
  if (due) {
    const std::string& monitor = options_.monitor();
    // Between validations there may be no value yet.
    if (monitor.empty() || engine.callback_metrics().count(monitor) || moment == Moment::Epoch)
      keep(engine);
  }
  const bool ends = moment == Moment::Interrupt || moment == Moment::End;
  if (options_.save_last() &&
      (due || (ends && (engine.global_step() != saved_at_ || moment == Moment::Interrupt)))) {
    saved_at_ = engine.global_step();
    engine.save_checkpoint(last_model_path());
  }
  if (due) saved_at_ = engine.global_step();
}

void ModelCheckpoint::save(serialize::OutputArchive& archive) const {
  archive.write("count", static_cast<int64_t>(kept_.size()));
  for (size_t i = 0; i < kept_.size(); ++i) {
    archive.write("path" + std::to_string(i), kept_[i].path);
    archive.write("score" + std::to_string(i), kept_[i].score);
  }
  archive.write("best_path", best_path_);
  archive.write("best_score", best_score_);
  archive.write("saved_at", saved_at_);
}

void ModelCheckpoint::load(serialize::InputArchive& archive) {
  int64_t count = 0;
  archive.read("count", count);
  kept_.clear();
  for (int64_t i = 0; i < count; ++i) {
    Kept k{};
    archive.read("path" + std::to_string(i), k.path);
    archive.read("score" + std::to_string(i), k.score);
    kept_.push_back(std::move(k));
  }
  archive.read("best_path", best_path_);
  archive.read("best_score", best_score_);
  archive.read("saved_at", saved_at_);
}

}  // namespace hearth::train
