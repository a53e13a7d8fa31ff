// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/classification/classifier.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hearth/autograd/grad_mode.h"
#include "hearth/data/datasets.h"
#include "hearth/io/metadata.h"
#include "hearth/io/safetensors.h"
#include "hearth/nn/eval_guard.h"
#include "hearth/nn/load_weights.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"

namespace hearth::audio {
namespace {

// No clip for a model here is longer (an hour at 48 kHz), no front end larger; more in a file is
// damage.
constexpr int64_t kMostSamples = 172'800'000, kMostClasses = 100'000, kLargestWindow = 1 << 20,
                  kMostBands = 4096, kHighestRate = 1'000'000;

std::vector<size_t> range(int64_t first, int64_t end) {
  std::vector<size_t> indices(static_cast<size_t>(end - first));
  std::iota(indices.begin(), indices.end(), static_cast<size_t>(first));
  return indices;
}

/// The spec's front end, without normalization.
FrontEnd plain_front_end(const ClassifierSpec& spec) {
  FrontEndOptions options = spec.front_end;
  options.mean = 0;
  options.stddev = 1;
  return FrontEnd(options);
}

/// Clips as floats, of these indices.
Tensor gather(const Tensor& clips, ArrayRef<size_t> indices, int64_t samples) {
  HEARTH_CHECK_AS(ShapeError,
                  clips.dim() == 2 && clips.size(1) == samples && clips.is_cpu() &&
                      (clips.scalar_type() == kFloat || clips.scalar_type() == kShort),
                  "[Classifier] the model takes clips on the CPU, float or int16 [N, ", samples,
                  "], got ", clips.scalar_type(), " ", clips.sizes());
  const Tensor some = data::gather_rows(clips, indices);
  return some.scalar_type() == kShort ? some.to(kFloat) / 32768 : some;
}

}  // namespace

void set_normalization(ClassifierSpec& spec, const Tensor& clips) {
  HEARTH_CHECK_AS(ShapeError, clips.dim() == 2 && clips.size(0) > 0,
                  "[set_normalization] expected clips [N, samples], got ", clips.sizes());
  const FrontEnd front_end = plain_front_end(spec);
  double sum = 0, squares = 0, count = 0;
  constexpr int64_t kAtOnce = 100;
  for (int64_t at = 0; at < clips.size(0); at += kAtOnce) {
    const auto some = range(at, std::min(at + kAtOnce, clips.size(0)));
    const Tensor x = front_end(gather(clips, some, clips.size(1))).to(kDouble);
    sum += x.sum().item<double>();
    squares += x.square().sum().item<double>();
    count += static_cast<double>(x.numel());
  }
  const double mean = sum / count, variance = squares / count - mean * mean;
  spec.front_end.mean = mean;
  spec.front_end.stddev = variance > 1e-12 ? std::sqrt(variance) : 1;
}

Classifier::Classifier(ClassifierSpec spec)
    : spec_(std::move(spec)),
      front_end_(spec_.front_end),
      model_(models::make_classifier(spec_.model, front_end_.shape(spec_.samples),
                                     static_cast<int64_t>(spec_.classes.size()))) {}

Classifier::Classifier(ClassifierSpec spec, const TensorFile& weights) {
  const auto make = [&](int64_t numbers) -> nn::Module& {
    const auto classes = static_cast<int64_t>(spec.classes.size());
    const FrontEndOptions& f = spec.front_end;
    HEARTH_CHECK_AS(
        FormatError,
        spec.samples <= kMostSamples && classes <= kMostClasses && f.n_mels <= kMostBands &&
            f.n_fft <= kLargestWindow && f.sample_rate <= kHighestRate,
        "no model takes clips of ", spec.samples, " samples at ", f.sample_rate, " Hz as ",
        f.n_mels, " bands of windows of ", f.n_fft, " and tells ", classes, " classes apart");
    const int64_t least =
        models::least_weights(spec.model, FrontEnd(f).shape(spec.samples), classes);
    HEARTH_CHECK_AS(FormatError, numbers >= least, "the model has ", least,
                    " weights and more, the file ", numbers);
    *this = Classifier(std::move(spec));
    return *model_;
  };
  nn::load_weights(weights, "classifier", make);
}

Classifier Classifier::load(const std::string& path) { return load(TensorFile(path)); }
Classifier Classifier::load(const TensorFile& file) { return Classifier(spec_of(file), file); }

bool Classifier::describes_itself(const TensorFile& file) {
  return file.metadata().count("model") != 0;
}

ClassifierSpec Classifier::spec_of(const TensorFile& file) {
  const safetensors::MetadataReader read(file.source(), file.metadata(),
                                         "a classifier of sounds that training wrote");
  ClassifierSpec spec;
  spec.model = read.text("model");
  spec.classes = read.lines("classes", kMostClasses);
  spec.dataset = read.text("dataset");
  spec.samples = read.integer("samples", 1, kMostSamples);
  FrontEndOptions& f = spec.front_end;
  f.sample_rate = read.integer("sample_rate", 1, kHighestRate);
  f.n_fft = read.integer("n_fft", 1, kLargestWindow);
  f.win_length = read.integer("win_length", 1, kLargestWindow);
  f.hop_length = read.integer("hop_length", 1, kLargestWindow);
  f.n_mels = read.integer("n_mels", 1, kMostBands);
  f.f_min = read.number("f_min");
  f.f_max = read.number("f_max");
  f.mean = read.number("mean");
  f.stddev = read.number("stddev");
  return spec;
}

void Classifier::save(const std::string& path) const {
  safetensors::NamedTensors tensors;
  for (const auto& item : model_->state_dict()) tensors.emplace_back(item.key(), item.value());
  const FrontEndOptions& f = spec_.front_end;
  const auto number = [](double v) { return safetensors::join_numbers({v}); };
  safetensors::save_file(tensors, path,
                         {{"model", spec_.model},
                          {"classes", safetensors::join_lines(spec_.classes)},
                          {"dataset", spec_.dataset},
                          {"samples", std::to_string(spec_.samples)},
                          {"sample_rate", std::to_string(f.sample_rate)},
                          {"n_fft", std::to_string(f.n_fft)},
                          {"win_length", std::to_string(f.win_length)},
                          {"hop_length", std::to_string(f.hop_length)},
                          {"n_mels", std::to_string(f.n_mels)},
                          {"f_min", number(f.f_min)},
                          {"f_max", number(f.f_max)},
                          {"mean", number(f.mean)},
                          {"stddev", number(f.stddev)}});
}

void Classifier::to(Device device) {
  model_->to(device);
  device_ = device;
}

Tensor Classifier::input(const Tensor& clips, ArrayRef<size_t> indices,
                         const Augmentation& augmentation, uint64_t seed) const {
  const NoGradGuard no_grad;
  Tensor some = gather(clips, indices, spec_.samples);
  if (augmentation.changes_samples())
    some = augment(some, spec_.front_end.sample_rate, augmentation, seed, indices);
  Tensor x = front_end_(some).contiguous();
  if (augmentation.changes_spectra() && x.dim() == 4) mask_spectra(x, augmentation, seed, indices);
  return x;
}

Tensor Classifier::run(const Tensor& clips, int64_t batch_size, bool scores) const {
  HEARTH_CHECK_AS(ValueError, batch_size > 0, "[Classifier] batch_size is positive, got ",
                  batch_size);
  const NoGradGuard no_grad;
  const nn::EvalGuard evaluating(*model_);
  std::vector<Tensor> parts;
  for (int64_t at = 0; at < clips.size(0); at += batch_size) {
    const auto some = range(at, std::min(at + batch_size, clips.size(0)));
    const Tensor x = input(clips, some).to(device_);
    parts.push_back(
        (scores ? model_->forward(x).to(kFloat).softmax(1) : model_->embed(x).to(kFloat)).cpu());
  }
  if (!parts.empty()) return cat(parts);
  // The width of nothing is that of one.
  return run(zeros({1, spec_.samples}), 1, scores).narrow(0, 0, 0);
}

Tensor Classifier::probabilities(const Tensor& clips, int64_t batch_size) const {
  return run(clips, batch_size, true);
}

Tensor Classifier::embed(const Tensor& clips, int64_t batch_size) const {
  return run(clips, batch_size, false);
}

}  // namespace hearth::audio
