// SPDX-License-Identifier: Apache-2.0
// Which tiles attention without tensor cores is cut into.
#pragma once

#include "cuda/attention_backward.cuh"
#include "cuda/attention_forward.cuh"
#include "cuda/attention_kernels.h"
#include "cuda/attention_plain.cuh"

namespace hearth::cuda::attention {

/// Rows of a block / 16 and keys that it takes at once going forward, rows and others going
/// backward: what fits the 99 KB of shared memory that every card has.
template <class T, int kDim>
struct PlainTiles {
  static constexpr bool kSingle = sizeof(T) == 4;
  static constexpr int kSlots = kSingle ? (kDim <= 128 ? 4 : 2) : 2;
  static constexpr int kKeys = kSingle ? 4096 / kDim : 2048 / kDim;
  static constexpr int kOwnSlots = kSingle ? (kDim == 64 ? 4 : kDim == 128 ? 2 : 1) : 128 / kDim;
  static constexpr int kOthers = kSingle ? (kDim <= 128 ? 32 : 16) : 16;
};

template <class T, int kDim, bool kDrops = false>
void forward_by(const Forward& p, std::string_view op) {
  using Tiles = PlainTiles<T, kDim>;
  launch_forward<Plain<T, Tiles::kSlots>, Tiles::kKeys, kDim, kDrops>(p, op);
}

template <class T, int kDim, bool kDrops = false>
void backward_by(const Backward& p, std::string_view op) {
  using Tiles = PlainTiles<T, kDim>;
  using E = Plain<T, Tiles::kOwnSlots>;
  if (p.grad_key.data || p.grad_value.data)
    launch_backward<E, Tiles::kOthers, kDim, true, kDrops>(p, op);
  if (p.grad_query.data) launch_backward<E, Tiles::kOthers, kDim, false, kDrops>(p, op);
}

template <class T>
void run_forward(const Forward& p, std::string_view op) {
  if (p.columns() <= 64) return forward_by<T, 64>(p, op);
  if constexpr (kMostColumns < T >> 128)
    if (p.columns() > 128) return forward_by<T, 256>(p, op);
  forward_by<T, 128>(p, op);
}

template <class T>
void run_forward_dropout(const Forward& p, std::string_view op) {
  if (p.columns() <= 64) return forward_by<T, 64, true>(p, op);
  forward_by<T, 128, true>(p, op);
}

template <class T>
void run_backward(const Backward& p, std::string_view op) {
  launch_deltas<T>(p, op);
  if (p.columns() <= 64) return backward_by<T, 64>(p, op);
  if constexpr (kMostColumns < T >> 128)
    if (p.columns() > 128) return backward_by<T, 256>(p, op);
  backward_by<T, 128>(p, op);
}

template <class T>
void run_backward_dropout(const Backward& p, std::string_view op) {
  launch_deltas<T>(p, op);
  if (p.columns() <= 64) return backward_by<T, 64, true>(p, op);
  backward_by<T, 128, true>(p, op);
}

}  // namespace hearth::cuda::attention
