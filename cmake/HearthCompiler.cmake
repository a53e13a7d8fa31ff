# SPDX-License-Identifier: Apache-2.0
# Language level, warnings, linker and output folders shared by everything built here.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")

# Results may not depend on where the compiler finds a multiply next to an add.
set(_flags -ffp-contract=off -fno-semantic-interposition
    -Wall -Wextra -Wnon-virtual-dtor -Wsuggest-override -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12's flow analysis gives false alarms on inlined std::string and std::optional; clang and
  # the sanitizers watch for the real thing.
  list(APPEND _flags -Wshadow=local -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds
                     -Wno-stringop-overflow -Wno-stringop-overread)
else()
  list(APPEND _flags -Wshadow)
endif()
# Char has a sign on x86, where most programs are tested; on other processors it would have none.
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  list(APPEND _flags -fsigned-char)
endif()
if(HEARTH_WERROR)
  list(APPEND _flags -Werror)
endif()
# nvcc has its own; see core/cuda.cmake.
add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:${_flags}>")

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
if(HEARTH_SANITIZE)
  # Floats beyond an integer's range become what the processor makes of them, as in PyTorch.
  add_compile_options(-fsanitize=${HEARTH_SANITIZE} -fno-sanitize=float-cast-overflow
                      -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HEARTH_SANITIZE})
endif()

find_program(HEARTH_CCACHE ccache)
mark_as_advanced(HEARTH_CCACHE)
if(HEARTH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${HEARTH_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${HEARTH_CCACHE}")
endif()

# ccache cannot share objects between checkouts that were compiled with a precompiled header.
set(HEARTH_PCH_DEFAULT ON)
if(DEFINED ENV{CCACHE_BASEDIR})
  set(HEARTH_PCH_DEFAULT OFF)
endif()

# Only where this compiler can link with it: one for another processor may not.
include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=lld HEARTH_LLD_LINKS)
if(HEARTH_LLD_LINKS)
  add_link_options(-fuse-ld=lld)
endif()

# Libraries are full of tables of pointers, and relative relocations packed are a thirtieth of their
# size. lld has them from 15 on, and glibc from 2.36; libraries then want that glibc to run.
set(HEARTH_PACK_RELOCATIONS "")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  include(CheckCXXSourceCompiles)
  check_cxx_source_compiles("#include <cstdlib>
    #if !defined(__GLIBC__) || !__GLIBC_PREREQ(2, 36)
    #error
    #endif
    int main() {}" HEARTH_GLIBC_UNPACKS_RELOCATIONS)
  if(HEARTH_GLIBC_UNPACKS_RELOCATIONS)
    set(_pack LINKER:-z,pack-relative-relocs)
    set(_check LINKER:--fatal-warnings,-z,pack-relative-relocs)
    if(HEARTH_LLD_LINKS)
      check_linker_flag(CXX "-fuse-ld=lld;${_check}" HEARTH_LLD_PACKS_RELOCATIONS)
    endif()
    check_linker_flag(CXX "-fuse-ld=bfd;${_check}" HEARTH_BFD_PACKS_RELOCATIONS)
    if(HEARTH_LLD_LINKS AND HEARTH_LLD_PACKS_RELOCATIONS)
      set(HEARTH_PACK_RELOCATIONS ${_pack})
    elseif(HEARTH_BFD_PACKS_RELOCATIONS)
      set(HEARTH_PACK_RELOCATIONS -fuse-ld=bfd ${_pack})
    endif()
  endif()
endif()
