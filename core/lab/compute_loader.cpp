#include "core/lab/compute_loader.h"

#include "core/attack/compute.h"
#include "core/base/plugin.h"

namespace metamer {

Compute &compute() {
    using Factory = Compute *();
    static Compute *instance = reinterpret_cast<Factory *>(openPluginSymbol("metamer_compute", "metamerCompute"))();
    return *instance;
}

}  // namespace metamer
