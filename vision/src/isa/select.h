// SPDX-License-Identifier: Apache-2.0
#pragma once

// Loops that exist once per instruction-set level, as core's in core/src/cpu/isa. A family of them:
//
//   transforms/foo_kernels.h  struct FooKernels { void (*run)(const float*, float*, int64_t); };
//                             HEARTH_VISION_KERNELS(FooKernels, foo_kernels)
//   isa/foo.cpp               namespace hearth::vision::HEARTH_ISA {
//                             static void run(const float* x, float* y, int64_t n) { ... }
//                             const FooKernels& foo_kernels() {
//                               static constexpr FooKernels all{run};
//                               return all;
//                             }
//                             }
//   anywhere else             foo_kernels().run(x, y, n);
//
// isa/*.cpp is compiled once per level with HEARTH_ISA set to the level's namespace. What it
// defines is static or in that namespace, and no inline function of a library: the linker would
// keep one copy of it, perhaps the one that an older processor cannot run.

#ifdef HEARTH_ISA
#define HEARTH_VISION_KERNELS(Kernels, function) \
  namespace HEARTH_ISA {                         \
  const Kernels& function();                     \
  }
#else

#include <string_view>

#include "hearth/base/cpu.h"

/// Levels that a build lacks are null, as weak names are.
#define HEARTH_VISION_KERNELS(Kernels, function)                                     \
  namespace isa_base {                                                               \
  __attribute__((weak)) const Kernels& function();                                   \
  }                                                                                  \
  namespace isa_v2 {                                                                 \
  __attribute__((weak)) const Kernels& function();                                   \
  }                                                                                  \
  namespace isa_v3 {                                                                 \
  __attribute__((weak)) const Kernels& function();                                   \
  }                                                                                  \
  namespace isa_v4 {                                                                 \
  __attribute__((weak)) const Kernels& function();                                   \
  }                                                                                  \
  inline const Kernels& function() {                                                 \
    static const Kernels& all = ::hearth::vision::of_level_in_use(                   \
        isa_base::function, isa_v2::function, isa_v3::function, isa_v4::function)(); \
    return all;                                                                      \
  }

namespace hearth::vision {

template <class F>
F of_level_in_use(F base, F v2, F v3, F v4) {
  const std::string_view level = cpu_capability();
  return level == "v4" ? v4 : level == "v3" ? v3 : level == "v2" ? v2 : base;
}

}  // namespace hearth::vision
#endif
