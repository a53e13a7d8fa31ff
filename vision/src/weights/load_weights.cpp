// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/load_weights.h"

#include "hearth/base/default_device.h"
#include "hearth/base/progress.h"
#include "hearth/nn/init.h"
#include "hearth/nn/load_weights.h"
#include "hearth/ops/view.h"
#include "hearth/vision/models/vision_transformer.h"

#include "weights/key_map.h"
#include "weights/load_state.h"
#include "weights/wrapped.h"

namespace hearth::vision::models {
namespace {

using State = OrderedDict<std::string, Tensor>;

constexpr const char* kPositions = "encoder.pos_embedding";

/// The sizes that are not 1.
std::vector<int64_t> essential(IntArrayRef sizes) {
  std::vector<int64_t> kept;
  for (const int64_t size : sizes)
    if (size != 1) kept.push_back(size);
  return kept;
}

std::vector<std::string> names_of(const State& state) {
  std::vector<std::string> names;
  for (const auto& item : state) names.push_back(item.key());
  return names;
}

/// What a file's tensors are to the network, as far as that can be told without knowing what they
/// should be: everything under the network's names, but in the file's shapes.
State state_of(const State& own, const TensorFile& file) {
  const std::vector<std::string> ours = names_of(own);
  const auto names = weights::unwrapped(file, ours);
  std::vector<std::string> theirs;
  for (const auto& [name, key] : names) theirs.push_back(name);
  auto foreign = weights::foreign_names(ours, theirs);
  State state;
  std::map<std::string, std::string> left = names;
  for (const auto& [name, sources] : foreign) {
    std::vector<Tensor> parts;
    for (const std::string& source : sources) {
      const auto found = names.find(source);
      if (found == names.end()) break;
      parts.push_back(file.tensor(found->second));
    }
    if (parts.size() < sources.size()) continue;
    state.insert(name, parts.size() == 1 ? parts[0] : cat(parts, 0));
    for (const std::string& source : sources) left.erase(source);
  }
  // What no name of ours is made of is too much, and said so; or all of it, with our names.
  for (const auto& [name, key] : left)
    if (!state.contains(name)) state.insert(name, file.tensor(key));
  return state;
}

OrderedDict<std::string, int64_t> versions_of(const State& own, const TensorFile& file) {
  const std::string prefix = weights::wrapping(file, names_of(own));
  OrderedDict<std::string, int64_t> versions;
  for (const auto& [path, version] : file.versions())
    if ((path + ".").starts_with(prefix))
      versions.insert(path.size() < prefix.size() ? "" : path.substr(prefix.size()), version);
  return versions;
}

/// A first convolution of other channels, so that a picture with the same value in all of them
/// gives what it gave.
Tensor with_channels(const Tensor& weight, int64_t channels) {
  const Tensor sum = weight.sum({1}, /*keepdim=*/true);
  if (channels == 1) return sum;
  return sum.expand({-1, channels, -1, -1}) / static_cast<double>(channels);
}

/// Gives `state` the shapes that the network has, where they mean the same or `options` say so.
void fit(State& state, const State& own, const ImageClassifierImpl& model,
         const LoadWeightsOptions& options) {
  bool is_first = true;
  for (const auto& item : own) {
    const bool first_convolution = is_first && item.value().dim() == 4;
    is_first &= !first_convolution;
    Tensor* given = state.find(item.key());
    if (!given || given->sizes() == item.value().sizes()) continue;
    const IntArrayRef want = item.value().sizes(), have = given->sizes();
    if (essential(want) == essential(have)) {
      *given = given->reshape(want);
    } else if (options.adapt_input() && first_convolution && have.size() == 4 &&
               want[0] == have[0] && want.slice(2) == have.slice(2)) {
      *given = with_channels(*given, want[1]);
    } else if (options.adapt_positions() && item.key() == kPositions) {
      if (auto* transformer = dynamic_cast<const VisionTransformerImpl*>(&model))
        *given = interpolate_embeddings(*given, transformer->grid());
    }
  }
  if (!options.fresh_head()) return;
  for (const std::string& head : model.heads()) {
    std::vector<std::string> unwanted;
    for (const auto& item : state)
      if (item.key().starts_with(head + ".")) unwanted.push_back(item.key());
    for (const std::string& key : unwanted) state.erase(key);
    for (const auto& item : own)
      if (item.key().starts_with(head + ".")) state.insert(item.key(), item.value());
  }
}

}  // namespace

void load_state(ImageClassifierImpl& model, const TensorFile& file,
                const LoadWeightsOptions& options) {
  const State own = model.state_dict();
  State state = state_of(own, file);
  fit(state, own, model, options);
  model.load_state_dict(state, /*strict=*/true, versions_of(own, file));
}

void load_weights(ImageClassifierImpl& model, const TensorFile& file,
                  const LoadWeightsOptions& options) {
  nn::load_checked(file, "classifier", [&](int64_t) { load_state(model, file, options); });
}

void load_weights(const TensorFile& file,
                  const Callable<ImageClassifierImpl&(int64_t numbers)>& make,
                  const LoadWeightsOptions& options) {
  nn::load_checked(file, "classifier",
                   [&](int64_t numbers) { load_state(make(numbers), file, options); });
}

std::optional<int64_t> classes_of_weights(const std::string& name, const TensorFile& file) {
  const DefaultDeviceGuard meta(kMeta);
  const nn::init::SkipGuard unset;
  const auto model = create_model(name);
  const std::vector<std::string> ours = names_of(model->state_dict());
  const auto names = weights::unwrapped(file, ours);
  std::vector<std::string> theirs;
  for (const auto& [their, key] : names) theirs.push_back(their);
  const auto foreign = weights::foreign_names(ours, theirs);
  const std::string last = model->heads().front() + ".weight";
  const auto mapped = foreign.find(last);
  const auto found = names.find(mapped == foreign.end() ? last : mapped->second.front());
  if (found == names.end() || file.sizes(found->second).empty()) return std::nullopt;
  return file.sizes(found->second)[0];
}

}  // namespace hearth::vision::models
