// SPDX-License-Identifier: Apache-2.0
#pragma once

#error \
    "torch/extension.h is for extensions of Python, which Hearth does not have. For a C++ program, include <torch/torch.h>; AT_DISPATCH_ macros are in <ATen/Dispatch.h>."
