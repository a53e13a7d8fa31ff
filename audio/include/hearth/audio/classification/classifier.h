// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/audio/classification/augmentation.h"
#include "hearth/audio/classification/front_end.h"
#include "hearth/audio/io/load.h"
#include "hearth/audio/models/audio_classifier.h"
#include "hearth/io/tensor_file.h"
#include "hearth/train/classification.h"

namespace hearth::audio {

/// All that makes a classifier usable besides its weights.
struct ClassifierSpec {
  /// A name that models::make_classifier knows.
  std::string model;
  std::vector<std::string> classes;
  /// The data set it learns from, for the reader.
  std::string dataset;
  /// How long a clip is, in samples.
  int64_t samples = 16000;
  FrontEndOptions front_end;
};

/// The mean and the deviation of what the front end makes of clips [N, samples] (see
/// Classifier::input), into the spec.
HEARTH_API void set_normalization(ClassifierSpec& spec, const Tensor& clips);

/// A sound [channels, time] of a sample rate as classifiers want it: one channel, the mean of all,
/// at `rate`; [time'].
HEARTH_API Tensor mono(const Tensor& waveform, int64_t sample_rate, int64_t rate);

/// The same of a sound file, for classifiers: FormatError, which names it, for one without a sample
/// or with samples that are no numbers.
HEARTH_API Tensor mono(const Audio& sound, int64_t rate, const std::string& name);

/// The part of a sound [time] that a clip [samples] holds: a shorter sound in its middle, zeros
/// around; of a longer one the stretch with the most energy.
HEARTH_API Tensor clip(const Tensor& sound, int64_t samples);

/// All of a sound [time] as clips [N, samples] that begin `hop` samples apart; the last ends where
/// the sound ends. A sound that is no longer than a clip is one.
HEARTH_API Tensor windows(const Tensor& sound, int64_t samples, int64_t hop);

/// A network with its classes and front end, in one safetensors file.
class HEARTH_API Classifier {
 public:
  /// With fresh weights.
  explicit Classifier(ClassifierSpec spec);
  /// With the weights of a file, under PyTorch's names. Throws FormatError for those of another
  /// model, which says what is missing, unexpected or of another shape.
  Classifier(ClassifierSpec spec, const TensorFile& weights);
  /// From a file that save wrote. Throws FileError or FormatError.
  static Classifier load(const std::string& path);
  static Classifier load(const TensorFile& file);
  /// Whether a file says what it is the weights of, as those of save do.
  static bool describes_itself(const TensorFile& file);
  /// What such a file says. Throws FormatError.
  static ClassifierSpec spec_of(const TensorFile& file);
  /// Weights as tensors with PyTorch's names, the spec as metadata; whole or not at all.
  void save(const std::string& path) const;

  const ClassifierSpec& spec() const { return spec_; }
  models::AudioClassifierImpl& model() const { return *model_; }
  /// What the network gets of a clip.
  models::ClipShape shape() const { return front_end_.shape(spec_.samples); }

  /// Moves the model; probabilities and training then run there. Inputs and results stay on the
  /// CPU.
  void to(Device device);
  Device device() const { return device_; }

  /// The clips of these indices among clips [N, samples], float, or int16 (which is divided by
  /// 32,768), through the front end. With an augmentation, each clip is changed as (seed, its
  /// index) says.
  Tensor input(const Tensor& clips, ArrayRef<size_t> indices, const Augmentation& augmentation = {},
               uint64_t seed = 0) const;
  /// The probability of each class, float [N, classes], of such clips.
  Tensor probabilities(const Tensor& clips, int64_t batch_size = 100) const;
  /// What the network decides by, float [N, D].
  Tensor embed(const Tensor& clips, int64_t batch_size = 100) const;

 private:
  Tensor run(const Tensor& clips, int64_t batch_size, bool scores) const;

  ClassifierSpec spec_;
  FrontEnd front_end_;
  std::shared_ptr<models::AudioClassifierImpl> model_;
  Device device_ = kCPU;
};

/// Trains a classifier on clips in memory:
///
///     ClassifierTrainer trainer(classifier, clips, targets, TrainerOptions().epochs(20));
///     trainer.validate_on(test_clips, test_targets);
///     trainer.fit();
class HEARTH_API ClassifierTrainer : public train::ClassificationTrainer {
 public:
  /// clips: [N, samples], float or int16; targets: int64 [N]. The classifier must outlive this.
  /// Each clip is changed anew in every epoch, as the augmentation says.
  ClassifierTrainer(Classifier& classifier, Tensor clips, Tensor targets,
                    const train::ClassificationOptions& options,
                    const Augmentation& augmentation = {});

  /// After every epoch, on clips that it does not learn from.
  void validate_on(Tensor clips, Tensor targets);

 private:
  const Classifier* classifier_;
};

using train::evaluate;
using train::Evaluation;
using TrainerOptions = train::ClassificationOptions;

}  // namespace hearth::audio
