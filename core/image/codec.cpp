#include "core/image/codec.h"

#include "core/base/plugin.h"

namespace metamer {

const Codec &codec() {
    using Factory = const Codec *();
    static const Codec *instance =
        reinterpret_cast<Factory *>(openPluginSymbol("metamer_codec", "metamerCodec"))();
    return *instance;
}

}  // namespace metamer
