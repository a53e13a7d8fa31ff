// SPDX-License-Identifier: Apache-2.0
#include "ops/element_loss.h"

#include <algorithm>

#include "hearth/ops/loss.h"

#include "cpu/dense.h"
#include "cpu/kernels.h"
#include "cpu/pointwise_kernels.h"
#include "cpu/softmax.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kTile = 1024;
constexpr int64_t kMostChunks = 256;

TileFn loop_of(PointwiseOp op, ScalarType compute) {
  static const PointwiseTable& f32 = HEARTH_SELECT_ISA(pointwise_f32);
  static const PointwiseTable& f64 = HEARTH_SELECT_ISA(pointwise_f64);
  return (compute == kFloat ? f32 : f64).forward[static_cast<int>(op)];
}

template <class T>
void check_probabilities(const T* x, int64_t n, const char* what) {
  bool good = true;
  for (int64_t i = 0; i < n; ++i) good &= x[i] >= T(0) && x[i] <= T(1);
  HEARTH_CHECK_AS(ValueError, good, "[binary_cross_entropy] all elements of ", what,
                  " should be between 0 and 1; for logits use binary_cross_entropy_with_logits");
}

Tensor expanded(const Tensor& t, const DimVector& sizes) {
  const TensorImpl& i = impl(t);
  if (i.sizes == sizes) return t;
  DimVector strides(sizes.size(), 0);
  const size_t lead = sizes.size() - i.sizes.size();
  for (size_t d = 0; d < i.sizes.size(); ++d)
    if (i.sizes[d] != 1) strides[lead + d] = i.strides[d];
  return alias_tensor(t, sizes, std::move(strides), i.offset, i.dtype);
}

void element_loss(const Call& call) {
  const auto& op = call.as<ops::ElementLoss>();
  DimVector sizes = impl(call.in[0]).sizes;
  for (size_t k = 1; k < call.in.size(); ++k)
    sizes = broadcast_shapes(sizes, impl(call.in[k]).sizes, call.op.info.name);
  const Result result(call.out[0], call.compute);
  Tensor operands[3];
  for (size_t k = 0; k < call.in.size(); ++k) operands[k] = expanded(call.in[k], sizes);
  // All in the layout of the output, or of the first input where that has all elements.
  const bool each = op.reduction == Reduction::None;
  if (!each && !impl(operands[0]).dense) operands[0] = contiguous_raw(operands[0]);
  const Tensor layout = each ? result.tensor() : operands[0];
  for (size_t k = 0; k < call.in.size(); ++k) operands[k] = in_layout(operands[k], layout);

  const TileFn loop = loop_of(op.loss, call.compute);
  const int64_t n = impl(layout).numel;
  const int64_t tiles = (n + kTile - 1) / kTile;
  const int64_t chunks = std::clamp<int64_t>(tiles / 16, 1, kMostChunks);
  const int64_t tiles_per_chunk = (tiles + chunks - 1) / chunks;
  double sums[kMostChunks] = {};
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const T params[3] = {static_cast<T>(op.parameter), 0, 0};
    parallel_chunks(chunks, [&](int64_t c) {
      alignas(64) T buffer[kTile];
      const int64_t end = std::min(n, (c + 1) * tiles_per_chunk * kTile);
      for (int64_t at = c * tiles_per_chunk * kTile; at < end; at += kTile) {
        const int64_t m = std::min(kTile, end - at);
        const void* in[3] = {};
        for (size_t k = 0; k < call.in.size(); ++k) in[k] = ptr<T>(operands[k]) + at;
        if (op.loss == PointwiseOp::bce) {
          check_probabilities(static_cast<const T*>(in[0]), m, "input");
          check_probabilities(static_cast<const T*>(in[1]), m, "target");
        }
        loop(each ? result.data<T>() + at : buffer, in, m, params);
        if (each) continue;
        T sum, unused;
        softmax_kernels<T>().weighted(buffer, nullptr, m, T(0), &sum, &unused);
        sums[c] += sum;
      }
    });
    if (each) return;
    double total = 0;
    for (int64_t c = 0; c < chunks; ++c) total += sums[c];
    if (op.reduction == Reduction::Mean) total /= static_cast<double>(n);
    result.data<T>()[0] = static_cast<T>(total);
  });
  result.finish();
}

}  // namespace

void install_element_loss() { ops::ElementLoss::row().kernel[0] = &element_loss; }

}  // namespace hearth::cpu
