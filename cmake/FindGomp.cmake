# SPDX-License-Identifier: Apache-2.0
# libgomp, GCC's OpenMP runtime, as Gomp::Gomp. Hearth calls it directly, without -fopenmp, so that
# GCC and clang builds share the one runtime that oneDNN uses as well.
find_library(Gomp_LIBRARY NAMES gomp libgomp.so.1)
if(NOT Gomp_LIBRARY)
  foreach(driver "${CMAKE_CXX_COMPILER}" g++ gcc)
    execute_process(COMMAND ${driver} -print-file-name=libgomp.so
                    OUTPUT_VARIABLE path OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(IS_ABSOLUTE "${path}" AND EXISTS "${path}")
      set(Gomp_LIBRARY "${path}" CACHE FILEPATH "libgomp" FORCE)
      break()
    endif()
  endforeach()
endif()
mark_as_advanced(Gomp_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Gomp REQUIRED_VARS Gomp_LIBRARY)
if(Gomp_FOUND AND NOT TARGET Gomp::Gomp)
  add_library(Gomp::Gomp UNKNOWN IMPORTED)
  set_target_properties(Gomp::Gomp PROPERTIES IMPORTED_LOCATION "${Gomp_LIBRARY}")
endif()
