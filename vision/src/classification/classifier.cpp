// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/classifier.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "hearth/autograd/grad_mode.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"

namespace hearth::vision {
namespace {

// No picture for a model here is larger; more in a file is damage.
constexpr int64_t kLargestSide = 4096, kMostClasses = 100'000, kMostChannels = 1024;

std::string join(const std::vector<std::string>& parts) {
  std::string s;
  for (const std::string& part : parts) s += (s.empty() ? "" : "\n") + part;
  return s;
}

std::vector<std::string> split(const std::string& s) {
  std::vector<std::string> parts(1);
  for (char c : s) {
    if (c == '\n') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string join_numbers(const std::vector<double>& values) {
  std::vector<std::string> parts;
  for (double v : values) {
    char text[32];
    parts.emplace_back(text, std::to_chars(text, text + sizeof text, v).ptr);
  }
  return join(parts);
}

/// The metadata of a classifier's file.
class Reader {
 public:
  Reader(const std::string& path, const safetensors::Metadata& metadata)
      : path_(path), metadata_(metadata) {}

  const std::string& text(const std::string& key) const {
    auto found = metadata_.find(key);
    HEARTH_CHECK_AS(FormatError, found != metadata_.end(), "[", path_,
                    "] is no classifier of this program: its metadata lack '", key,
                    "'; expected a file that training wrote");
    return found->second;
  }
  int64_t integer(const std::string& key, int64_t largest) const {
    const double v = number(key, text(key));
    HEARTH_CHECK_AS(FormatError, v >= 1 && v <= static_cast<double>(largest) && v == std::floor(v),
                    "[", path_, "] metadata '", key, "' is ", text(key), ", expected 1 to ",
                    largest);
    return static_cast<int64_t>(v);
  }
  std::vector<double> numbers(const std::string& key) const {
    std::vector<double> values;
    for (const std::string& part : split(text(key))) values.push_back(number(key, part));
    return values;
  }

 private:
  double number(const std::string& key, const std::string& s) const {
    double v = 0;
    const auto end = s.data() + s.size();
    const auto result = std::from_chars(s.data(), end, v);
    HEARTH_CHECK_AS(FormatError, result.ec == std::errc() && result.ptr == end && std::isfinite(v),
                    "[", path_, "] metadata '", key, "' holds '", s, "', expected a number");
    return v;
  }
  const std::string& path_;
  const safetensors::Metadata& metadata_;
};

int64_t numel_of(IntArrayRef sizes) {
  int64_t n = 1;
  for (const int64_t size : sizes) n *= size;
  return n;
}

uint64_t scramble(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
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
  model_ =
      models::make_classifier(spec_.model, spec_.shape, static_cast<int64_t>(spec_.classes.size()));
  model_->to(MemoryFormat::ChannelsLast);
}

void Classifier::to(Device device) {
  model_->to(device);
  device_ = device;
}

Classifier::Classifier(ClassifierSpec spec, const TensorFile& weights) {
  try {
    const models::ImageShape& shape = spec.shape;
    HEARTH_CHECK_AS(FormatError,
                    shape.channels <= kMostChannels && shape.height <= kLargestSide &&
                        shape.width <= kLargestSide &&
                        static_cast<int64_t>(spec.classes.size()) <= kMostClasses,
                    "no model takes images of ", shape.channels, " x ", shape.height, " x ",
                    shape.width, " and tells ", spec.classes.size(), " classes apart");
    // A small file must not make us take memory for a large model.
    int64_t has = 0;
    for (const std::string& key : weights.keys()) has += numel_of(weights.sizes(key));
    const int64_t least =
        models::least_weights(spec.model, spec.shape, static_cast<int64_t>(spec.classes.size()));
    HEARTH_CHECK_AS(FormatError, has >= least, "the model has ", least,
                    " weights and more, the file ", has);
    *this = Classifier(std::move(spec));
    OrderedDict<std::string, Tensor> state;
    for (const std::string& key : weights.keys()) state.insert(key, weights.tensor(key));
    model_->load_state_dict(state);
  } catch (const FileError&) {
    throw;
  } catch (const OutOfMemory&) {
    throw;
  } catch (const Error& e) {
    throw FormatError(cat_str("[", weights.source(),
                              "] does not hold the classifier that is described: ", e.what()));
  }
}

Classifier Classifier::load(const std::string& path) { return load(TensorFile(path)); }
Classifier Classifier::load(const TensorFile& file) { return Classifier(spec_of(file), file); }

bool Classifier::describes_itself(const TensorFile& file) {
  return file.metadata().count("model") != 0;
}

ClassifierSpec Classifier::spec_of(const TensorFile& file) {
  const std::string& path = file.source();
  const auto metadata = file.metadata();
  Reader read(path, metadata);
  ClassifierSpec spec;
  spec.model = read.text("model");
  spec.shape = {read.integer("channels", kMostChannels), read.integer("height", kLargestSide),
                read.integer("width", kLargestSide)};
  spec.classes = split(read.text("classes"));
  HEARTH_CHECK_AS(FormatError, static_cast<int64_t>(spec.classes.size()) <= kMostClasses, "[", path,
                  "] metadata 'classes' has ", spec.classes.size(), " entries");
  spec.dataset = read.text("dataset");
  spec.mean = read.numbers("mean");
  spec.stddev = read.numbers("stddev");
  if (metadata.count("resize_size")) spec.resize_size = read.integer("resize_size", kLargestSide);
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
                                 {"classes", join(spec_.classes)},
                                 {"mean", join_numbers(spec_.mean)},
                                 {"stddev", join_numbers(spec_.stddev)}};
  if (spec_.resize_size > 0) metadata["resize_size"] = std::to_string(spec_.resize_size);
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
  const struct Evaluating {
    explicit Evaluating(nn::Module& m) : model(m), was_training(m.is_training()) { model.eval(); }
    ~Evaluating() { model.train(was_training); }
    nn::Module& model;
    const bool was_training;
  } evaluating(*model_);
  Tensor images = pixels.cpu().contiguous();
  std::vector<Tensor> parts;
  for (int64_t at = 0; at < images.size(0); at += batch_size) {
    std::vector<size_t> indices(static_cast<size_t>(std::min(batch_size, images.size(0) - at)));
    std::iota(indices.begin(), indices.end(), static_cast<size_t>(at));
    parts.push_back(model_->forward(input(images, indices).to(device_)).softmax(1).cpu());
  }
  if (parts.empty()) return empty({0, static_cast<int64_t>(spec_.classes.size())});
  return cat(parts);
}

}  // namespace hearth::vision
