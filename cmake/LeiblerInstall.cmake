include(CMakePackageConfigHelpers)
set(LEIBLER_CONFIG_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/leibler")
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/leiblerConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/leiblerConfig.cmake"
  INSTALL_DESTINATION "${LEIBLER_CONFIG_DIR}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/leiblerConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/leiblerConfig.cmake"
              "${PROJECT_BINARY_DIR}/leiblerConfigVersion.cmake"
  DESTINATION "${LEIBLER_CONFIG_DIR}")
install(EXPORT leiblerTargets NAMESPACE leibler:: DESTINATION "${LEIBLER_CONFIG_DIR}")

# The same for builds without CMake. A static library needs what it is linked
# with from whoever links it; a shared one brings that itself.
set(LEIBLER_PC_REQUIRES "eigen3 >= 3.4")
if(NOT BUILD_SHARED_LIBS)
  string(APPEND LEIBLER_PC_REQUIRES ", tbb >= 2021.5, libhwy >= 1.0")
endif()
file(RELATIVE_PATH LEIBLER_PC_PREFIX "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
configure_file("${PROJECT_SOURCE_DIR}/cmake/leibler.pc.in" "${PROJECT_BINARY_DIR}/leibler.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/leibler.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
