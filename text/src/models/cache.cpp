// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/cache.h"

#include <algorithm>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"

namespace hearth::text {
namespace {

constexpr int64_t kLeastCapacity = 64;
/// Tokens beyond its window that a layer keeps, so that crop() can take some back.
constexpr int64_t kSpare = 64;

}  // namespace

Cache::Cache(CacheOptions options) : options_(std::move(options)) {
  HEARTH_CHECK_AS(ValueError, options_.num_layers() >= 0 && options_.max_length() >= 0,
                  "[Cache] expected a number of layers and of tokens, got ", options_.num_layers(),
                  " and ", options_.max_length());
  layers_.resize(static_cast<size_t>(options_.num_layers()));
}

int64_t Cache::window_of(size_t layer) const {
  const auto& windows = options_.sliding_windows();
  return layer < windows.size() ? windows[layer] : 0;
}

void Cache::make_room(Layer& layer, int64_t window, const Tensor& keys,
                      const Tensor& values) const {
  const int64_t added = keys.size(2);
  const int64_t capacity = layer.keys.defined() ? layer.keys.size(2) : 0;
  if (layer.kept + added <= capacity) return;
  // What the first of the new tokens does not reach is dropped.
  const int64_t keep = window > 0 ? std::min(layer.kept, window - 1 + kSpare) : layer.kept;
  int64_t wanted = std::max(kLeastCapacity, 2 * (keep + added));
  // Room for as many tokens again as are kept, so that they are moved once in so many steps.
  if (window > 0) wanted = std::min(wanted, 2 * (window - 1 + kSpare));
  if (options_.max_length() > 0) wanted = std::min(wanted, options_.max_length());
  if (options_.max_length() > 0 && window == 0) wanted = options_.max_length();
  wanted = std::max(wanted, keep + added);
  for (auto [memory, like] : {std::pair{&layer.keys, &keys}, {&layer.values, &values}}) {
    const Tensor old = *memory;
    const Tensor kept = keep > 0 ? old.narrow(2, layer.kept - keep, keep) : Tensor();
    if (capacity < wanted) {
      *memory = empty({like->size(0), like->size(1), wanted, like->size(3)}, like->options());
      if (keep > 0) memory->narrow(2, 0, keep).copy_(kept);
    } else if (keep > 0) {
      // The same memory: by way of a copy, for the parts may overlap.
      memory->narrow(2, 0, keep).copy_(kept.clone());
    }
  }
  layer.first += layer.kept - keep;
  layer.kept = keep;
}

Cache::Past Cache::update(const Tensor& keys, const Tensor& values, int64_t index) {
  const NoGradGuard no_grad;
  HEARTH_CHECK_AS(ValueError, index >= 0, "[Cache] expected the number of a layer, got ", index);
  HEARTH_CHECK_AS(ShapeError,
                  keys.dim() == 4 && values.dim() == 4 && keys.size(0) == values.size(0) &&
                      keys.size(1) == values.size(1) && keys.size(2) == values.size(2),
                  "[Cache] expected keys and values [batch, heads, tokens, head_dim], got ",
                  keys.sizes(), " and ", values.sizes());
  const auto at = static_cast<size_t>(index);
  if (at >= layers_.size()) layers_.resize(at + 1);
  Layer& layer = layers_[at];
  const int64_t window = window_of(at), added = keys.size(2), seen = layer.first + layer.kept;
  HEARTH_CHECK_AS(ValueError, options_.max_length() == 0 || seen + added <= options_.max_length(),
                  "[Cache] expected at most ", options_.max_length(), " tokens, got ",
                  seen + added);
  if (layer.keys.defined())
    HEARTH_CHECK_AS(ShapeError,
                    layer.keys.size(0) == keys.size(0) && layer.keys.size(1) == keys.size(1) &&
                        layer.keys.size(3) == keys.size(3) &&
                        layer.values.size(3) == values.size(3),
                    "[Cache] expected keys like [", layer.keys.size(0), ", ", layer.keys.size(1),
                    ", tokens, ", layer.keys.size(3), "], got ", keys.sizes());
  make_room(layer, window, keys, values);
  layer.keys.narrow(2, layer.kept, added).copy_(keys);
  layer.values.narrow(2, layer.kept, added).copy_(values);
  layer.kept += added;
  const int64_t visible = window > 0 ? std::min(layer.kept, window - 1 + added) : layer.kept;
  const int64_t from = layer.kept - visible;
  return {layer.keys.narrow(2, from, visible), layer.values.narrow(2, from, visible),
          layer.first + from};
}

int64_t Cache::get_seq_length(int64_t layer) const {
  const auto at = static_cast<size_t>(layer);
  return layer >= 0 && at < layers_.size() ? layers_[at].first + layers_[at].kept : 0;
}

void Cache::crop(int64_t length) {
  for (size_t i = 0; i < layers_.size(); ++i) {
    Layer& layer = layers_[i];
    const int64_t seen = layer.first + layer.kept;
    if (length >= seen) continue;
    const int64_t window = window_of(i);
    // The next token will look at positions from here on.
    const int64_t reach = window > 0 ? std::max<int64_t>(0, length - window + 1) : 0;
    HEARTH_CHECK_AS(ValueError, length >= 0 && reach >= layer.first,
                    "[Cache] expected a length of which there are the tokens, got ", length,
                    "; of layer ", i, " those from ", layer.first, " to ", seen, " are kept");
    layer.kept = length - layer.first;
  }
}

void Cache::reorder_cache(const Tensor& rows) {
  const NoGradGuard no_grad;
  for (Layer& layer : layers_) {
    if (!layer.keys.defined()) continue;
    for (Tensor* memory : {&layer.keys, &layer.values}) {
      const Tensor old = *memory;
      const Tensor used = old.narrow(2, 0, layer.kept).index_select(0, rows);
      if (rows.size(0) != old.size(0))
        *memory = empty({rows.size(0), old.size(1), old.size(2), old.size(3)}, old.options());
      memory->narrow(2, 0, layer.kept).copy_(used);
    }
  }
}

void Cache::batch_repeat_interleave(int64_t times) {
  for (const Layer& layer : layers_) {
    if (!layer.keys.defined()) continue;
    const Tensor rows =
        arange(layer.keys.size(0), TensorOptions(kLong).device(layer.keys.device()));
    reorder_cache(rows.repeat_interleave(times));
    return;
  }
}

void Cache::reset() {
  for (Layer& layer : layers_) layer.first = layer.kept = 0;
}

}  // namespace hearth::text
