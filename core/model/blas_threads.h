#pragma once

namespace metamer {

/// Sets how many threads a single matrix product uses, where the BLAS is OpenBLAS; elsewhere it does nothing.
void setBlasThreads(int count);

/// While it lives, matrix products use one thread each. LibTorch's convolutions share the images of a batch out among
/// threads, each of which multiplies matrices: with OpenBLAS's own threads on top, both pools wait for each other
/// (measured on 2 cores: training takes 1.8 times as long).
class OneBlasThread {
public:
    OneBlasThread();
    ~OneBlasThread();
    OneBlasThread(const OneBlasThread &) = delete;
    OneBlasThread &operator=(const OneBlasThread &) = delete;

private:
    int m_before;
};

}  // namespace metamer
