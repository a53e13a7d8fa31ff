# SPDX-License-Identifier: Apache-2.0
# Kernel sources are compiled once per instruction-set level and picked at start-up.

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(_levels "v2;v3;v4")
else()
  set(_levels "base")
endif()
set(HEARTH_ISA_LEVELS "${_levels}" CACHE STRING
    "Kernel variants to build: v2, v3, v4 (x86-64 levels) or base (the compiler's default)")

set(HEARTH_ISA_FLAGS_base "")
set(HEARTH_ISA_FLAGS_v2 -march=x86-64-v2)
set(HEARTH_ISA_FLAGS_v3 -march=x86-64-v3)
set(HEARTH_ISA_FLAGS_v4 -march=x86-64-v4 -mprefer-vector-width=512)

# Processors without AVX2 only need right results: beside higher levels, v2 is compiled for size, to
# less than a third of what -O3 makes of it and in half the time.
set(HEARTH_ISA_OPTIMIZE_v2 -O3)
if("v3" IN_LIST HEARTH_ISA_LEVELS OR "v4" IN_LIST HEARTH_ISA_LEVELS)
  set(HEARTH_ISA_OPTIMIZE_v2 -Os)
endif()

# hearth_isa_objects(<result> COMPONENT <name> INCLUDES <dirs> SOURCES <files>): one object library per
# level. In each, HEARTH_ISA is the level's namespace (isa_v4). <result> receives the libraries' names.
function(hearth_isa_objects result)
  cmake_parse_arguments(arg "" "COMPONENT" "INCLUDES;SOURCES" ${ARGN})
  set(libraries "")
  foreach(level IN LISTS HEARTH_ISA_LEVELS)
    if(NOT DEFINED HEARTH_ISA_FLAGS_${level})
      message(FATAL_ERROR "HEARTH_ISA_LEVELS: unknown level '${level}'; use base, v2, v3 or v4")
    endif()
    set(library hearth_${arg_COMPONENT}_isa_${level})
    add_library(${library} OBJECT ${arg_SOURCES})
    target_include_directories(${library} PRIVATE ${arg_INCLUDES})
    target_compile_definitions(${library} PRIVATE HEARTH_ISA=isa_${level})
    # Whose kernels may stand in for this level's; see cpu/isa_select.h.
    if(level STREQUAL "v4" AND "v3" IN_LIST HEARTH_ISA_LEVELS)
      target_compile_definitions(${library} PRIVATE HEARTH_ISA_BELOW=isa_v3)
    endif()
    # Kernels join conditions with & and | on purpose: no branches.
    # Integers wrap around, as in PyTorch. No vector crosses a call, so its ABI does not matter.
    set(optimize -O3)
    if(DEFINED HEARTH_ISA_OPTIMIZE_${level})
      set(optimize ${HEARTH_ISA_OPTIMIZE_${level}})
    endif()
    target_compile_options(${library} PRIVATE ${HEARTH_ISA_FLAGS_${level}} ${optimize} -fwrapv
      -fno-math-errno -fno-trapping-math -Wno-psabi
      $<$<CXX_COMPILER_ID:Clang>:-Wno-bitwise-instead-of-logical -Wno-bitwise-conditional-parentheses>)
    list(APPEND libraries ${library})
  endforeach()
  set(${result} "${libraries}" PARENT_SCOPE)
endfunction()

# The definitions that tell the selector which levels exist (HEARTH_HAVE_ISA_V4 ...).
set(HEARTH_ISA_DEFINITIONS "")
foreach(level IN LISTS HEARTH_ISA_LEVELS)
  string(TOUPPER "HEARTH_HAVE_ISA_${level}" definition)
  list(APPEND HEARTH_ISA_DEFINITIONS ${definition})
endforeach()
