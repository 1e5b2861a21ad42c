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
