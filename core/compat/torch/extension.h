// SPDX-License-Identifier: Apache-2.0
// C++ programs that include this header get LibTorch's names; modules for Python are not made here.
#pragma once

#include <torch/library.h>
#include <torch/torch.h>

#define PYBIND11_MODULE(name, module)                                                            \
  static_assert(false, "extensions of Python cannot be built with Hearth, which has no Python"); \
  [[maybe_unused]] static void pybind11_module_##name(auto& module)
