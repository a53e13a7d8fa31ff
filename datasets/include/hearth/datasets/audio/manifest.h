// SPDX-License-Identifier: Apache-2.0
// What lists name, and sounds in tar archives.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hearth/audio/manifests/utterance.h"
#include "hearth/data/web_dataset.h"
#include "hearth/datasets/audio/audio_dataset.h"

namespace hearth::datasets {

struct UtteranceSample {
  Tensor waveform;  ///< [channels, frames]
  int64_t sample_rate = 0;
  audio::Utterance utterance;  ///< id, speaker, text, label ...
};

/// The utterances of a list, as audio::read_manifest reads it: Kaldi data directories, wav.scp,
/// CSV, TSV, JSON lines, lhotse.
class HEARTH_API AudioManifest : public AudioDataset<UtteranceSample> {
 public:
  explicit AudioManifest(const std::string& path, const audio::ManifestOptions& options = {});
};

struct ShardSample {
  Tensor waveform;  ///< [channels, frames]
  int64_t sample_rate = 0;
  std::string key;  ///< "train/0001"
  /// The other files of the sample by their extensions: {"txt": "hello", "json": ...}.
  std::map<std::string, std::string> fields;
};

/// The sound of a sample of tar shards (see data::WebDataset): its first file whose ending is a
/// sound file's. Throws FormatError, naming shard and key, if there is none or it is none.
///
///     auto loader = data::make_data_loader(data::WebDataset(shards), data::WebSampler(shards));
///     for (auto& batch : *loader)
///       for (data::WebSample& sample : batch) use(decode_sound(std::move(sample)));
HEARTH_API ShardSample decode_sound(data::WebSample sample);

}  // namespace hearth::datasets
