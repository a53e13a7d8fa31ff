// SPDX-License-Identifier: Apache-2.0
#include "cuda/reduce.cuh"

namespace hearth::cuda {

namespace {

int power_of_two(int64_t n, int most) {
  int p = 1;
  while (p < n && p < most) p *= 2;
  return p;
}

}  // namespace

ReduceShape reduce_shape(const Tensor& x, const DimVector& dims) {
  const TensorImpl& t = impl(x);
  const auto rank = static_cast<int64_t>(t.sizes.size());
  InlineVector<bool, 8> reduced;
  for (int64_t d = 0; d < rank; ++d) reduced.push_back(dims.empty());
  for (const int64_t d : dims)
    if (rank > 0) reduced[static_cast<size_t>(d < 0 ? d + rank : d)] = true;
  DimVector kept_sizes, kept_strides, sizes, strides;
  for (size_t d = 0; d < t.sizes.size(); ++d) {
    (reduced[d] ? sizes : kept_sizes).push_back(t.sizes[d]);
    (reduced[d] ? strides : kept_strides).push_back(t.strides[d]);
  }
  ReduceShape s;
  s.kept = make_offset_calculator<1>(kept_sizes, {kept_strides}, /*keep_order=*/true);
  s.reduced = make_offset_calculator<1>(sizes, {strides}, /*keep_order=*/true);
  s.outputs = s.kept.numel;
  s.length = s.reduced.numel;
  if (s.reduced.dims == 0) s.reduced.strides[0][0] = 0;
  if (s.outputs == 0) return s;

  // Threads run along whichever side is closer in memory.
  constexpr int64_t kFar = INT64_MAX;
  const int64_t along = s.reduced.dims > 0 ? s.reduced.strides[0][0] : kFar;
  const int64_t across = s.kept.dims > 0 ? s.kept.strides[0][0] : kFar;
  s.columns = across < along;
  if (s.columns) {
    s.team = power_of_two((s.length + 3) / 4, 8);
    // Few outputs leave room for more threads on each.
    const int width = power_of_two(s.outputs, kBlock);
    s.team = std::min(std::max(s.team, power_of_two((s.length + 3) / 4, kBlock / width)), kBlock);
  } else {
    s.team = power_of_two((s.length + 3) / 4, kBlock);
  }
  const int64_t blocks = (s.outputs * s.team + kBlock - 1) / kBlock;
  const int64_t wanted = int64_t{multiprocessors()} * 8 / blocks;
  const int64_t possible = s.length / (int64_t{s.team} * 32);
  s.splits = static_cast<int>(std::clamp<int64_t>(std::min(wanted, possible), 1, 1024));
  return s;
}

}  // namespace hearth::cuda
