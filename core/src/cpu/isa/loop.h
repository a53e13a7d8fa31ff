// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Before a loop whose output may be one of its inputs, element for element, and nothing else: GCC
/// then vectorizes without testing for overlap. clang tests at run time, which costs little.
#ifdef __clang__
#define HEARTH_IVDEP
#else
#define HEARTH_IVDEP _Pragma("GCC ivdep")
#endif
