// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/parallel.h"
#include "cpu/softmax_kernels.h"

namespace hearth::cpu {

/// The loops for this machine, T = float or double.
template <class T>
const SoftmaxKernels<T>& softmax_kernels();
template <>
const SoftmaxKernels<float>& softmax_kernels<float>();
template <>
const SoftmaxKernels<double>& softmax_kernels<double>();

}  // namespace hearth::cpu
