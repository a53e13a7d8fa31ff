// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa_select.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include "hearth/base/cpu.h"
#include "hearth/base/error.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace hearth::cpu {
namespace {

struct Level {
  Isa isa;
  const char* name;
};

// What this build contains, lowest first.
constexpr Level kLevels[] = {HEARTH_FOR_ISA_BASE({Isa::Base, "base"}, ) HEARTH_FOR_ISA_V2(
    {Isa::V2, "v2"}, ) HEARTH_FOR_ISA_V3({Isa::V3, "v3"}, ) HEARTH_FOR_ISA_V4({Isa::V4, "v4"}, )};

#if defined(__x86_64__)

Isa processor_isa() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned v2_c = 1u << 0 | 1u << 9 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 23;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & v2_c) != v2_c) return Isa::Base;
  const unsigned leaf1 = c;

  // AVX state is usable only if the system saves it.
  unsigned saved = 0;
  if (leaf1 & 1u << 27) {
    unsigned high;
    __asm__("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
  }
  constexpr unsigned v3_c = 1u << 12 | 1u << 22 | 1u << 28 | 1u << 29;  // fma, movbe, avx, f16c
  if ((saved & 0x6) != 0x6 || (leaf1 & v3_c) != v3_c) return Isa::V2;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return Isa::V2;
  const unsigned leaf7 = b;
  constexpr unsigned v3_b = 1u << 3 | 1u << 5 | 1u << 8;  // bmi1, avx2, bmi2
  if ((leaf7 & v3_b) != v3_b) return Isa::V2;
  if (!__get_cpuid(0x80000001, &a, &b, &c, &d) || !(c & 1u << 5)) return Isa::V2;  // lzcnt

  constexpr unsigned v4_b = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;  // f dq cd bw vl
  if ((saved & 0xe6) != 0xe6 || (leaf7 & v4_b) != v4_b) return Isa::V3;
  return Isa::V4;
}

#else

Isa processor_isa() { return Isa::Base; }

#endif

const char* name_of(Isa isa) {
  for (const Level& level : kLevels)
    if (level.isa == isa) return level.name;
  return "none";
}

}  // namespace

bool isa_available(Isa isa) {
  for (const Level& level : kLevels)
    if (level.isa == isa) return isa <= processor_isa();
  return false;
}

Isa choose_isa(const char* request, Isa processor) {
  const Level* best = nullptr;
  std::string names;
  for (const Level& level : kLevels) {
    if (level.isa > processor) continue;
    best = &level;
    names += names.empty() ? "" : ", ";
    names += level.name;
    if (request && std::string_view(request) == level.name) return level.isa;
  }
  HEARTH_CHECK_AS(ValueError, best != nullptr, "[cpu] this build has kernels for ", kLevels[0].name,
                  " and above of x86-64, which this processor lacks; build with a lower level in "
                  "HEARTH_ISA_LEVELS");
  HEARTH_CHECK_AS(ValueError, !request || !*request, "[cpu] HEARTH_ISA expected one of ", names,
                  " (what this build and this processor have), got '", request, "'");
  return best->isa;
}

Isa selected_isa() {
  static const Isa isa = choose_isa(std::getenv("HEARTH_ISA"), processor_isa());
  return isa;
}

}  // namespace hearth::cpu

namespace hearth {

const char* cpu_capability() { return cpu::name_of(cpu::selected_isa()); }

}  // namespace hearth
