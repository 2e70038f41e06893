#pragma once

namespace metamer {

class Compute;

/// LibTorch and all that needs it; opened at the first call, which takes about a second.
/// Throws Error(Internal) if its library is missing.
Compute &compute();

}  // namespace metamer
