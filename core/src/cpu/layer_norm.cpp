// SPDX-License-Identifier: Apache-2.0
#include "ops/layer_norm.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "cpu/kernels.h"
#include "cpu/normalization.h"
#include "cpu/rows.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

void normalize_rows(const Call& call, const Tensor& weight_tensor, const Tensor& bias_tensor,
                    const Tensor* mean_out, const Tensor& rstd_out, double eps, bool centered) {
  const Tensor input = contiguous_raw(row_operand(call.in[0], call.compute));
  const Tensor weight = contiguous_or_none(weight_tensor, call.compute);
  const Tensor bias = contiguous_or_none(bias_tensor, call.compute);
  const RowResult result(call.out[0]);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const NormKernels<T>& k = norm_kernels<T>();
    const int64_t rows = impl(rstd_out).numel, n = rows == 0 ? 0 : impl(input).numel / rows;
    parallel_for(0, rows, row_grain(n), [&](int64_t begin, int64_t end) {
      RowReader<T> in(input, n);
      RowWriter<T> out(result.tensor(), rows, n);
      for (int64_t r = begin; r < end; ++r) {
        if (out.past_caches() && r + 1 < end) in.prefetch(r + 1);
        const T* x = in.row(r);
        T mean = 0, squares = 0;
        if (n > 0 && centered) k.moments(x, n, &mean, &squares);
        if (n > 0 && !centered) squares = k.square_sum(x, n);
        const T rstd = T(1) / std::sqrt(squares / static_cast<T>(n) + static_cast<T>(eps));
        if (mean_out) ptr<T>(*mean_out)[r] = mean;
        ptr<T>(rstd_out)[r] = rstd;
        out.write(r, [&](T* to) {
          k.normalize(x, to, n, mean, rstd, data_or_null<T>(weight), data_or_null<T>(bias));
        });
      }
    });
  });
  result.finish();
}

void layer_norm(const Call& call) {
  const auto& op = call.as<ops::LayerNorm>();
  normalize_rows(call, call.in[1], call.in[2], &call.out[1], call.out[2], op.eps, true);
}

void rms_norm(const Call& call) {
  const auto& op = call.as<ops::RmsNorm>();
  normalize_rows(call, call.in[1], Tensor(), nullptr, call.out[1], op.eps, false);
}

void layer_norm_backward(const Call& call) {
  const auto& op = call.as<ops::LayerNormBackward>();
  const Tensor grad = contiguous_raw(row_operand(call.in[0], call.compute));
  const Tensor input = contiguous_raw(row_operand(call.in[1], call.compute));
  const Tensor mean = contiguous_or_none(call.in[2], call.compute);
  const Tensor rstd = contiguous_or_none(call.in[3], call.compute);
  const Tensor weight = contiguous_or_none(call.in[4], call.compute);
  const RowResult dx(call.out[0]);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const NormKernels<T>& k = norm_kernels<T>();
    const int64_t rows = impl(rstd).numel, n = rows == 0 ? 0 : impl(input).numel / rows;
    const int64_t chunks = std::clamp<int64_t>(rows * n / 32768, 1, kMostPartialSums);
    const int64_t chunk = (rows + chunks - 1) / chunks;
    // Each chunk's share of the gradients of weight and bias.
    const size_t width = static_cast<size_t>(checked_numel(op.normalized_shape));
    Scratch<T> shares(static_cast<size_t>(chunks) * 2 * width);
    parallel_chunks(chunks, [&](int64_t c) {
      T* dw = shares.data() + static_cast<size_t>(c) * 2 * width;
      T* db = dw + width;
      std::fill(dw, dw + 2 * width, T(0));
      const int64_t end = std::min(rows, (c + 1) * chunk);
      RowReader<T> g(grad, n), x(input, n);
      RowWriter<T> out(op.need_input ? dx.tensor() : Tensor(), rows, n);
      for (int64_t r = c * chunk; r < end; ++r) {
        if (out.past_caches() && r + 1 < end) {
          g.prefetch(r + 1);
          x.prefetch(r + 1);
        }
        out.write(r, [&](T* to) {
          k.normalize_grad(g.row(r), x.row(r), to, n, mean.defined() ? ptr<T>(mean)[r] : T(0),
                           ptr<T>(rstd)[r], mean.defined(), data_or_null<T>(weight),
                           op.need_weight ? dw : nullptr, op.need_bias ? db : nullptr);
        });
      }
    });
    const auto combine = [&](const Tensor& out, size_t offset) {
      const Tensor sums = impl(out).contiguous ? out : contiguous_raw(out);
      T* to = ptr<T>(sums);
      for (size_t j = 0; j < width; ++j) {
        double total = 0;
        for (int64_t c = 0; c < chunks; ++c)
          total += shares[static_cast<size_t>(c) * 2 * width + offset + j];
        to[j] = static_cast<T>(total);
      }
      if (!sums.is_same(out)) copy_raw_into(out, sums);
    };
    if (op.need_weight) combine(call.out[1], 0);
    if (op.need_bias) combine(call.out[2], width);
  });
  dx.finish();
}

}  // namespace

void install_layer_norm() {
  ops::LayerNorm::row().kernel[0] = converting(&layer_norm);
  ops::RmsNorm::row().kernel[0] = converting(&rms_norm);
  ops::LayerNormBackward::row().kernel[0] = converting(&layer_norm_backward);
}

}  // namespace hearth::cpu
