# leibler as strangers meet it: installed and found, or as a subdirectory. The
# tests of the label packaging; they start from a build that is finished.

set(consumer "${CMAKE_CURRENT_SOURCE_DIR}/consumer")
set(scratch "${CMAKE_CURRENT_BINARY_DIR}/packaging")
set(settings -D "PREFIX=${scratch}/prefix" -D "SOURCE=${consumer}" -D "GENERATOR=${CMAKE_GENERATOR}")

function(leibler_packaging_test name)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS packaging TIMEOUT 600)
endfunction()

# leibler_consumer(<name> <compiler> <flags> [SAME_AS <name>] [NEEDS <CPU flag>...])
#
# The project consumer/ built like that prints the same, to the byte, as <name>.
function(leibler_consumer name compiler flags)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "SAME_AS" "NEEDS")
  if(arg_SAME_AS)
    set(arg_SAME_AS "${scratch}/${arg_SAME_AS}.txt")
  endif()
  leibler_packaging_test(consumer/${name} ${settings} -D "WORK=${scratch}/${name}"
    -D "CXX=${compiler}" -D "FLAGS=${flags}" -D "NEEDS=${arg_NEEDS}" -D "SAME_AS=${arg_SAME_AS}"
    -P "${consumer}/run.cmake")
  set_tests_properties(consumer/${name} PROPERTIES FIXTURES_REQUIRED "installed;plain")
endfunction()

leibler_packaging_test(consumer/install ${settings} -D "BUILD=${PROJECT_BINARY_DIR}"
  -P "${consumer}/install.cmake")
set_tests_properties(consumer/install PROPERTIES FIXTURES_SETUP installed)

leibler_packaging_test(consumer/missing_library ${settings} -D "WORK=${scratch}/missing"
  -D "CXX=${CMAKE_CXX_COMPILER}" -P "${consumer}/missing.cmake")
set_tests_properties(consumer/missing_library PROPERTIES FIXTURES_REQUIRED installed)

set(avx512 avx512f avx512bw avx512cd avx512dq avx512vl)
leibler_consumer(plain "${CMAKE_CXX_COMPILER}" "-O2")
set_tests_properties(consumer/plain PROPERTIES FIXTURES_REQUIRED installed FIXTURES_SETUP plain)
leibler_consumer(avx512 "${CMAKE_CXX_COMPILER}" "-O3 -march=skylake-avx512"
  SAME_AS plain NEEDS ${avx512})
leibler_consumer(address_sanitizer "${CMAKE_CXX_COMPILER}" "-O1 -march=skylake-avx512 -fsanitize=address"
  SAME_AS plain NEEDS ${avx512})
find_program(LEIBLER_CLANG NAMES clang++-14 clang++)
if(LEIBLER_CLANG)
  leibler_consumer(clang "${LEIBLER_CLANG}" "-O2" SAME_AS plain)
endif()

find_program(LEIBLER_PKG_CONFIG NAMES pkg-config pkgconf)
if(LEIBLER_PKG_CONFIG)
  leibler_packaging_test(consumer/pkg_config ${settings} -D "WORK=${scratch}/pkg_config"
    -D "PKG_CONFIG=${LEIBLER_PKG_CONFIG}" -D "VERSION=${PROJECT_VERSION}"
    -D "CXX=${CMAKE_CXX_COMPILER}" -D "FLAGS=-O2" -D "SAME_AS=${scratch}/plain.txt"
    -P "${consumer}/pkg_config.cmake")
  set_tests_properties(consumer/pkg_config PROPERTIES FIXTURES_REQUIRED "installed;plain")
endif()

# It compiles the whole library again, which takes minutes, without optimisation and
# for one instruction set, as shared libraries: what is tested is the CMake, the
# warnings and that no symbol is missing from a library of its own.
if(LEIBLER_LONG_TESTS)
  add_test(NAME subproject COMMAND ${CMAKE_CTEST_COMMAND}
    --build-and-test "${CMAKE_CURRENT_SOURCE_DIR}/subproject" "${scratch}/subproject"
    --build-generator "${CMAKE_GENERATOR}"
    --build-options "-DLEIBLER=${PROJECT_SOURCE_DIR}" "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}"
                    -DCMAKE_CXX_FLAGS=-O0 -DLEIBLER_SINGLE_TARGET=ON -DBUILD_SHARED_LIBS=ON
    --test-command stranger)
  set_tests_properties(subproject PROPERTIES LABELS packaging TIMEOUT 600)
endif()
