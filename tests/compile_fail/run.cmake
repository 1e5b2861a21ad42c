# SOURCE must not compile, for the reason it states: the compiler's output holds
# the text after "// expect: " in its first lines.
set(ENV{LC_ALL} C)
string(REPLACE "|" ";-I" includes "-I${INCLUDES}")
set(compile "${CXX}" -std=c++20 -fsyntax-only -fmessage-length=0 -fno-diagnostics-color ${includes} "${SOURCE}")

file(STRINGS "${SOURCE}" expected REGEX "^// expect: " LIMIT_COUNT 1)
string(REGEX REPLACE "^// expect: " "" expected "${expected}")
string(REPLACE "\\;" ";" expected "${expected}")  # how file(STRINGS) gives a semicolon
if(expected STREQUAL "")
  message(FATAL_ERROR "${SOURCE} does not say what to expect")
endif()

execute_process(COMMAND ${compile} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles and must not")
endif()
string(FIND "${output}" "${expected}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "expected: ${expected}\ngot:\n${output}")
endif()
