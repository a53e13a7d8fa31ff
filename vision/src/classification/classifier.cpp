// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/classifier.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/default_device.h"
#include "hearth/io/metadata.h"
#include "hearth/io/safetensors.h"
#include "hearth/nn/eval_guard.h"
#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"

#include "weights/load_state.h"

namespace hearth::vision {
namespace {

// No picture for a model here is larger; more in a file is damage.
constexpr int64_t kLargestSide = 4096, kMostClasses = 100'000, kMostChannels = 1024;

uint64_t scramble(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

models::ModelOptions options_of(const ClassifierSpec& spec) {
  return models::ModelOptions()
      .num_classes(static_cast<int64_t>(spec.classes.size()))
      .in_channels(spec.shape.channels)
      .image_size({spec.shape.height, spec.shape.width})
      .small_stem(spec.small_stem)
      .norm_eps(spec.norm_eps)
      .same_padding(spec.same_padding);
}

using Mode = transforms::InterpolationMode;
constexpr std::pair<const char*, Mode> kModes[] = {
    {"nearest", Mode::Nearest}, {"bilinear", Mode::Bilinear}, {"bicubic", Mode::Bicubic},
    {"box", Mode::Box},         {"hamming", Mode::Hamming},   {"lanczos", Mode::Lanczos}};

/// Throws unless a file of so many numbers can hold the weights of the model that this describes,
/// before memory is taken for it.
void check_numbers(const ClassifierSpec& spec, int64_t numbers, const TensorFile& weights,
                   const models::LoadWeightsOptions& options) {
  const DefaultDeviceGuard meta(kMeta);
  const nn::init::SkipGuard unset;
  const auto model = models::create_model(spec.model, options_of(spec));
  int64_t needed = 0;
  for (const Tensor& p : model->parameters()) needed += p.numel();
  // Weights that are made to fit may be somewhat fewer.
  const bool fits = !options.fresh_head() && !options.adapt_input() && !options.adapt_positions();
  if (numbers >= (fits ? needed : needed / 2)) return;
  // What is missing tells more than how much.
  if (numbers > needed / 2) models::load_state(*model, weights, options);
  throw FormatError(
      cat_str("the model has ", needed, " parameters, the file ", numbers, " numbers"));
}

/// Whether the weights are those of a small stem. Files of before it was noted have it for images
/// under 64 pixels.
bool shows_small_stem(const TensorFile& weights) {
  constexpr const char* kFirst = "conv1.weight";
  if (!weights.contains(kFirst)) return false;
  const IntArrayRef sizes = weights.sizes(kFirst);
  return sizes.size() == 4 && sizes[2] == 3 && sizes[3] == 3;
}

}  // namespace

void set_normalization(ClassifierSpec& spec, const Tensor& pixels) {
  HEARTH_CHECK_AS(ShapeError,
                  pixels.dim() == 4 && pixels.scalar_type() == kByte && pixels.numel() > 0,
                  "[set_normalization] expected uint8 images [N, C, H, W], got ", pixels.sizes());
  Tensor images = pixels.cpu().contiguous();
  const int64_t n = images.size(0), channels = images.size(1),
                area = images.size(2) * images.size(3);
  spec.mean.clear();
  spec.stddev.clear();
  for (int64_t c = 0; c < channels; ++c) {
    // Sums of bytes and their squares are exact.
    uint64_t sum = 0, squares = 0;
    for (int64_t i = 0; i < n; ++i) {
      const uint8_t* p = images.const_data_ptr<uint8_t>() + (i * channels + c) * area;
      for (int64_t j = 0; j < area; ++j) {
        sum += p[j];
        squares += static_cast<uint64_t>(p[j]) * p[j];
      }
    }
    const auto count = static_cast<double>(n * area);
    const double mean = static_cast<double>(sum) / count;
    const double variance = std::max(0.0, static_cast<double>(squares) / count - mean * mean);
    spec.mean.push_back(mean / 255);
    spec.stddev.push_back(variance > 0 ? std::sqrt(variance) / 255 : 1.0);
  }
}

Classifier::Classifier(ClassifierSpec spec) : spec_(std::move(spec)) {
  const auto channels = static_cast<size_t>(spec_.shape.channels);
  HEARTH_CHECK_AS(ValueError, spec_.mean.size() == channels && spec_.stddev.size() == channels,
                  "[Classifier] ", channels, " channels need as many means and deviations, got ",
                  spec_.mean.size(), " and ", spec_.stddev.size());
  for (const double deviation : spec_.stddev)
    HEARTH_CHECK_AS(ValueError, deviation > 0, "[Classifier] expected deviations above 0, got ",
                    deviation);
  HEARTH_CHECK_AS(ValueError,
                  spec_.resize_size == 0 ||
                      spec_.resize_size >= std::max(spec_.shape.height, spec_.shape.width),
                  "[Classifier] images of ", spec_.shape.height, " x ", spec_.shape.width,
                  " cannot be cut out of pictures with a shorter side of ", spec_.resize_size);
  model_ = models::create_model(spec_.model, options_of(spec_));
  model_->to(MemoryFormat::ChannelsLast);
}

Tensor Classifier::fit(const Tensor& picture, const FitOptions& options, Fitted* done) const {
  if (spec_.resize_size > 0) {
    if (done) *done = {};
    return center_fit(picture, spec_.shape, spec_.resize_size, spec_.interpolation);
  }
  if (spec_.stretch) {
    if (done) *done = {};
    return stretch_fit(picture, spec_.shape, spec_.interpolation);
  }
  FitOptions framed = options;
  framed.framing = framing_of(spec_.dataset);
  return vision::fit(picture, spec_.shape, framed, done);
}

void Classifier::to(Device device) {
  model_->to(device);
  device_ = device;
}

Classifier::Classifier(ClassifierSpec spec, const TensorFile& weights,
                       const models::LoadWeightsOptions& options) {
  const auto make = [&](int64_t numbers) -> models::ImageClassifierImpl& {
    const models::ImageShape& shape = spec.shape;
    const auto classes = static_cast<int64_t>(spec.classes.size());
    HEARTH_CHECK_AS(FormatError,
                    shape.channels <= kMostChannels && shape.height <= kLargestSide &&
                        shape.width <= kLargestSide && classes <= kMostClasses,
                    "no model takes images of ", shape.channels, " x ", shape.height, " x ",
                    shape.width, " and tells ", classes, " classes apart");
    if (models::model_info(spec.model).small_stem) spec.small_stem = shows_small_stem(weights);
    check_numbers(spec, numbers, weights, options);
    std::optional<nn::init::SkipGuard> unset;
    if (!options.fresh_head()) unset.emplace();
    *this = Classifier(std::move(spec));
    return *model_;
  };
  models::load_weights(weights, make, options);
}

transforms::InterpolationMode interpolation_mode(const std::string& name) {
  std::string known;
  for (const auto& [text, mode] : kModes) {
    if (name == text) return mode;
    known += cat_str(known.empty() ? "" : ", ", text);
  }
  throw ValueError(cat_str("[interpolation] expected one of ", known, ", got '", name, "'"));
}

const char* name_of(transforms::InterpolationMode interpolation) {
  for (const auto& [text, mode] : kModes)
    if (mode == interpolation) return text;
  return "nearest-exact";
}

Classifier Classifier::load(const std::string& path) { return load(TensorFile(path)); }
Classifier Classifier::load(const TensorFile& file) { return Classifier(spec_of(file), file); }

bool Classifier::describes_itself(const TensorFile& file) {
  return file.metadata().count("model") != 0;
}

ClassifierSpec Classifier::spec_of(const TensorFile& file) {
  const safetensors::MetadataReader read(file.source(), file.metadata(),
                                         "a classifier that training wrote");
  ClassifierSpec spec;
  spec.model = read.text("model");
  spec.shape = {read.integer("channels", 1, kMostChannels), read.integer("height", 1, kLargestSide),
                read.integer("width", 1, kLargestSide)};
  spec.classes = read.lines("classes", kMostClasses);
  spec.dataset = read.text("dataset");
  spec.mean = read.numbers("mean");
  spec.stddev = read.numbers("stddev");
  if (read.has("resize_size")) spec.resize_size = read.integer("resize_size", 1, kLargestSide);
  spec.stretch = read.has("stretch") && read.integer("stretch", 0, 1) == 1;
  if (read.has("interpolation"))
    spec.interpolation = interpolation_mode(read.text("interpolation"));
  spec.small_stem = read.has("small_stem") && read.integer("small_stem", 0, 1) == 1;
  if (read.has("norm_eps")) spec.norm_eps = read.numbers("norm_eps").at(0);
  if (read.has("same_padding")) spec.same_padding = read.integer("same_padding", 0, 1) == 1;
  return spec;
}

void Classifier::save(const std::string& path) const {
  safetensors::NamedTensors tensors;
  for (const auto& item : model_->state_dict()) tensors.emplace_back(item.key(), item.value());
  safetensors::Metadata metadata{{"model", spec_.model},
                                 {"dataset", spec_.dataset},
                                 {"channels", std::to_string(spec_.shape.channels)},
                                 {"height", std::to_string(spec_.shape.height)},
                                 {"width", std::to_string(spec_.shape.width)},
                                 {"classes", safetensors::join_lines(spec_.classes)},
                                 {"mean", safetensors::join_numbers(spec_.mean)},
                                 {"stddev", safetensors::join_numbers(spec_.stddev)}};
  if (spec_.small_stem) metadata["small_stem"] = "1";
  if (spec_.resize_size > 0) metadata["resize_size"] = std::to_string(spec_.resize_size);
  if (spec_.stretch) metadata["stretch"] = "1";
  if (spec_.interpolation != Mode::Bilinear)
    metadata["interpolation"] = name_of(spec_.interpolation);
  if (spec_.norm_eps) metadata["norm_eps"] = safetensors::join_numbers({*spec_.norm_eps});
  if (spec_.same_padding) metadata["same_padding"] = *spec_.same_padding ? "1" : "0";
  safetensors::save_file(tensors, path, metadata);
}

Tensor Classifier::input(const Tensor& pixels, ArrayRef<size_t> indices,
                         const Augmentation& augmentation, uint64_t seed) const {
  const int64_t channels = spec_.shape.channels, h = spec_.shape.height, w = spec_.shape.width;
  HEARTH_CHECK_AS(ShapeError,
                  pixels.dim() == 4 && pixels.scalar_type() == kByte && pixels.is_cpu() &&
                      pixels.is_contiguous() &&
                      pixels.sizes().slice(1) == IntArrayRef({channels, h, w}),
                  "[Classifier] the model takes contiguous uint8 images on the CPU, [N, ", channels,
                  ", ", h, ", ", w, "], got ", pixels.scalar_type(), " ", pixels.sizes());
  const auto n = static_cast<int64_t>(indices.size());
  Tensor out = empty({n, channels, h, w}, kFloat, MemoryFormat::ChannelsLast);
  // What each value of a byte becomes, channel by channel.
  std::vector<std::array<float, 256>> table(static_cast<size_t>(channels));
  for (size_t c = 0; c < table.size(); ++c)
    for (size_t v = 0; v < 256; ++v)
      table[c][v] =
          static_cast<float>((static_cast<double>(v) / 255.0 - spec_.mean[c]) / spec_.stddev[c]);
  const auto* all = pixels.const_data_ptr<uint8_t>();
  auto* to = out.data_ptr<float>();
  const auto choices = static_cast<uint64_t>(2 * augmentation.shift + 1);
  for (int64_t i = 0; i < n; ++i) {
    const size_t index = indices[static_cast<size_t>(i)];
    HEARTH_CHECK_AS(IndexError, static_cast<int64_t>(index) < pixels.size(0), "[Classifier] image ",
                    index, " of ", pixels.size(0));
    const uint64_t random = scramble(scramble(seed) + index);
    const int64_t dx = static_cast<int64_t>(random % choices) - augmentation.shift;
    const int64_t dy = static_cast<int64_t>((random >> 20) % choices) - augmentation.shift;
    const bool flip = augmentation.flip && (random >> 40 & 1);
    const uint8_t* from = all + static_cast<int64_t>(index) * channels * h * w;
    for (int64_t y = 0; y < h; ++y) {
      for (int64_t x = 0; x < w; ++x) {
        const int64_t sy = y + dy, sx = (flip ? w - 1 - x : x) + dx;
        const bool inside = sy >= 0 && sy < h && sx >= 0 && sx < w;
        for (int64_t c = 0; c < channels; ++c)
          *to++ = table[static_cast<size_t>(c)][inside ? from[(c * h + sy) * w + sx] : 0];
      }
    }
  }
  return out;
}

Tensor Classifier::probabilities(const Tensor& pixels, int64_t batch_size) const {
  HEARTH_CHECK_AS(ValueError, batch_size > 0, "[Classifier] batch_size is positive, got ",
                  batch_size);
  const NoGradGuard no_grad;
  const nn::EvalGuard evaluating(*model_);
  Tensor images = pixels.cpu().contiguous();
  std::vector<Tensor> parts;
  for (int64_t at = 0; at < images.size(0); at += batch_size) {
    std::vector<size_t> indices(static_cast<size_t>(std::min(batch_size, images.size(0) - at)));
    std::iota(indices.begin(), indices.end(), static_cast<size_t>(at));
    parts.push_back(
        model_->forward(input(images, indices).to(device_)).to(kFloat).softmax(1).cpu());
  }
  if (parts.empty()) return empty({0, static_cast<int64_t>(spec_.classes.size())});
  return cat(parts);
}

}  // namespace hearth::vision
