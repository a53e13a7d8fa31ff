# SPDX-License-Identifier: Apache-2.0
# hearth_library(<component> [HEARTH <components>] [LIBRARIES <targets>] [DEFINITIONS <defs>]
#                [OBJECTS <object libraries>] [EXCLUDE <regexes>])
#
# Builds <component>/src/**/*.cpp once as objects and links them into libhearth_<component>
# (libhearth for core), with <component>/include as the only public include folder. HEARTH names the
# components it stands on, LIBRARIES the private dependencies. Tests link the objects, so that they
# can reach hidden symbols; the list of them is the target property HEARTH_OBJECTS.
function(hearth_library component)
  cmake_parse_arguments(arg "" "" "HEARTH;LIBRARIES;DEFINITIONS;OBJECTS;EXCLUDE" ${ARGN})
  set(name hearth_${component})
  if(component STREQUAL "core")
    set(name hearth)
  endif()

  set(dir "${CMAKE_CURRENT_SOURCE_DIR}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${dir}/src/*.cpp")
  foreach(regex IN LISTS arg_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${regex}")
  endforeach()
  if(NOT sources)
    message(STATUS "${component}: no sources yet")
    return()
  endif()

  set(components "")
  foreach(other IN LISTS arg_HEARTH)
    list(APPEND components Hearth::${other})
  endforeach()

  add_library(${name}_objects OBJECT ${sources})
  target_include_directories(${name}_objects PUBLIC "${dir}/include" "${dir}/src")
  target_compile_definitions(${name}_objects PRIVATE ${arg_DEFINITIONS})
  target_link_libraries(${name}_objects PUBLIC ${components} ${arg_LIBRARIES})

  add_library(${name} SHARED)
  add_library(Hearth::${component} ALIAS ${name})
  target_link_libraries(${name} PRIVATE ${name}_objects ${arg_OBJECTS} ${arg_LIBRARIES}
                                PUBLIC ${components})
  target_include_directories(${name} INTERFACE
    "$<BUILD_INTERFACE:${dir}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  target_compile_features(${name} INTERFACE cxx_std_20)
  # The order on the link line is the order of initialization; see gomp_defaults.cpp.
  target_link_options(${name} PRIVATE
    -Wl,--no-as-needed -Wl,-Bsymbolic-functions -Wl,--gc-sections
    "-Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/symbols.map")
  target_link_options(${name} PRIVATE ${HEARTH_PACK_RELOCATIONS})
  if(NOT HEARTH_SANITIZE)
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS
    "${PROJECT_SOURCE_DIR}/cmake/symbols.map")
  set_target_properties(${name} PROPERTIES
    LINKER_LANGUAGE CXX
    EXPORT_NAME ${component}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    INSTALL_RPATH "$ORIGIN"
    HEARTH_OBJECTS "${name}_objects;${arg_OBJECTS}")
  hearth_install(${component} "${dir}/include" "${CMAKE_INSTALL_INCLUDEDIR}" ${name})
endfunction()
