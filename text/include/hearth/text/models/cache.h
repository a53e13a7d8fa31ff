// SPDX-License-Identifier: Apache-2.0
// Keys and values of tokens that a decoder has seen, so that it need not see them again.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::text {

/// How a Cache keeps what it is given.
struct CacheOptions {
  /// Layers of the model.
  HEARTH_ARG(int64_t, num_layers) = 0;
  /// For each layer, of how many tokens back a query sees keys, itself included; 0: of all. Layers
  /// that are not named see all.
  HEARTH_ARG(std::vector<int64_t>, sliding_windows);
  /// Tokens that memory is taken for at once, and no more fit; 0: memory grows as it is needed.
  HEARTH_ARG(int64_t, max_length) = 0;
};

/// Keys and values [batch, heads, tokens, head_dim] of each layer (Hugging Face's DynamicCache, and
/// with `max_length` its StaticCache). What is appended is copied once: memory doubles when it is
/// full. Layers with a sliding window keep what it may still reach, in memory of a fixed size. No
/// gradients flow through a cache.
class HEARTH_API Cache {
 public:
  explicit Cache(CacheOptions options = {});

  /// What queries of a layer may look at.
  struct Past {
    /// [batch, heads, tokens, head_dim], views of the cache's memory until the next update.
    Tensor keys, values;
    /// The position of their first token, counted from the first that the cache was given.
    int64_t first = 0;
  };
  /// Appends keys and values [batch, heads, new tokens, head_dim] and returns them behind what they
  /// may look at.
  Past update(const Tensor& keys, const Tensor& values, int64_t layer);

  /// Tokens that a layer was given.
  int64_t get_seq_length(int64_t layer = 0) const;
  /// The most there may be; 0 if there is no bound.
  int64_t max_length() const { return options_.max_length(); }

  /// Forgets all tokens from `length` on. A sliding window must still have what the earlier ones
  /// reach (ValueError): it keeps 64 tokens more than it needs.
  void crop(int64_t length);
  /// Takes rows [batch] (int64) of the batch in place of what there is: after a step of beam
  /// search.
  void reorder_cache(const Tensor& rows);
  /// Every row of the batch `times` times, one after the other.
  void batch_repeat_interleave(int64_t times);
  /// Forgets everything, and keeps the memory.
  void reset();

 private:
  struct Layer {
    Tensor keys, values;  // memory, [batch, heads, capacity, head_dim]
    int64_t first = 0;    // position of the token at the memory's begin
    int64_t kept = 0;     // tokens there are in it
  };
  int64_t window_of(size_t layer) const;
  void make_room(Layer& layer, int64_t window, const Tensor& keys, const Tensor& values) const;

  CacheOptions options_;
  std::vector<Layer> layers_;
};

}  // namespace hearth::text
