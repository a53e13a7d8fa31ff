// SPDX-License-Identifier: Apache-2.0
#pragma once

// Kernels exist once per instruction-set level. A family of kernels is three things:
//
//   cpu/foo_kernels.h    struct FooTable { void (*run)(const float*, float*, int64_t); };
//                        HEARTH_DECLARE_ISA(const FooTable&, foo_table)
//   cpu/isa/foo.cpp      namespace hearth::cpu::HEARTH_ISA {
//                        static void run(const float* x, float* y, int64_t n) { ... }
//                        const FooTable& foo_table() { static constexpr FooTable t{run}; return t;
//                        }
//                        }
//   anywhere else        static const FooTable& foo = HEARTH_SELECT_ISA(foo_table);
//
// cpu/isa/*.cpp is compiled once per level with HEARTH_ISA set to the level's namespace. Such a
// file includes kernel headers only (pointers in, pointers out, no std containers or algorithms),
// and everything in it is static or in that namespace: a shared inline function or template would
// be merged by the linker, and old processors would meet new instructions (the lowest level's copy
// is harmless). Elsewhere HEARTH_HAVE_ISA_* says which levels this build contains.
//
// Kernels that gain nothing by a level's wider registers need not exist twice: a file may say
//
//   #ifdef HEARTH_ISA_BELOW
//   HEARTH_AS_BELOW(const FooTable&, foo_table)  // what the level below has
//   #else
//   ...
//   #endif

namespace hearth::cpu {

enum class Isa { Base, V2, V3, V4 };

/// The level in use, as cpu_capability() names it.
Isa selected_isa();

/// Whether this build contains the level and the processor can run it.
bool isa_available(Isa isa);

/// The level for a request (HEARTH_ISA, may be null) given what the processor has; throws
/// ValueError.
Isa choose_isa(const char* request, Isa processor);

}  // namespace hearth::cpu

#ifdef HEARTH_HAVE_ISA_BASE
#define HEARTH_FOR_ISA_BASE(...) __VA_ARGS__
#else
#define HEARTH_FOR_ISA_BASE(...)
#endif
#ifdef HEARTH_HAVE_ISA_V2
#define HEARTH_FOR_ISA_V2(...) __VA_ARGS__
#else
#define HEARTH_FOR_ISA_V2(...)
#endif
#ifdef HEARTH_HAVE_ISA_V3
#define HEARTH_FOR_ISA_V3(...) __VA_ARGS__
#else
#define HEARTH_FOR_ISA_V3(...)
#endif
#ifdef HEARTH_HAVE_ISA_V4
#define HEARTH_FOR_ISA_V4(...) __VA_ARGS__
#else
#define HEARTH_FOR_ISA_V4(...)
#endif

/// Declares `type function()` in every variant; stands in namespace hearth::cpu.
#ifdef HEARTH_ISA
#define HEARTH_DECLARE_ISA(type, function) \
  namespace HEARTH_ISA {                   \
  type function();                         \
  }
#else
#define HEARTH_DECLARE_ISA(type, function)                     \
  HEARTH_FOR_ISA_BASE(namespace isa_base { type function(); }) \
  HEARTH_FOR_ISA_V2(namespace isa_v2 { type function(); })     \
  HEARTH_FOR_ISA_V3(namespace isa_v3 { type function(); })     \
  HEARTH_FOR_ISA_V4(namespace isa_v4 { type function(); })
#endif

/// Where HEARTH_ISA_BELOW is a level that can stand in for this one (v3 for v4): defines `function`
/// as that level's; stands outside namespaces.
#define HEARTH_AS_BELOW(type, function)                                   \
  namespace hearth::cpu::HEARTH_ISA_BELOW {                               \
  type function();                                                        \
  }                                                                       \
  namespace hearth::cpu::HEARTH_ISA {                                     \
  type function() { return ::hearth::cpu::HEARTH_ISA_BELOW::function(); } \
  }

/// Calls the variant `level` of `function`; the level must be available.
#define HEARTH_CALL_ISA(level, function)                                                         \
  ([](::hearth::cpu::Isa hearth_level) -> decltype(auto) {                                       \
    switch (hearth_level) {                                                                      \
      HEARTH_FOR_ISA_BASE(case ::hearth::cpu::Isa::Base                                          \
                          : return ::hearth::cpu::isa_base::function();)                         \
      HEARTH_FOR_ISA_V2(case ::hearth::cpu::Isa::V2 : return ::hearth::cpu::isa_v2::function();) \
      HEARTH_FOR_ISA_V3(case ::hearth::cpu::Isa::V3 : return ::hearth::cpu::isa_v3::function();) \
      HEARTH_FOR_ISA_V4(case ::hearth::cpu::Isa::V4 : return ::hearth::cpu::isa_v4::function();) \
      default:                                                                                   \
        __builtin_unreachable();                                                                 \
    }                                                                                            \
  }(level))

/// Calls the selected variant's `function`.
#define HEARTH_SELECT_ISA(function) HEARTH_CALL_ISA(::hearth::cpu::selected_isa(), function)
