#include "core/study/order.h"

#include "core/base/rng.h"

namespace metamer {

std::uint64_t orderKey(const std::string &annotatorUuid, const std::string &itemUuid) {
    std::uint64_t hash = 0xCBF29CE484222325ull;  // FNV-1a, then mixed
    for (const char c : annotatorUuid + itemUuid) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
    }
    return Rng(hash).next();
}

}  // namespace metamer
