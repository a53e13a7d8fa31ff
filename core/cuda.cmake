# SPDX-License-Identifier: Apache-2.0
# libhearth_cuda: the kernels of src/cuda, a library that libhearth loads at run time.
file(GLOB cuda_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/cuda/*.cu"
     "${CMAKE_CURRENT_SOURCE_DIR}/src/cuda/*.cpp")

add_library(hearth_cuda SHARED ${cuda_sources})
target_include_directories(hearth_cuda PRIVATE
  "${CMAKE_CURRENT_SOURCE_DIR}/include" "${CMAKE_CURRENT_SOURCE_DIR}/src")
target_include_directories(hearth_cuda SYSTEM PRIVATE
  ${CUDAToolkit_INCLUDE_DIRS} "${HEARTH_CUDNN_INCLUDE_DIR}")
set_property(SOURCE "${CMAKE_CURRENT_SOURCE_DIR}/src/cuda/runtime.cpp" APPEND PROPERTY
  COMPILE_DEFINITIONS "HEARTH_CUDA_ARCHITECTURES=\"${CMAKE_CUDA_ARCHITECTURES}\"")
target_compile_options(hearth_cuda PRIVATE
  "$<$<COMPILE_LANGUAGE:CUDA>:--extended-lambda;--expt-relaxed-constexpr;-Xfatbin=-compress-all>"
  # What nvcc's host code looks like is not ours to mend, nor unread captures of device lambdas.
  "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall;-Xcompiler=-Wno-unused-parameter;-diag-suppress=177>")
target_link_libraries(hearth_cuda PRIVATE hearth CUDA::cudart CUDA::cublas CUDA::cublasLt CUDA::cufft
  CUDA::cusolver ${HEARTH_CUDNN_LIBRARY})
target_link_options(hearth_cuda PRIVATE
  -Wl,-z,defs "-Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/cuda_symbols.map")
set_target_properties(hearth_cuda PROPERTIES
  LINKER_LANGUAGE CXX
  CUDA_RESOLVE_DEVICE_SYMBOLS OFF
  INSTALL_RPATH "$ORIGIN")
install(TARGETS hearth_cuda LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT core)
