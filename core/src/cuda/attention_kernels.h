// SPDX-License-Identifier: Apache-2.0
// Attention's kernels by element type: Half and BFloat16 on tensor cores, float (which reads half
// types as well) and double without. Columns are at most kMostColumns<T>.
#pragma once

#include <string_view>

#include "hearth/base/dtype.h"

namespace hearth::cuda::attention {

struct Forward;
struct Backward;

template <class T>
inline constexpr int kMostColumns = 128;
template <>
inline constexpr int kMostColumns<float> = 256;

template <class T>
void run_forward(const Forward& p, std::string_view op);
template <class T>
void run_backward(const Backward& p, std::string_view op);

/// Queries that run_decode takes at most; its columns are at most 256, of double 128.
inline constexpr int kDecodeQueries = 8;
/// Forward, of tensors that are all of T. `aligned`: 16 bytes of a row can be loaded at once.
template <class T>
void run_decode(const Forward& p, bool aligned, std::string_view op);

}  // namespace hearth::cuda::attention
