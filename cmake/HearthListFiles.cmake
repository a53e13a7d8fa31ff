# SPDX-License-Identifier: Apache-2.0
# hearth_list_files(<folder> <output> [EXCLUDE <names>])
#
# Writes the generated header <output> with a line HEARTH_FILE(name) for every <folder>/<name>.cpp,
# and makes it known to the targets of this folder.
function(hearth_list_files folder output)
  cmake_parse_arguments(arg "" "" "EXCLUDE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  set(lines "")
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM name)
    if(NOT name IN_LIST arg_EXCLUDE)
      string(APPEND lines "HEARTH_FILE(${name})\n")
    endif()
  endforeach()
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/lists")
  file(CONFIGURE OUTPUT "${dir}/${output}" CONTENT "${lines}" @ONLY)
  include_directories("${dir}")
endfunction()
