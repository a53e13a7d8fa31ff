// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// Some units of a recurrent step: `width` neighbouring ones of each of `rows` sequences. Gates of
/// a unit lie `hidden` apart, rows of gates `gates_stride`, all other rows `hidden` where nothing
/// else is said.
template <class T>
struct RnnStepForward {
  int64_t rows, width, hidden;
  T* gates;  ///< sums; become what backward keeps
  int64_t gates_stride;
  const T* h;  ///< the state the step begins with
  T* c;        ///< the cell; replaced
  T* output;
  T* next;  ///< the output again, as the next step's state
};
template <class T>
struct RnnStepBackward {
  int64_t rows, width, hidden;
  const T* kept;  ///< of forward: the gates
  int64_t kept_stride;
  const T* previous;  ///< the cell (LSTM) or state (GRU) the step began with
  int64_t previous_stride;
  const T* output;
  const T* grad;  ///< of the output
  int64_t grad_stride;
  T* dh;  ///< of the next state; becomes the part of the step's state's that passes no weights
  T* dc;  ///< of the cell; becomes that of the previous one
  T* dgates;
  int64_t dgates_stride;
};

/// The loops between a recurrent layer's products.
template <class T>
struct RnnKernels {
  void (*forward)(int mode, const RnnStepForward<T>& step);
  void (*backward)(int mode, const RnnStepBackward<T>& step);
};

HEARTH_DECLARE_ISA(const RnnKernels<float>&, rnn_kernels_f32)
HEARTH_DECLARE_ISA(const RnnKernels<double>&, rnn_kernels_f64)

}  // namespace hearth::cpu
