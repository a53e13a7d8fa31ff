// SPDX-License-Identifier: Apache-2.0
// Attention's kernels by element type: Half and BFloat16 on tensor cores, float (which reads half
// types as well) and double without.
#pragma once

#include <string_view>

#include "hearth/base/dtype.h"

namespace hearth::cuda::attention {

struct Forward;
struct Backward;

/// Columns that the kernels of T take at most.
template <class T>
inline constexpr int kMostColumns = 256;
template <>
inline constexpr int kMostColumns<double> = 128;
/// Going backward on tensor cores, two gradients of more would not fit a thread's registers.
inline constexpr int kMostBackwardColumns = 128;

template <class T>
void run_forward(const Forward& p, std::string_view op);
template <class T>
void run_backward(const Backward& p, std::string_view op);

/// The same with dropout, of Half, BFloat16 and float, up to this many columns.
inline constexpr int kMostDropoutColumns = 128;
template <class T>
void run_forward_dropout(const Forward& p, std::string_view op);
template <class T>
void run_backward_dropout(const Backward& p, std::string_view op);

/// Queries that run_decode takes at most; its columns are at most 256, of double 128.
inline constexpr int kDecodeQueries = 8;
/// Forward, of tensors that are all of T.
template <class T>
void run_decode(const Forward& p, std::string_view op);

}  // namespace hearth::cuda::attention
