// SPDX-License-Identifier: Apache-2.0
// The speaker encoder of Resemblyzer: voices as points of a sphere, where one speaker's utterances
// lie near each other (Wan et al., "Generalized end-to-end loss for speaker verification", 2018).
#pragma once

#include "hearth/base/arg.h"
#include "hearth/io/tensor_file.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/rnn.h"

namespace hearth::audio::models {

/// How an utterance is cut into the parts that VoiceEncoder hears. The defaults are Resemblyzer's.
struct UtteranceOptions {
  /// Parts a second; each is 1.6 s long.
  HEARTH_ARG(double, rate) = 1.3;
  /// The last part is left out unless this share of it is inside the waveform.
  HEARTH_ARG(double, min_coverage) = 0.75;
};

/// Three LSTM layers of 256 units over 40 mel bands, whose last state becomes an embedding of
/// length one. Parameters have Resemblyzer's names ("lstm.weight_ih_l0", "linear.weight").
class HEARTH_API VoiceEncoderImpl : public nn::Module {
 public:
  static constexpr int64_t kSampleRate = 16000, kBands = 40, kEmbedding = 256;
  /// Frames of a part, 10 ms each.
  static constexpr int64_t kPartFrames = 160;

  VoiceEncoderImpl();
  ~VoiceEncoderImpl() override;
  /// Mel spectra [N, frames, 40] to embeddings [N, 256], none of whose numbers is negative.
  Tensor forward(const Tensor& mels);

  /// The power mel spectrum [frames, 40] of a waveform [time] at 16 kHz: librosa's
  /// feature.melspectrogram with windows of 25 ms every 10 ms, not its logarithm.
  static Tensor mel_spectrogram(const Tensor& waveform);
  /// The first frame of each part of an utterance of so many samples, at least one.
  static std::vector<int64_t> first_frames(int64_t samples, const UtteranceOptions& options = {});
  /// The embeddings of an utterance's parts, [parts, 256]; a waveform [time] at 16 kHz, which is
  /// padded with zeros to at least one part.
  Tensor embed_partials(const Tensor& waveform, const UtteranceOptions& options = {});
  /// The embedding of an utterance, [256]: the mean of its parts' brought to length one.
  Tensor embed_utterance(const Tensor& waveform, const UtteranceOptions& options = {});
  /// The embedding of a speaker, [256]: the mean of the utterances' brought to length one.
  Tensor embed_speaker(const std::vector<Tensor>& waveforms, const UtteranceOptions& options = {});

 private:
  nn::LSTM lstm_;
  nn::Linear linear_;
};
HEARTH_MODULE(VoiceEncoder);

/// What Resemblyzer does to a waveform's loudness before it is embedded: raised to the root mean
/// square of `target_dbfs` below full scale, never lowered. (It also cuts out pauses, with WebRTC's
/// voice detector.)
HEARTH_API Tensor normalize_volume(const Tensor& waveform, double target_dbfs = -30);

/// An encoder with the weights of a file (Resemblyzer's pretrained.pt, or what was saved of a
/// VoiceEncoder), in evaluation mode. Throws FormatError.
HEARTH_API VoiceEncoder load_voice_encoder(const TensorFile& weights);
/// Whether a file looks like such weights.
HEARTH_API bool holds_voice_encoder(const TensorFile& weights);

}  // namespace hearth::audio::models
