// SPDX-License-Identifier: Apache-2.0
// LibTorch's namespaces for Hearth's one, and its macros for compilers. at is a namespace of its
// own (ATen/ATen.h): one of its functions differs from torch's. torch is a macro, because C++
// cannot reopen another name of a namespace, and programs write `namespace torch::nn { ... }`.
#pragma once

#include "hearth/base/macros.h"

namespace hearth {}
namespace at {
using namespace ::hearth;
}
#define torch hearth
namespace c10 = hearth;

#define TORCH_API HEARTH_API
#define C10_API HEARTH_API
#define C10_CONCATENATE_IMPL(a, b) a##b
#define C10_CONCATENATE(a, b) C10_CONCATENATE_IMPL(a, b)
#define C10_STRINGIZE_IMPL(x) #x
#define C10_STRINGIZE(x) C10_STRINGIZE_IMPL(x)
#define C10_UID __COUNTER__
#define C10_ANONYMOUS_VARIABLE(name) C10_CONCATENATE(name, C10_UID)
#define C10_UNUSED [[maybe_unused]]
#define C10_NODISCARD [[nodiscard]]
#define C10_LIKELY(condition) __builtin_expect(static_cast<bool>(condition), 1)
#define C10_UNLIKELY(condition) __builtin_expect(static_cast<bool>(condition), 0)
#define C10_ALWAYS_INLINE inline __attribute__((always_inline))
#define C10_NOINLINE __attribute__((noinline))
