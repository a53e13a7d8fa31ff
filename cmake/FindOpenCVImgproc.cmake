# SPDX-License-Identifier: Apache-2.0
# OpenCV's core and imgproc as OpenCVImgproc::OpenCVImgproc, by library name: OpenCV's own CMake
# package exists only together with all of OpenCV.
find_path(OpenCVImgproc_INCLUDE_DIR opencv2/imgproc.hpp PATH_SUFFIXES opencv4)
find_library(OpenCVImgproc_LIBRARY opencv_imgproc)
find_library(OpenCVImgproc_CORE_LIBRARY opencv_core)
mark_as_advanced(OpenCVImgproc_INCLUDE_DIR OpenCVImgproc_LIBRARY OpenCVImgproc_CORE_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCVImgproc
  REQUIRED_VARS OpenCVImgproc_LIBRARY OpenCVImgproc_CORE_LIBRARY OpenCVImgproc_INCLUDE_DIR)
if(OpenCVImgproc_FOUND AND NOT TARGET OpenCVImgproc::OpenCVImgproc)
  add_library(OpenCVImgproc::OpenCVImgproc UNKNOWN IMPORTED)
  set_target_properties(OpenCVImgproc::OpenCVImgproc PROPERTIES
    IMPORTED_LOCATION "${OpenCVImgproc_LIBRARY}"
    INTERFACE_LINK_LIBRARIES "${OpenCVImgproc_CORE_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${OpenCVImgproc_INCLUDE_DIR}")
endif()
