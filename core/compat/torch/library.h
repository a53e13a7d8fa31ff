// SPDX-License-Identifier: Apache-2.0
// Operators are not registered with Hearth: what calls them by name, Python and TorchScript, is not
// there. C++ calls the functions themselves.
#pragma once

#include <torch/torch.h>

#define TORCH_FN(function) &function
#define HEARTH_NO_LIBRARY(function, library)                                                \
  static_assert(false,                                                                      \
                "operators cannot be registered with Hearth, which has neither Python nor " \
                "TorchScript to call them by name: call their functions");                  \
  [[maybe_unused]] static void function(auto& library)
#define TORCH_LIBRARY(name, library) HEARTH_NO_LIBRARY(torch_library_##name, library)
#define TORCH_LIBRARY_FRAGMENT(name, library) \
  HEARTH_NO_LIBRARY(C10_ANONYMOUS_VARIABLE(torch_library_fragment_##name), library)
#define TORCH_LIBRARY_IMPL(name, key, library) \
  HEARTH_NO_LIBRARY(C10_ANONYMOUS_VARIABLE(torch_library_impl_##name##key), library)
