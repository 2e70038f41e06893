# Every third-party library, as SYSTEM, in one place.
find_package(Threads REQUIRED)

# LibTorch by path: METAMER_TORCH_ROOT names a folder with include/ and lib/ (Debian's when empty). With a LibTorch 2.x the
# CUDA libraries beside it are linked too: nothing of ours names a symbol in them, they register themselves when loaded.
set(METAMER_TORCH_ROOT "" CACHE PATH "Folder of a LibTorch with include/ and lib/ (empty: the system's)")
if(METAMER_TORCH_ROOT)
  set(torch_search PATHS ${METAMER_TORCH_ROOT}/lib NO_DEFAULT_PATH)
  set(torch_include_search PATHS ${METAMER_TORCH_ROOT}/include NO_DEFAULT_PATH)
endif()
find_path(TORCH_INCLUDE_DIR torch/csrc/api/include/torch/torch.h ${torch_include_search} REQUIRED)
find_library(TORCH_LIBRARY torch ${torch_search} REQUIRED)
find_library(TORCH_CPU_LIBRARY torch_cpu ${torch_search} REQUIRED)
find_library(C10_LIBRARY c10 ${torch_search} REQUIRED)
find_library(TORCH_CUDA_LIBRARY torch_cuda ${torch_search})
find_library(C10_CUDA_LIBRARY c10_cuda ${torch_search})
add_library(metamer_torch INTERFACE)
target_include_directories(metamer_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIR} ${TORCH_INCLUDE_DIR}/torch/csrc/api/include)
# libstdc++ first: the 2.x wheel's libtorch.so exports a std::filesystem of its own, whose remove_all crashes in ours.
target_link_libraries(metamer_torch INTERFACE
  -Wl,--push-state,--no-as-needed,-lstdc++,--pop-state ${TORCH_LIBRARY} ${TORCH_CPU_LIBRARY} ${C10_LIBRARY})
if(TORCH_CUDA_LIBRARY)
  target_link_libraries(metamer_torch INTERFACE
    -Wl,--push-state,--no-as-needed,${TORCH_CUDA_LIBRARY},${C10_CUDA_LIBRARY},--pop-state)
  target_link_options(metamer_torch INTERFACE -Wl,--allow-shlib-undefined)  # CUDA's own libraries are found when it is loaded
endif()

if(METAMER_ENGINE_ONLY)
  return()
endif()

find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets Sql Svg Charts)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(CLI11 REQUIRED)
find_package(CURL REQUIRED)
find_package(LibArchive REQUIRED)

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
find_library(OPENCV_DNN opencv_dnn REQUIRED)
add_library(metamer_opencv_dnn INTERFACE)
target_link_libraries(metamer_opencv_dnn INTERFACE metamer_opencv ${OPENCV_DNN})
