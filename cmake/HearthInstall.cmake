# SPDX-License-Identifier: Apache-2.0
# The CMake package around the components that hearth_library() installs.
include(CMakePackageConfigHelpers)

set(_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Hearth")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/HearthConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/HearthConfig.cmake" INSTALL_DESTINATION "${_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/HearthConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/HearthConfig.cmake"
              "${PROJECT_BINARY_DIR}/HearthConfigVersion.cmake"
        DESTINATION "${_package_dir}" COMPONENT core)

# find_package(Torch) for LibTorch programs, in a folder that only Torch_DIR points to.
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/TorchConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/TorchConfig.cmake" INSTALL_DESTINATION "${_package_dir}/Torch")
install(FILES "${PROJECT_BINARY_DIR}/TorchConfig.cmake" DESTINATION "${_package_dir}/Torch"
        COMPONENT torch)

# hearth_install(<component> <include folder> <its destination> <targets...>)
function(hearth_install component include destination)
  install(TARGETS ${ARGN} EXPORT Hearth-${component}
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${component}
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${component})
  install(DIRECTORY "${include}/" DESTINATION "${destination}" COMPONENT ${component})
  install(EXPORT Hearth-${component} NAMESPACE Hearth:: FILE HearthTargets-${component}.cmake
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/Hearth" COMPONENT ${component})
endfunction()
