// SPDX-License-Identifier: Apache-2.0
// Sequences of different lengths in one batch.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::nn::utils::rnn {

/// The permutation that undoes another; undefined for an undefined one.
HEARTH_API Tensor invert_permutation(const Tensor& permutation);

/// Sequences without padding: the first element of each, then the second of those that have one,
/// and so on, longest first. pack_sequence and pack_padded_sequence make them.
class HEARTH_API PackedSequence {
 public:
  /// unsorted_indices, if not given, undo sorted_indices. Throws unless batch_sizes lie on the CPU.
  explicit PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices = {},
                          Tensor unsorted_indices = {});

  const Tensor& data() const { return data_; }
  /// How many sequences have each step; on the CPU.
  const Tensor& batch_sizes() const { return batch_sizes_; }
  /// Where each sequence was before sorting; undefined where nothing was sorted.
  const Tensor& sorted_indices() const { return sorted_indices_; }
  const Tensor& unsorted_indices() const { return unsorted_indices_; }

  PackedSequence pin_memory() const;
  /// The data in another type or on another device, the indices with them.
  PackedSequence to(TensorOptions options) const;
  PackedSequence cuda() const { return to(kCUDA); }
  PackedSequence cpu() const { return to(kCPU); }
  bool is_cuda() const { return data_.is_cuda(); }
  bool is_pinned() const { return data_.is_pinned(); }

 private:
  Tensor data_, batch_sizes_, sorted_indices_, unsorted_indices_;
};

/// Packs [T, N, *], with batch_first [N, T, *]. Unless enforce_sorted, lengths may come in any
/// order.
HEARTH_API PackedSequence pack_padded_sequence(Tensor input, Tensor lengths,
                                               bool batch_first = false,
                                               bool enforce_sorted = true);
/// Pads to the longest sequence, or to total_length; also returns the lengths.
HEARTH_API std::tuple<Tensor, Tensor> pad_packed_sequence(
    const PackedSequence& sequence, bool batch_first = false, double padding_value = 0.0,
    std::optional<int64_t> total_length = std::nullopt);
/// Sequences [length, *] as [T, N, *], with batch_first [N, T, *], padded on the "right" or "left".
HEARTH_API Tensor pad_sequence(TensorList sequences, bool batch_first = false,
                               double padding_value = 0, std::string_view padding_side = "right");
/// Packs sequences [length, *]. Unless enforce_sorted, they may come in any order.
HEARTH_API PackedSequence pack_sequence(TensorList sequences, bool enforce_sorted = true);
/// The sequences of a padded batch, each of its length.
HEARTH_API std::vector<Tensor> unpad_sequence(const Tensor& padded_sequences, const Tensor& lengths,
                                              bool batch_first = false);
/// The sequences of a packed one.
HEARTH_API std::vector<Tensor> unpack_sequence(const PackedSequence& packed_sequences);

}  // namespace hearth::nn::utils::rnn
