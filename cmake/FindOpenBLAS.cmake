# SPDX-License-Identifier: Apache-2.0
# OpenBLAS, which holds LAPACK, as OpenBLAS::OpenBLAS. No header is needed: cpu/lapack/ declares the
# routines it calls.
find_library(OpenBLAS_LIBRARY openblas)
mark_as_advanced(OpenBLAS_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenBLAS REQUIRED_VARS OpenBLAS_LIBRARY)
if(OpenBLAS_FOUND AND NOT TARGET OpenBLAS::OpenBLAS)
  add_library(OpenBLAS::OpenBLAS UNKNOWN IMPORTED)
  set_target_properties(OpenBLAS::OpenBLAS PROPERTIES IMPORTED_LOCATION "${OpenBLAS_LIBRARY}")
endif()
