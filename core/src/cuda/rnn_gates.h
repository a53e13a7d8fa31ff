// SPDX-License-Identifier: Apache-2.0
// A recurrent step, but for its products.
#pragma once

#include "ops/rnn.h"

namespace hearth::cuda {

/// All units of a step's sequences. Gates of a unit lie `hidden` apart, rows of gates
/// `gates_stride`, all other rows `hidden`.
template <class T>
struct RnnGatesForward {
  int64_t rows, hidden;
  T* gates;  ///< sums; become what backward keeps
  int64_t gates_stride;
  T *h, *c;  ///< the states; replaced
  T* output;
};
template <class T>
void rnn_gates(ops::RnnMode mode, const RnnGatesForward<T>& step);

template <class T>
struct RnnGatesBackward {
  int64_t rows, hidden;
  int64_t carried;  ///< rows whose states come from the step before; the others begin
  const T* kept;    ///< of forward: the gates
  int64_t kept_stride;
  const T *previous_h,
      *first_h;  ///< states the step began with: of the step before; of those that begin
  const T *previous_c, *first_c;  ///< the same of LSTM's cells; those before lie kept_stride apart
  const T* output;
  const T* grad;  ///< of the output; null: zeros
  T* dh;          ///< of the next state; becomes what passes no weights of the step's state's
  T* dc;          ///< of the cell; becomes that of the previous one
  T* dgates;
  int64_t dgates_stride;
  T* before;  ///< gets the states the step began with, unless null
};
template <class T>
void rnn_gates_backward(ops::RnnMode mode, const RnnGatesBackward<T>& step);

/// The biases of the gates: b_ih + b_hh, each of which may be null, but for GRU's third gate, which
/// takes the two at different places, b_ih alone.
template <class T>
void rnn_bias(ops::RnnMode mode, int64_t hidden, const T* b_ih, const T* b_hh, T* bias);

}  // namespace hearth::cuda
