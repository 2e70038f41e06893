# One INTERFACE target carries the warnings and defines that all of our own code is built with.
add_library(metamer_options INTERFACE)
target_compile_options(metamer_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Winvalid-pch -fpch-preprocess)
target_compile_definitions(metamer_options INTERFACE
  QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_FOREACH QT_DISABLE_DEPRECATED_BEFORE=0x060400
  METAMER_VERSION="${PROJECT_VERSION}")
target_include_directories(metamer_options INTERFACE ${CMAKE_SOURCE_DIR})
# Installed programs find our own libraries by path; no path of the build tree stays in them.
set(CMAKE_INSTALL_RPATH "")
if(METAMER_SANITIZE)
  target_compile_options(metamer_options INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer)
  target_link_options(metamer_options INTERFACE -fsanitize=address,undefined)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
endif()

# Files that include torch need 1 to 1.6 GB each to compile: never more at once than memory allows.
cmake_host_system_information(RESULT memory_mib QUERY TOTAL_PHYSICAL_MEMORY)
cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
math(EXPR torch_jobs "${memory_mib} / 3072")
if(torch_jobs GREATER cores)
  set(torch_jobs ${cores})
endif()
if(torch_jobs LESS 1)
  set(torch_jobs 1)
endif()
set_property(GLOBAL PROPERTY JOB_POOLS torch_pool=${torch_jobs})
