// SPDX-License-Identifier: Apache-2.0
// Which tiles attention of half types is cut into: as many rows as a thread's registers allow,
// since rows share what is read from shared memory, and two blocks to a multiprocessor.
#pragma once

#include "cuda/attention_backward.cuh"
#include "cuda/attention_forward.cuh"
#include "cuda/attention_kernels.h"
#include "cuda/attention_tensor_core.cuh"

namespace hearth::cuda::attention {

template <class H>
void run_forward(const Forward& p, std::string_view op) {
  using E = TensorCores<H, 2>;
  if (p.columns() <= 64) return launch_forward<E, 64, 64>(p, op);
  launch_forward<E, 64, 128>(p, op);
}

template <class H>
void run_backward(const Backward& p, std::string_view op) {
  launch_deltas<float>(p, op);
  const bool keys = p.grad_key.data || p.grad_value.data;
  if (p.columns() <= 64) {
    if (keys) launch_backward<TensorCores<H, 2>, 32, 64, true>(p, op);
    if (p.grad_query.data) launch_backward<TensorCores<H, 2>, 32, 64, false>(p, op);
  } else {
    if (keys) launch_backward<TensorCores<H, 1>, 32, 128, true>(p, op);
    if (p.grad_query.data) launch_backward<TensorCores<H, 2>, 32, 128, false>(p, op);
  }
}

}  // namespace hearth::cuda::attention
