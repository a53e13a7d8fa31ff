// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hearth/audio/io/reader.h"
#include "hearth/audio/transforms/stream_resampler.h"

#include "audio/extract/task.h"

/// How sound becomes what features are made of.
struct SoundOptions {
  int64_t sample_rate = 0;  ///< 0: the file's
  bool resample = true;     ///< false: another rate is an error
  std::string resampler = "sinc_interp_hann";
  std::string channel = "mix";  ///< "mix", "each", or a number
  std::string raw;
  bool partial = false;
  bool allow_nan = false;
};

/// A task's samples [channels, n] at the wanted rate, a block at a time.
class SoundStream {
 public:
  SoundStream(const Task& task, const TaskSource& source, const SoundOptions& options);

  const Task& task() const { return task_; }
  const hearth::audio::AudioMetaData& info() const { return reader_.info(); }
  /// Of what next() gives.
  int64_t channels() const { return channels_; }
  int64_t sample_rate() const { return rate_; }
  /// The next samples; undefined at the end. Throws FormatError for NaN and infinities, unless they
  /// are allowed.
  hearth::Tensor next();
  /// How many samples all of them will be, if the file says it.
  std::optional<int64_t> length() const { return length_; }
  /// The same of so many samples of the file.
  int64_t resampled(int64_t samples) const;
  /// Samples of the file so far.
  int64_t samples_read() const { return read_; }

 private:
  hearth::Tensor chosen(const hearth::Tensor& block) const;

  const Task& task_;
  const SoundOptions& options_;
  hearth::audio::Reader reader_;
  int64_t channels_ = 1, channel_ = -1, rate_ = 0;
  int64_t left_ = -1, read_ = 0;
  std::optional<int64_t> length_;
  bool ended_ = false;
  std::optional<hearth::audio::StreamResampler> resampler_;
};
