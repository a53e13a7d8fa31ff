// SPDX-License-Identifier: Apache-2.0
// Which tiles attention of half types is cut into: as many rows as a thread's registers allow,
// since rows share what is read from shared memory, and two blocks to a multiprocessor.
#pragma once

#include "cuda/attention_backward.cuh"
#include "cuda/attention_forward.cuh"
#include "cuda/attention_kernels.h"
#include "cuda/attention_tensor_core.cuh"

namespace hearth::cuda::attention {

/// Calls f(E()) with the tiles for so many rows: with few, smaller ones waste less.
template <class H, class F>
void with_tiles(int rows, const F& f) {
  if (rows <= TensorCores<H, 1>::kRows) return f(TensorCores<H, 1>());
  f(TensorCores<H, 2>());
}

template <class H>
void run_forward(const Forward& p, std::string_view op) {
  if (p.columns() > 128) return launch_forward<TensorCores<H, 1>, 32, 256>(p, op);
  with_tiles<H>(p.queries, [&]<class E>(E) {
    if (p.columns() <= 64) return launch_forward<E, 64, 64>(p, op);
    launch_forward<E, 64, 128>(p, op);
  });
}

template <class H>
void run_backward(const Backward& p, std::string_view op) {
  launch_deltas<float>(p, op);
  const bool narrow = p.columns() <= 64;
  if (p.grad_key.data || p.grad_value.data) {
    if (!narrow) {
      launch_backward<TensorCores<H, 1>, 32, 128, true>(p, op);
    } else {
      with_tiles<H>(p.keys, [&]<class E>(E) { launch_backward<E, 32, 64, true>(p, op); });
    }
  }
  if (!p.grad_query.data) return;
  with_tiles<H>(p.queries, [&]<class E>(E) {
    if (narrow) return launch_backward<E, 32, 64, false>(p, op);
    launch_backward<E, 32, 128, false>(p, op);
  });
}

/// Random bits cost more than what fewer rows share.
template <class H>
void run_forward_dropout(const Forward& p, std::string_view op) {
  using E = TensorCores<H, 1>;
  if (p.columns() <= 64) return launch_forward<E, 64, 64, true>(p, op);
  launch_forward<E, 64, 128, true>(p, op);
}

template <class H, int kDim>
void backward_dropout_by(const Backward& p, std::string_view op) {
  using E = TensorCores<H, 1>;
  if (p.grad_key.data || p.grad_value.data) launch_backward<E, 32, kDim, true, true>(p, op);
  if (p.grad_query.data) launch_backward<E, 32, kDim, false, true>(p, op);
}
template <class H>
void run_backward_dropout(const Backward& p, std::string_view op) {
  launch_deltas<float>(p, op);
  if (p.columns() <= 64) return backward_dropout_by<H, 64>(p, op);
  backward_dropout_by<H, 128>(p, op);
}

}  // namespace hearth::cuda::attention
