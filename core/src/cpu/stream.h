// SPDX-License-Identifier: Apache-2.0
// Results that no cache can hold are written past it: an ordinary store first reads the line that
// it overwrites.
#pragma once

#include <cstdint>

#include "cpu/scratch.h"
#include "cpu/stream_kernels.h"

namespace hearth::cpu {

/// Whether a result of so many bytes is written past the caches.
inline bool streams(int64_t bytes) { return bytes >= int64_t{32} << 20; }

/// Copies past the caches while it lives. One thread's; what it copied can be read afterwards.
class Stream {
 public:
  Stream() = default;
  ~Stream() {
    if (used_) table_.finish();
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  void copy(void* to, const void* from, int64_t bytes) {
    table_.copy(to, from, bytes);
    used_ = true;
  }

 private:
  const StreamTable& table_ = HEARTH_SELECT_ISA(stream_table);
  bool used_ = false;
};

/// Writes the rows of a result: where they belong, or by way of a buffer past the caches.
template <class T>
class RowWriter {
 public:
  /// `rows`: of the whole result, at `out`, of n elements each. `out` is null for no result.
  RowWriter(T* out, int64_t rows, int64_t n)
      : out_(out),
        n_(n),
        buffered_(out && n * size <= kMostBytes && streams(rows * n * size)),
        buffer_(buffered_ ? static_cast<size_t>(n) : 0) {}

  /// Starts to read row r of an input, which does not fit the caches where the result does not.
  void prefetch(const T* input, int64_t r) const {
    if (!buffered_) return;
    constexpr int64_t line = 64 / size;
    for (int64_t i = 0; i < n_; i += line) __builtin_prefetch(input + r * n_ + i);
  }

  /// Calls f(to), which writes row r there; to null for no result.
  template <class F>
  void write(int64_t r, const F& f) {
    T* to = out_ ? out_ + r * n_ : nullptr;
    if (!buffered_) return f(to);
    f(buffer_.data());
    stream_.copy(to, buffer_.data(), n_ * size);
  }

 private:
  static constexpr int64_t size = sizeof(T);
  static constexpr int64_t kMostBytes = 32 << 10;  // stays in the first-level cache
  T* const out_;
  const int64_t n_;
  const bool buffered_;
  Scratch<T> buffer_;
  Stream stream_;
};

}  // namespace hearth::cpu
