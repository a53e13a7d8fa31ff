// SPDX-License-Identifier: Apache-2.0
// Results that no cache can hold are written past it: an ordinary store first reads the line that
// it overwrites.
#pragma once

#include <cstdint>

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

}  // namespace hearth::cpu
