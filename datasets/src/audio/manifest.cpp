// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/audio/manifest.h"

#include <array>

#include "hearth/audio/io/load.h"
#include "hearth/base/error.h"

namespace hearth::datasets {
namespace {

std::vector<UtteranceSample> load(const std::string& path, const audio::ManifestOptions& options) {
  std::vector<UtteranceSample> samples;
  for (audio::Utterance& utterance : audio::read_manifest(path, options)) {
    UtteranceSample sample;
    sample.utterance = std::move(utterance);
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace

AudioManifest::AudioManifest(const std::string& path, const audio::ManifestOptions& options)
    : AudioDataset(load(path, options)) {}

ShardSample decode_sound(data::WebSample sample) {
  constexpr std::array<std::string_view, 10> kEndings = {"wav", "flac", "mp3", "ogg",  "opus",
                                                         "m4a", "aac",  "mka", "aiff", "webm"};
  for (const std::string_view ending : kEndings) {
    const auto found = sample.fields.find(std::string(ending));
    if (found == sample.fields.end()) continue;
    const std::string name = cat_str(sample.shard, ": ", sample.key, ".", ending);
    audio::Audio sound = audio::load(audio::Source::memory(found->second, name));
    sample.fields.erase(found);
    return {std::move(sound.waveform), sound.sample_rate, std::move(sample.key),
            std::move(sample.fields)};
  }
  throw FormatError(cat_str("[", sample.shard, "] the sample '", sample.key,
                            "' has no sound (wav, flac, mp3, ogg, opus, m4a ...)"));
}

}  // namespace hearth::datasets
