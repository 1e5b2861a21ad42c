# leibler_kernel_options(<target>)
#
# How the sources of <target> under src/kernels/ are compiled. Call it in the
# directory of the target.
#
# Ordinarily once per instruction set, the best one being chosen when the
# program runs. SSSE3 and AVX3_DL are left out: they cost compile time and give
# nothing over their neighbours. With LEIBLER_SINGLE_TARGET once, for AVX2 (AES
# and PCLMUL are part of what Highway calls AVX2), because kernels with
# sanitizers take minutes to compile for all of them.
function(leibler_kernel_options target)
  target_compile_definitions(${target} PRIVATE "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_AVX3_DL)")
  get_target_property(sources ${target} SOURCES)
  set(kernels ${sources})
  list(FILTER kernels INCLUDE REGEX "(^|/)src/kernels/")
  if(LEIBLER_SINGLE_TARGET)
    set_property(SOURCE ${kernels} APPEND PROPERTY
      COMPILE_OPTIONS -march=x86-64-v3 -maes -mpclmul)
    set_property(SOURCE ${kernels} APPEND PROPERTY
      COMPILE_DEFINITIONS HWY_COMPILE_ONLY_STATIC)
  endif()
endfunction()

# leibler_hand_annotated(<source>...)
#
# These sources order threads in ways that the thread sanitizer cannot see
# through the uninstrumented oneTBB. They are compiled without it and tell it by
# hand; LEIBLER_THREAD_SANITIZER is defined where they have to.
function(leibler_hand_annotated)
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=[a-z,]*thread")
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS -fno-sanitize=thread)
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_DEFINITIONS LEIBLER_THREAD_SANITIZER=1)
  endif()
endfunction()
