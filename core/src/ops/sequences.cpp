// SPDX-License-Identifier: Apache-2.0
// Batches of sequences of different lengths, padded or packed: one gather or scatter of rows each.
#include "ops/sequences.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/rnn.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "base/checked.h"
#include "tensor/tensor_impl.h"

namespace hearth {

namespace ops {

namespace {

/// The values of a list of lengths or batch sizes, which lies on the CPU.
DimVector host_values(std::string_view op, std::string_view name, const Tensor& t) {
  HEARTH_CHECK_AS(ValueError, t.defined() && t.dim() == 1 && t.is_cpu() && t.scalar_type() == kLong,
                  "[", op, "] '", name, "' argument should be a 1D CPU int64 tensor, but got ",
                  t.defined() ? cat_str(t.dim(), "D ", t.device(), " ", t.scalar_type(), " tensor")
                              : "an undefined one");
  const Tensor dense = t.contiguous();
  const int64_t* values = dense.const_data_ptr<int64_t>();
  return IntArrayRef(values, static_cast<size_t>(dense.numel()));
}

Tensor index_of(const std::vector<int64_t>& rows, const Tensor& like) {
  return tensor(rows).to(like.device());
}

/// Where the rows of a packed sequence lie among those of a padded one of `length` steps.
std::vector<int64_t> padded_rows(const DimVector& batch_sizes, int64_t length, int64_t batch,
                                 bool batch_first) {
  std::vector<int64_t> rows;
  for (size_t t = 0; t < batch_sizes.size(); ++t) {
    const auto step = static_cast<int64_t>(t);
    for (int64_t b = 0; b < batch_sizes[t]; ++b)
      rows.push_back(batch_first ? b * length + step : step * batch + b);
  }
  return rows;
}

/// Rows `from` [n, *], put at those places of a tensor of padding, [first, second, *].
Tensor scatter_rows(const Tensor& from, const std::vector<int64_t>& rows, int64_t first,
                    int64_t second, const Scalar& padding) {
  DimVector sizes(from.sizes());
  sizes[0] = checked_numel(DimVector{first, second});
  const Tensor padded = full(sizes, padding, from.options());
  return padded.index_copy(0, index_of(rows, from), from).unflatten(0, {first, second});
}

}  // namespace

DimVector checked_batch_sizes(std::string_view op, const Tensor& batch_sizes, const Tensor& data) {
  DimVector sizes = host_values(op, "batch_sizes", batch_sizes);
  Checked sum = 0;
  bool fits = !sizes.empty() && sizes[0] > 0;
  for (size_t t = 0; t < sizes.size(); ++t) {
    fits &= sizes[t] > 0 && (t == 0 || sizes[t] <= sizes[t - 1]);
    sum += sizes[t];
  }
  HEARTH_CHECK_AS(ValueError, fits, "[", op,
                  "] expected batch_sizes that are positive and do not grow, got ", sizes.ref());
  const int64_t total = sum.get(op, "the sum of batch_sizes ", sizes.ref());
  HEARTH_CHECK_AS(ShapeError, data.dim() > 0 && data.size(0) == total, "[", op,
                  "] batch_sizes sum to ", total, ", but the packed data has sizes ", data.sizes());
  return sizes;
}

}  // namespace ops

std::tuple<Tensor, Tensor> _pack_padded_sequence(const Tensor& input, const Tensor& lengths,
                                                 bool batch_first) {
  constexpr std::string_view name = "pack_padded_sequence";
  HEARTH_CHECK_AS(ShapeError, input.dim() >= 2, "[", name,
                  "] expected input of at least two dims, steps and batch, got ", input.sizes());
  HEARTH_CHECK_AS(ShapeError, input.numel() > 0, "[", name, "] Cannot pack empty tensors.");
  const DimVector length = ops::host_values(name, "lengths", lengths);
  const int64_t batch = input.size(batch_first ? 0 : 1), steps = input.size(batch_first ? 1 : 0);
  HEARTH_CHECK_AS(ShapeError, static_cast<int64_t>(length.size()) == batch, "[", name,
                  "] Expected `len(lengths)` to be equal to batch_size, but got ", length.size(),
                  " (batch_size=", batch, ")");
  for (size_t i = 0; i < length.size(); ++i) {
    HEARTH_CHECK_AS(ValueError, length[i] > 0, "[", name,
                    "] Length of all samples has to be greater than 0, but found an element in "
                    "'lengths' that is <= 0");
    HEARTH_CHECK_AS(ValueError, i == 0 || length[i] <= length[i - 1], "[", name,
                    "] `lengths` array must be sorted in decreasing order when `enforce_sorted` is "
                    "True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or "
                    "pack_sequence to sidestep this requirement if you do not need ONNX "
                    "exportability.");
  }
  HEARTH_CHECK_AS(ValueError, length[0] <= steps, "[", name, "] expected lengths of at most ",
                  steps, ", the padded length, got ", length[0]);
  std::vector<int64_t> sizes;
  for (int64_t t = 0, n = batch; t < length[0]; ++t) {
    while (length[static_cast<size_t>(n - 1)] <= t) --n;
    sizes.push_back(n);
  }
  const std::vector<int64_t> rows = ops::padded_rows(sizes, steps, batch, batch_first);
  return {input.flatten(0, 1).index_select(0, ops::index_of(rows, input)), tensor(sizes)};
}

std::tuple<Tensor, Tensor> _pad_packed_sequence(const Tensor& data, const Tensor& batch_sizes,
                                                bool batch_first, const Scalar& padding_value,
                                                int64_t total_length) {
  constexpr std::string_view name = "pad_packed_sequence";
  const DimVector sizes = ops::checked_batch_sizes(name, batch_sizes, data);
  int64_t steps = static_cast<int64_t>(sizes.size());
  HEARTH_CHECK_AS(ValueError, total_length <= 0 || total_length >= steps, "[", name,
                  "] Expected total_length to be at least the length of the longest sequence in "
                  "input, but got total_length=",
                  total_length, " and max sequence length being ", steps);
  std::vector<int64_t> lengths(static_cast<size_t>(sizes[0]), 0);
  for (int64_t n : sizes)
    for (int64_t b = 0; b < n; ++b) ++lengths[static_cast<size_t>(b)];
  steps = std::max(steps, total_length);
  const int64_t batch = sizes[0];
  return {
      ops::scatter_rows(data, ops::padded_rows(sizes, steps, batch, batch_first),
                        batch_first ? batch : steps, batch_first ? steps : batch, padding_value),
      tensor(lengths)};
}

Tensor pad_sequence(TensorList sequences, bool batch_first, double padding_value,
                    std::string_view padding_side) {
  constexpr std::string_view name = "pad_sequence";
  HEARTH_CHECK_AS(ValueError, !sequences.empty(), "[", name,
                  "] received an empty list of sequences");
  HEARTH_CHECK_AS(ValueError, padding_side == "left" || padding_side == "right", "[", name,
                  "] Expected padding_side to be one of left or right, but got ", padding_side,
                  ".");
  const Tensor& first = sequences[0];
  int64_t steps = 0;
  for (const Tensor& s : sequences) {
    HEARTH_CHECK_AS(
        ShapeError,
        s.dim() > 0 && s.dim() == first.dim() && s.sizes().slice(1) == first.sizes().slice(1), "[",
        name, "] expected sequences [length, *] of equal sizes but the first, got ", first.sizes(),
        " and ", s.sizes());
    steps = std::max(steps, s.size(0));
  }
  const auto batch = static_cast<int64_t>(sequences.size());
  std::vector<int64_t> rows;
  for (int64_t b = 0; b < batch; ++b) {
    const int64_t length = sequences[static_cast<size_t>(b)].size(0);
    const int64_t begin = padding_side == "left" ? steps - length : 0;
    for (int64_t t = begin; t < begin + length; ++t)
      rows.push_back(batch_first ? b * steps + t : t * batch + b);
  }
  return ops::scatter_rows(cat(sequences, 0).to(first.scalar_type()), rows,
                           batch_first ? batch : steps, batch_first ? steps : batch, padding_value);
}

}  // namespace hearth
