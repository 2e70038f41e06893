#include "core/base/uuid.h"

#include <cstdint>
#include <cstdio>
#include <random>

namespace metamer {

std::string newUuid() {
    thread_local std::random_device device;
    std::uint32_t words[4];
    for (auto &word : words) {
        word = device();
    }
    words[1] = (words[1] & 0xFFFF0FFFu) | 0x00004000u;
    words[2] = (words[2] & 0x3FFFFFFFu) | 0x80000000u;
    char text[37];
    std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%04x%08x", words[0], words[1] >> 16, words[1] & 0xFFFFu,
                  words[2] >> 16, words[2] & 0xFFFFu, words[3]);
    return text;
}

}  // namespace metamer
