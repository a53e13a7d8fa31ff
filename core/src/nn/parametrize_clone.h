// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/module.h"

namespace hearth::nn::utils::parametrize {

/// The submodule that holds a module's parametrizations.
inline constexpr const char* kChild = "parametrizations";

/// Gives `copy`, which has the parameters that `original` had before it was parametrized, copies of
/// its parametrizations.
void copy_parametrizations(Module& copy, const Module& original,
                           const std::optional<Device>& device);

}  // namespace hearth::nn::utils::parametrize
