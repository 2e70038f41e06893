# Every third-party library, as SYSTEM, in one place.
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets Sql Svg)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(CLI11 REQUIRED)
find_package(CURL REQUIRED)
find_package(LibArchive REQUIRED)
find_package(Threads REQUIRED)

# libzip by path: Debian's package file also demands the zip command-line tools.
find_path(ZIP_INCLUDE_DIR zip.h REQUIRED)
find_library(ZIP_LIBRARY zip REQUIRED)

# OpenCV by library name: OpenCV_LIBS would pull in VTK and Qt 5.
find_path(OPENCV_INCLUDE_DIR opencv2/imgcodecs.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_library(OPENCV_CORE opencv_core REQUIRED)
find_library(OPENCV_IMGPROC opencv_imgproc REQUIRED)
find_library(OPENCV_IMGCODECS opencv_imgcodecs REQUIRED)
add_library(metamer_opencv INTERFACE)
target_include_directories(metamer_opencv SYSTEM INTERFACE ${OPENCV_INCLUDE_DIR})
target_link_libraries(metamer_opencv INTERFACE ${OPENCV_IMGCODECS} ${OPENCV_IMGPROC} ${OPENCV_CORE})

# LibTorch by path: METAMER_TORCH_ROOT names a folder with include/ and lib/ (Debian's when empty).
set(METAMER_TORCH_ROOT "" CACHE PATH "Folder of a LibTorch with include/ and lib/ (empty: the system's)")
find_path(TORCH_INCLUDE_DIR torch/csrc/api/include/torch/torch.h HINTS ${METAMER_TORCH_ROOT}/include REQUIRED)
find_library(TORCH_LIBRARY torch HINTS ${METAMER_TORCH_ROOT}/lib REQUIRED)
find_library(TORCH_CPU_LIBRARY torch_cpu HINTS ${METAMER_TORCH_ROOT}/lib REQUIRED)
find_library(C10_LIBRARY c10 HINTS ${METAMER_TORCH_ROOT}/lib REQUIRED)
add_library(metamer_torch INTERFACE)
target_include_directories(metamer_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIR} ${TORCH_INCLUDE_DIR}/torch/csrc/api/include)
target_link_libraries(metamer_torch INTERFACE ${TORCH_LIBRARY} ${TORCH_CPU_LIBRARY} ${C10_LIBRARY})
