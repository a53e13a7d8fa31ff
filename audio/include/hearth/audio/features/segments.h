// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::features {

/// Samples from `begin` up to but not including `end`.
struct Segment {
  int64_t begin, end;
  bool operator==(const Segment&) const = default;
};

/// Options of voice_segments. Times are in seconds, levels in dB relative to a mean square of 1.
struct SegmentOptions {
  SegmentOptions(double sample_rate) : sample_rate_(sample_rate) {}
  HEARTH_ARG(double, sample_rate);
  HEARTH_ARG(double, frame_time) = 0.025;
  HEARTH_ARG(double, hop_time) = 0.01;
  /// The level of what is no voice. nullopt: the level that a tenth of the frames do not reach, at
  /// most max_noise_level.
  HEARTH_ARG(std::optional<double>, noise_level) = std::nullopt;
  HEARTH_ARG(double, max_noise_level) = -40;
  /// How far above the noise a voice begins, and how far above it still goes on.
  HEARTH_ARG(double, begin_above) = 12;
  HEARTH_ARG(double, end_above) = 8;
  /// What is never loud enough for a voice, however quiet the rest is.
  HEARTH_ARG(double, min_level) = -65;
  /// How long it has to be quiet for a segment to end; shorter pauses belong to it.
  HEARTH_ARG(double, hangover) = 0.3;
  /// Segments shorter than this, without what is put around them, are no voice.
  HEARTH_ARG(double, min_duration) = 0.1;
  /// What is put before and after each; segments that touch then become one.
  HEARTH_ARG(double, padding) = 0.05;
};

/// Where a waveform [time] or [channels, time] is loud enough for a voice, in order: by its energy
/// alone, so loud noise and music count as well. Channels are one recording, whose energy is their
/// mean. With noise_level given, looks frame_time + hangover + min_duration + padding ahead;
/// otherwise it needs the whole recording. functional::vad looks at spectra, and trims fronts only.
HEARTH_API std::vector<Segment> voice_segments(const Tensor& waveform,
                                               const SegmentOptions& options);

/// The same of a recording that comes in parts, in the memory that the levels of its frames take
/// (8 bytes each).
class HEARTH_API VoiceSegmenter {
 public:
  /// Throws ValueError for options that do not fit.
  explicit VoiceSegmenter(const SegmentOptions& options);
  /// The next samples [time] or [channels, time].
  void accept(const Tensor& waveform);
  /// The segments of all that came.
  std::vector<Segment> segments() const;

 private:
  SegmentOptions options_;
  int64_t length_, hop_;        // of frames
  int64_t time_ = 0;            // samples that came
  std::vector<double> tail_;    // squares from the beginning of the next frame on
  std::vector<double> levels_;  // dB, of each frame
};

}  // namespace hearth::audio::features
