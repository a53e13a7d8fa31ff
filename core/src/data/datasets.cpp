// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/datasets.h"

#include <cmath>
#include <cstring>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/random.h"
#include "hearth/ops/view.h"

#include "base/parallel.h"
#include "ops/copy.h"
#include "tensor/host_read.h"

namespace hearth::data::detail {

void throw_index(size_t index, size_t size) {
  throw IndexError(cat_str("[dataset] index ", index, " is out of range for ", size, " examples"));
}

void throw_no_size() {
  throw ValueError(
      "[dataset] Expected the dataset to be sized in order to construct the Sampler or split");
}

Tensor stack_parts(const std::vector<Tensor>& parts) { return stack(parts, 0); }

Tensor per_channel(ArrayRef<double> values) {
  const Tensor t = new_tensor({static_cast<int64_t>(values.size()), 1, 1}, kFloat, kCPU);
  float* p = ptr<float>(t);
  for (size_t i = 0; i < values.size(); ++i) p[i] = static_cast<float>(values[i]);
  return t;
}

Tensor normalize(const Tensor& input, const Tensor& mean, const Tensor& stddev, bool batch) {
  Tensor x = input.is_floating_point() ? input : input.to(kFloat);
  // An example is an image with channels; leading dims of size one make it so, as in LibTorch.
  const int64_t first = batch ? 1 : 0;
  while (x.dim() < first + 3) x = x.unsqueeze(first);
  // The transform's own numbers, not the data's.
  const auto number = [](const Tensor& t) { return load_scalar(raw_data(t), t.scalar_type()); };
  if (mean.numel() == 1 && stddev.numel() == 1 && mean.is_cpu() && stddev.is_cpu())
    return x.sub(number(mean)).div(number(stddev));
  return x.sub(mean.to(x.device())).div(stddev.to(x.device()));
}

void check_same_length(const Tensor& data, const Tensor& target) {
  HEARTH_CHECK_AS(ShapeError, data.dim() > 0 && target.dim() > 0 && data.size(0) == target.size(0),
                  "[TensorPairDataset] Size mismatch between tensors: data has shape ",
                  data.sizes(), ", target ", target.sizes());
}

std::vector<std::vector<size_t>> split_indices(size_t n, ArrayRef<size_t> lengths,
                                               std::optional<Generator> generator) {
  size_t total = 0;
  for (const size_t length : lengths) total += length;
  HEARTH_CHECK_AS(ValueError, total == n,
                  "[random_split] Sum of input lengths does not equal the length of the input "
                  "dataset: ",
                  total, " and ", n);
  check_host_read("random_split");
  const Tensor order =
      randperm(static_cast<int64_t>(n), std::move(generator), TensorOptions(kLong).device(kCPU));
  const int64_t* at = ptr<int64_t>(order);
  std::vector<std::vector<size_t>> parts;
  for (const size_t length : lengths) {
    parts.emplace_back(at, at + length);
    at += length;
  }
  return parts;
}

std::vector<size_t> lengths_of_fractions(size_t n, ArrayRef<double> fractions) {
  double sum = 0;
  for (const double f : fractions) {
    HEARTH_CHECK_AS(ValueError, f >= 0 && f <= 1, "[random_split] Fraction ", f,
                    " is not between 0 and 1");
    sum += f;
  }
  HEARTH_CHECK_AS(ValueError, std::abs(sum - 1) < 1e-6,
                  "[random_split] expected fractions that add up to 1, got ", sum);
  std::vector<size_t> lengths;
  size_t used = 0;
  for (const double f : fractions) {
    lengths.push_back(static_cast<size_t>(std::floor(static_cast<double>(n) * f)));
    used += lengths.back();
  }
  // As Python does it: what rounding left goes round robin, one each.
  for (size_t i = 0; used < n; ++i, ++used) ++lengths[i % lengths.size()];
  return lengths;
}

}  // namespace hearth::data::detail

namespace hearth::data {

Tensor gather_rows(const Tensor& tensor, ArrayRef<size_t> indices) {
  HEARTH_CHECK_AS(ShapeError, tensor.dim() > 0,
                  "[dataset] expected a tensor with rows, got 0 dims");
  const auto rows = static_cast<size_t>(tensor.size(0));
  for (const size_t i : indices)
    if (i >= rows) detail::throw_index(i, rows);
  NoGradGuard no_grad;
  DimVector sizes(tensor.sizes());
  sizes[0] = static_cast<int64_t>(indices.size());
  const Tensor out = new_tensor(sizes, tensor.scalar_type(), tensor.device());
  if (out.numel() == 0) return out;
  if (!tensor.is_cpu() || !tensor.is_contiguous()) {
    for (size_t i = 0; i < indices.size(); ++i)
      copy_raw_into(out.select(0, static_cast<int64_t>(i)),
                    tensor.select(0, static_cast<int64_t>(indices[i])));
    return out;
  }
  const size_t bytes = out.nbytes() / indices.size();
  const char* from = raw_data(tensor);
  char* to = raw_data(out);
  const auto grain = static_cast<int64_t>((size_t{1} << 18) / bytes + 1);
  parallel_for(static_cast<int64_t>(indices.size()), grain, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
      std::memcpy(to + i * bytes, from + indices[i] * bytes, bytes);
  });
  return out;
}

}  // namespace hearth::data
