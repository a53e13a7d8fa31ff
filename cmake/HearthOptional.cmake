# SPDX-License-Identifier: Apache-2.0
# hearth_optional(<found> <target> <definition> <message>)
#
# For a library that a component can do without: where it was found, appends the target to the
# caller's `libraries` and the definition to its `definitions`, else prints what is missing then.
macro(hearth_optional found target definition message)
  if(${found})
    list(APPEND libraries ${target})
    list(APPEND definitions ${definition})
  else()
    message(STATUS "${message}")
  endif()
endmacro()
