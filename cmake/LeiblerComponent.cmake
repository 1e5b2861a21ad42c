# leibler_component(<name> [SOURCES ...] HEADERS ... [PUBLIC ...] [PRIVATE ...])
#
# Declares the library target leibler_<name> (alias leibler::<name>) whose
# headers live in <name>/include/leibler/<name>/ and whose sources are named
# from <name>/. Without SOURCES the target is header-only. Every header is
# compiled alone by all_verify_interface_header_sets.
#
# A header-only library under PRIVATE is used to build leibler and is not
# mentioned in the export: who uses the installed package does not need it.
function(leibler_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;PUBLIC;PRIVATE")
  list(TRANSFORM arg_HEADERS PREPEND "include/leibler/${name}/")
  set(target leibler_${name})
  if(arg_SOURCES)
    add_library(${target} ${arg_SOURCES})
    set(scope PUBLIC)
    # The same bits whatever flags the user chooses: no contraction into fused
    # multiply-adds that the source did not write. Private flags come last on
    # the command line, after those of CMAKE_CXX_FLAGS.
    target_compile_options(${target} PRIVATE -ffp-contract=off -fno-math-errno)
    set_target_properties(${target} PROPERTIES
      CXX_EXTENSIONS OFF
      POSITION_INDEPENDENT_CODE ON
      INSTALL_RPATH "$ORIGIN")
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(leibler::${name} ALIAS ${target})
  target_sources(${target} ${scope}
    FILE_SET HEADERS BASE_DIRS include FILES ${arg_HEADERS})
  target_compile_features(${target} ${scope} cxx_std_20)
  target_link_libraries(${target} ${scope} ${arg_PUBLIC})
  foreach(library IN LISTS arg_PRIVATE)
    get_target_property(type ${library} TYPE)
    if(type STREQUAL "INTERFACE_LIBRARY")
      set_property(TARGET ${target} APPEND PROPERTY LINK_LIBRARIES ${library})
    else()
      target_link_libraries(${target} PRIVATE ${library})
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
  install(TARGETS ${target} EXPORT leiblerTargets FILE_SET HEADERS)
endfunction()

# leibler_umbrella(<folder>)
#
# leibler::leibler: what users link. It owns <folder>/leibler/leibler.hpp, which
# includes every public header.
function(leibler_umbrella folder)
  add_library(leibler INTERFACE)
  add_library(leibler::leibler ALIAS leibler)
  target_sources(leibler INTERFACE
    FILE_SET HEADERS BASE_DIRS ${folder} FILES ${folder}/leibler/leibler.hpp)
  target_link_libraries(leibler INTERFACE leibler::estimators)
  set_target_properties(leibler PROPERTIES VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
  install(TARGETS leibler EXPORT leiblerTargets FILE_SET HEADERS)
endfunction()
