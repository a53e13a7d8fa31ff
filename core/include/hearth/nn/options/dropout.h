// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/arg.h"

namespace hearth::nn {

/// Options of the dropout modules: the probability of an element (or channel) to become zero.
struct DropoutOptions {
  DropoutOptions(double p = 0.5) : p_(p) {}
  HEARTH_ARG(double, p);
  HEARTH_ARG(bool, inplace) = false;
};
using Dropout2dOptions = DropoutOptions;

namespace functional {
/// Options of F::dropout.
struct DropoutFuncOptions {
  HEARTH_ARG(double, p) = 0.5;
  HEARTH_ARG(bool, training) = true;
  HEARTH_ARG(bool, inplace) = false;
};
using Dropout2dFuncOptions = DropoutFuncOptions;
}  // namespace functional

}  // namespace hearth::nn
