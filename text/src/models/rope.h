// SPDX-License-Identifier: Apache-2.0
// Rotary position embeddings: halves of a head are turned against each other, by angles that grow
// with the position.
#pragma once

#include <memory>

#include "hearth/tensor/tensor.h"

namespace hearth::text {

struct RopeParameters;

/// cos and sin of a head's angles, [rows, length, head_dim].
struct Angles {
  Tensor cos, sin;
};

/// Angles of positions, of one kind of rotary embedding.
class RotaryEmbedding {
 public:
  RotaryEmbedding() = default;
  RotaryEmbedding(const RopeParameters& rope, int64_t head_dim, int64_t max_position_embeddings);
  /// Of positions (int64) [rows, length], as `dtype`.
  Angles angles(const Tensor& positions, ScalarType dtype) const;

 private:
  Tensor frequencies(double theta) const;
  /// Those of positions of which this is the last.
  Tensor frequencies_up_to(int64_t last) const;
  Tensor on_device(const Tensor& frequencies, Device device) const;

  Tensor frequencies_;  // [head_dim / 2]
  /// Of type "longrope": of sequences that are longer than original_length_.
  Tensor long_frequencies_;
  int64_t original_length_ = 0;
  double scale_ = 1;
  /// Of type "dynamic": what frequencies of longer sequences are computed from.
  bool dynamic_ = false;
  double theta_ = 0, factor_ = 1;
  int64_t head_dim_ = 0, max_position_embeddings_ = 0;
  /// Brought to devices, so that a step of decoding copies nothing from the host.
  struct Copies;
  std::shared_ptr<Copies> copies_;
};

/// Heads x [batch, heads, length, head_dim] turned by angles of as many rows, or of one.
Tensor rotate(const Tensor& x, const Angles& angles);

}  // namespace hearth::text
