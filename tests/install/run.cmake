# SPDX-License-Identifier: Apache-2.0
# Driven by CMakeLists.txt next to it.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed (${result}): ${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK}/first" "${WORK}/moved" "${WORK}/build")
foreach(component core torch hub vision text audio)
  run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/first" --component ${component})
endforeach()
file(RENAME "${WORK}/first" "${WORK}/moved")

if(SANITIZE)
  set(FLAGS "${FLAGS} -fsanitize=${SANITIZE}")
endif()
run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${WORK}/build" -G Ninja
    "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_FLAGS=${FLAGS}" "-DHEARTH_COMPONENTS=${COMPONENTS}"
    "-DCMAKE_PREFIX_PATH=${WORK}/moved")
run("${CMAKE_COMMAND}" --build "${WORK}/build")
run("${WORK}/build/outside")
if(NOT output MATCHES "outside: ok")
  message(FATAL_ERROR "the outside program printed: ${output}")
endif()

if(COMPONENTS MATCHES "text")
  run("${WORK}/build/outside_text" "${MODEL}")
endif()
if(COMPONENTS MATCHES "audio")
  separate_arguments(SOUNDS)
  run("${WORK}/build/outside_audio" ${SOUNDS})
endif()

# A LibTorch program, its CMakeLists included.
file(GLOB_RECURSE config "${WORK}/moved/TorchConfig.cmake")
cmake_path(GET config PARENT_PATH torch)
run("${CMAKE_COMMAND}" -S "${SOURCE}/../libtorch" -B "${WORK}/libtorch" -G Ninja
    "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_FLAGS=${FLAGS}" "-DTorch_DIR=${torch}")
run("${CMAKE_COMMAND}" --build "${WORK}/libtorch")
run("${WORK}/libtorch/example-app")
if(NOT output MATCHES "CPUFloatType{2,3}.*takes its weights")
  message(FATAL_ERROR "the LibTorch program printed: ${output}")
endif()

# A component that does not exist must be refused.
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${WORK}/build"
                        -DHEARTH_COMPONENTS=nonsense
                RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "find_package(Hearth COMPONENTS nonsense) should fail")
endif()
string(REGEX REPLACE "[ \n]+" " " output "${output}")
if(NOT output MATCHES "no component nonsense; it has: core")
  message(FATAL_ERROR "a missing component is not named: ${output}")
endif()

# Programs run from where they were moved to, and bring their manual and completions.
if(APPS)
  run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/moved" --component apps)
  foreach(component datasets hub pretrained)
    run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/moved" --component ${component})
  endforeach()
  foreach(program audio convert text vision)
    run("${WORK}/moved/bin/hearth-${program}" --version)
    foreach(file man/man1/hearth-${program}.1 bash-completion/completions/hearth-${program}
                 zsh/site-functions/_hearth-${program}
                 fish/vendor_completions.d/hearth-${program}.fish)
      file(SIZE "${WORK}/moved/share/${file}" size)
      if(size LESS 500)
        message(FATAL_ERROR "${file} has ${size} bytes")
      endif()
    endforeach()
  endforeach()
endif()
