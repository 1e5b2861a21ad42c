# Installs BUILD into PREFIX and looks at what a stranger gets: no header may
# include a library that leibler only links or only uses itself.
file(REMOVE_RECURSE "${PREFIX}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}"
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE headers "${PREFIX}/include/*.hpp" "${PREFIX}/include/*.h")
if(NOT headers)
  message(FATAL_ERROR "no header was installed")
endif()
foreach(header IN LISTS headers)
  file(STRINGS "${header}" forbidden
    REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"](hwy|oneapi|tbb|nlohmann|boost|kernels)/")
  if(forbidden)
    message(SEND_ERROR "${header}: ${forbidden}")
  endif()
endforeach()
