// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/utils/rnn.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/rnn.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth::nn::utils::rnn {

Tensor invert_permutation(const Tensor& permutation) {
  if (!permutation.defined()) return {};
  const Tensor inverse = empty(permutation.sizes(), permutation.options());
  inverse.scatter_(0, permutation, arange(permutation.numel(), permutation.options()));
  return inverse;
}

PackedSequence::PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices,
                               Tensor unsorted_indices) {
  HEARTH_CHECK_AS(ValueError, batch_sizes.device().type() == kCPU,
                  "[PackedSequence] batch_sizes should always be on CPU. Instances of "
                  "PackedSequence should never be created manually. They should be instantiated by "
                  "functions like pack_sequence and pack_padded_sequences in nn::utils::rnn.");
  if (!unsorted_indices.defined()) unsorted_indices = invert_permutation(sorted_indices);
  data_ = std::move(data);
  batch_sizes_ = std::move(batch_sizes);
  sorted_indices_ = std::move(sorted_indices);
  unsorted_indices_ = std::move(unsorted_indices);
}

PackedSequence PackedSequence::pin_memory() const {
  const auto pinned = [](const Tensor& t) { return t.defined() ? t.pin_memory() : t; };
  return PackedSequence(pinned(data_), batch_sizes_, pinned(sorted_indices_),
                        pinned(unsorted_indices_));
}

PackedSequence PackedSequence::to(TensorOptions options) const {
  const Tensor data = data_.to(options);
  if (data.is_same(data_)) return *this;
  const auto moved = [&](const Tensor& t) { return t.defined() ? t.to(data.device()) : t; };
  return PackedSequence(data, batch_sizes_, moved(sorted_indices_), moved(unsorted_indices_));
}

PackedSequence pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first,
                                    bool enforce_sorted) {
  lengths = lengths.to(kLong);
  Tensor sorted_indices;
  if (!enforce_sorted) {
    std::tie(lengths, sorted_indices) = sort(lengths, -1, /*descending=*/true);
    sorted_indices = sorted_indices.to(input.device());
    input = input.index_select(batch_first ? 0 : 1, sorted_indices);
  }
  auto [data, batch_sizes] = _pack_padded_sequence(input, lengths, batch_first);
  return PackedSequence(std::move(data), std::move(batch_sizes), std::move(sorted_indices));
}

std::tuple<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first,
                                               double padding_value,
                                               std::optional<int64_t> total_length) {
  const int64_t steps = sequence.batch_sizes().size(0);
  HEARTH_CHECK_AS(ValueError, !total_length || *total_length >= steps,
                  "[pad_packed_sequence] Expected total_length to be at least the length of the "
                  "longest sequence in input, but got total_length=",
                  total_length.value_or(0), " and max sequence length being ", steps);
  auto [padded, lengths] =
      _pad_packed_sequence(sequence.data(), sequence.batch_sizes(), batch_first, padding_value,
                           total_length.value_or(steps));
  const Tensor& order = sequence.unsorted_indices();
  if (!order.defined()) return {padded, lengths};
  return {padded.index_select(batch_first ? 0 : 1, order), lengths.index_select(0, order.to(kCPU))};
}

Tensor pad_sequence(TensorList sequences, bool batch_first, double padding_value,
                    std::string_view padding_side) {
  return hearth::pad_sequence(sequences, batch_first, padding_value, padding_side);
}

PackedSequence pack_sequence(TensorList sequences, bool enforce_sorted) {
  std::vector<int64_t> lengths;
  for (const Tensor& s : sequences) lengths.push_back(s.size(0));
  return pack_padded_sequence(hearth::pad_sequence(sequences), tensor(lengths),
                              /*batch_first=*/false, enforce_sorted);
}

std::vector<Tensor> unpad_sequence(const Tensor& padded_sequences, const Tensor& lengths,
                                   bool batch_first) {
  HEARTH_CHECK_AS(ShapeError, padded_sequences.dim() >= 2 && lengths.dim() == 1,
                  "[unpad_sequence] expected a batch of sequences and a length for each, got ",
                  padded_sequences.sizes(), " and ", lengths.sizes());
  const std::vector<Tensor> each = padded_sequences.unbind(batch_first ? 0 : 1);
  const Tensor values = lengths.to(kCPU, kLong).contiguous();
  HEARTH_CHECK_AS(ShapeError, static_cast<int64_t>(each.size()) == values.numel(),
                  "[unpad_sequence] expected one length for each of ", each.size(),
                  " sequences, got ", values.numel());
  std::vector<Tensor> sequences;
  for (size_t i = 0; i < each.size(); ++i)
    sequences.push_back(each[i].slice(0, 0, values.const_data_ptr<int64_t>()[i]));
  return sequences;
}

std::vector<Tensor> unpack_sequence(const PackedSequence& packed_sequences) {
  const auto [padded, lengths] = pad_packed_sequence(packed_sequences, /*batch_first=*/true);
  return unpad_sequence(padded, lengths, /*batch_first=*/true);
}

}  // namespace hearth::nn::utils::rnn
