// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <vector>

#include "hearth/audio/features/extractor.h"

namespace hearth::audio::features {

/// Features of a signal as it comes in, in the manner of Kaldi's online features:
///
///     features::OnlineExtractor online(features::preset("kaldi-fbank80"));
///     while (microphone.read(samples)) {
///       online.accept_waveform(16000, samples.data(), samples.size());
///       for (; next < online.num_frames_ready(); ++next) use(online.get_frame(next));
///     }
///     online.input_finished();  // what the last samples still give
///
/// Frames are those of Extractor, to the last bit, however the signal is cut into pieces. A frame
/// is ready once all samples that it looks at have come (FeatureConfig::num_frames_ready).
/// Memory grows with the frames that are kept: pop() forgets those that are no longer needed.
class HEARTH_API OnlineExtractor {
 public:
  /// Throws ValueError for features that need the whole signal, such as whisper's.
  explicit OnlineExtractor(FeatureConfig config);
  /// With what another extractor has prepared. Of features that need the whole signal, frames are
  /// those that Extractor::finish() then takes.
  explicit OnlineExtractor(const Extractor& extractor) : extractor_(extractor) {}

  const FeatureConfig& config() const { return extractor_.config(); }
  int64_t dims() const { return extractor_.dims(); }

  /// The next samples, in [-1, 1]. Throws ValueError for another sample rate than the
  /// configuration's and after input_finished().
  void accept_waveform(double sample_rate, const float* samples, size_t count);
  /// The same of a float tensor [time].
  void accept_waveform(double sample_rate, const Tensor& waveform);
  /// No more samples will come: the frames that reach over the end become ready.
  void input_finished();
  bool is_finished() const { return finished_; }

  /// All frames there are so far, those popped included.
  int64_t num_frames_ready() const { return ready_; }
  /// Whether no frame follows this one.
  bool is_last_frame(int64_t frame) const { return finished_ && frame == ready_ - 1; }
  /// Frame number `frame`, [dims]. Throws IndexError for one that is not ready or popped.
  Tensor get_frame(int64_t frame) const;
  /// `count` frames from `first` on, [count, dims].
  Tensor get_frames(int64_t first, int64_t count) const;
  /// Forgets the `count` oldest frames that are kept.
  void pop(int64_t count);

 private:
  void compute(int64_t frames);

  Extractor extractor_;
  std::vector<float> samples_;  ///< prepared; those that frames to come look at
  int64_t samples_at_ = 0;      ///< the first one's number in the signal
  Tensor last_;                 ///< sample, before it was prepared
  bool finished_ = false;
  int64_t ready_ = 0, popped_ = 0;
  /// Frames [frames, dims] from number `first` on; of the oldest block some may be popped.
  struct Block {
    int64_t first;
    Tensor frames;
  };
  std::deque<Block> blocks_;
};

}  // namespace hearth::audio::features
