// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "hearth/audio/feature_files/feature_writer.h"
#include "hearth/audio/features/extractor.h"

#include "audio/extract/ledger.h"
#include "audio/extract/sound_stream.h"
#include "audio/extract/task.h"

struct NamedFeature {
  std::string name;
  hearth::audio::features::Extractor extractor;
};

struct ExtractOptions {
  std::vector<NamedFeature> features;
  SoundOptions sound;  ///< but for the sample rate, which each feature has
  hearth::audio::FeatureFormat format = hearth::audio::FeatureFormat::Npy;
  hearth::audio::FeatureWriterOptions writing;
  std::string output;
  bool notes = false;  ///< whether there is a manifest
  bool resume = false, overwrite = false, stop_on_error = false;
  int64_t threads = 1;
};

struct ExtractReport {
  int64_t tasks = 0, done = 0, failed = 0, resumed = 0, results = 0, frames = 0;
  double audio_seconds = 0, seconds = 0;
  /// The first error, and the first results.
  std::string first_error;
  std::vector<nlohmann::ordered_json> first;
};

/// Extracts the features of all tasks. Nothing has been written when it throws ValueError or
/// FileError for results that exist. Throws FileError where a result cannot be written.
ExtractReport extract(const std::vector<Task>& tasks, const ExtractOptions& options);
