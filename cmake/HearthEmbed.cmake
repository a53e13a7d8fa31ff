# SPDX-License-Identifier: Apache-2.0
# hearth_embed(<file> <name>)
#
# Writes <name> into this folder's build folder: the bytes of a file as numbers with commas between
# them, for the initializer of an array of unsigned char. What becomes part of a library is found
# wherever the library is.
function(hearth_embed file name)
  cmake_path(ABSOLUTE_PATH file)
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${name}" CONTENT "${bytes}\n" @ONLY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
endfunction()
