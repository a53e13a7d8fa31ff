// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/audio/manifests/load.h"
#include "hearth/data/datasets.h"

namespace hearth::datasets {

namespace detail {
/// The sound of a file; FormatError for another sample rate than expected (0: any).
HEARTH_API audio::Audio load_sound(const std::string& path, int64_t expected_rate);
[[noreturn]] HEARTH_API void throw_sample_index(size_t index, size_t size);
}  // namespace detail

/// Samples of sounds in files, read when they are asked for: the base of the data sets of sounds. A
/// sample is a struct of what torchaudio's data set gives, and the path: waveform [channels,
/// frames], sample_rate, labels and texts. Copies share the list of files.
template <typename Sample>
class AudioDataset : public data::datasets::Dataset<AudioDataset<Sample>, Sample> {
 public:
  /// A sample_rate in `samples` is what files must have; 0: any.
  explicit AudioDataset(std::vector<Sample> samples)
      : samples_(std::make_shared<const std::vector<Sample>>(std::move(samples))) {}

  /// Throws IndexError; FileError and FormatError, which name the file.
  Sample get(size_t index) override {
    Sample sample = get_metadata(index);
    audio::Audio sound;
    if constexpr (requires { sample.utterance; }) {
      sound = audio::load(sample.utterance);
    } else {
      sound = detail::load_sound(sample.path, sample.sample_rate);
    }
    sample.waveform = std::move(sound.waveform);
    sample.sample_rate = sound.sample_rate;
    return sample;
  }
  /// The same without reading the file: no waveform.
  const Sample& get_metadata(size_t index) const {
    if (index >= samples_->size()) detail::throw_sample_index(index, samples_->size());
    return (*samples_)[index];
  }
  std::optional<size_t> size() const override { return samples_->size(); }

 private:
  std::shared_ptr<const std::vector<Sample>> samples_;
};

}  // namespace hearth::datasets
