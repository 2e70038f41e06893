#include "core/base/plugin.h"

#include <dlfcn.h>

#include <filesystem>
#include <vector>

#include "core/base/error.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> candidateFiles(const std::string &library) {
    const std::string file = "lib" + library + ".so";
    return {besideProgram("lib/" + file), besideProgram("lib/metamer/" + file), besideProgram(METAMER_LIBDIR "/metamer/" + file)};
}

}  // namespace

fs::path besideProgram(const std::string &relative) {
    std::error_code ignored;
    return fs::read_symlink("/proc/self/exe", ignored).parent_path() / ".." / relative;
}

void *openPluginSymbol(const std::string &library, const std::string &symbol) {
    for (const fs::path &file : candidateFiles(library)) {
        if (!fs::exists(file)) {
            continue;
        }
        void *handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (handle == nullptr) {
            throw Error(ErrorCode::Internal, "cannot open " + file.string() + ": " + dlerror());
        }
        if (void *address = dlsym(handle, symbol.c_str())) {
            return address;
        }
        throw Error(ErrorCode::Internal, file.string() + " is of another version; build Metamer again");
    }
    throw Error(ErrorCode::Internal, "lib" + library + ".so is not beside the program; build or install Metamer again");
}

}  // namespace metamer
