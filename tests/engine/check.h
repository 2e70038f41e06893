#pragma once
// For tests that must also run where there is no Qt: a plain main(), one CHECK a fact.

#include <cstdio>

namespace metamer::test {

inline int &failures() {
    static int count = 0;
    return count;
}

inline void check(bool isTrue, const char *what, const char *file, int line) {
    if (!isTrue) {
        ++failures();
        std::fprintf(stderr, "FAILED  %s:%d  %s\n", file, line, what);
    }
}

}  // namespace metamer::test

#define CHECK(...) metamer::test::check(static_cast<bool>(__VA_ARGS__), #__VA_ARGS__, __FILE__, __LINE__)
