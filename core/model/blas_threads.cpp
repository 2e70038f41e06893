#include "core/model/blas_threads.h"

#include <dlfcn.h>

namespace metamer {
namespace {

int blasThreads() {
    using GetThreads = int();
    auto *get = reinterpret_cast<GetThreads *>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
    return get != nullptr ? get() : 1;
}

}  // namespace

void setBlasThreads(int count) {
    using SetThreads = void(int);
    if (auto *set = reinterpret_cast<SetThreads *>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) {
        set(count);
    }
}

OneBlasThread::OneBlasThread() : m_before(blasThreads()) { setBlasThreads(1); }

OneBlasThread::~OneBlasThread() { setBlasThreads(m_before); }

}  // namespace metamer
