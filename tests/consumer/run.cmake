# Configures, builds and runs the project SOURCE in WORK against the package in
# PREFIX with the compiler CXX and FLAGS. What it prints is kept in WORK.txt and,
# where SAME_AS is given, must equal that file to the byte. With NEEDS the
# program is only run if the CPU has all of these flags.
function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
file(REMOVE_RECURSE "${WORK}" "${WORK}.txt")
run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${WORK}" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_FLAGS=${FLAGS}" "-DCMAKE_PREFIX_PATH=${PREFIX}")
run("${CMAKE_COMMAND}" --build "${WORK}")

file(READ /proc/cpuinfo cpu)
string(REGEX MATCH "flags[^\n]*" cpu "${cpu}")
foreach(flag IN LISTS NEEDS)
  if(NOT "${cpu} " MATCHES " ${flag} ")
    message("built, not run: this CPU has no ${flag}")
    return()
  endif()
endforeach()

run("${WORK}/consumer" OUTPUT_FILE "${WORK}.txt")
if(SAME_AS)
  file(READ "${SAME_AS}" expected)
  file(READ "${WORK}.txt" got)
  if(NOT got STREQUAL expected)
    message(FATAL_ERROR "built with ${CXX} ${FLAGS} it prints\n${got}where the plain build prints\n${expected}")
  endif()
endif()
