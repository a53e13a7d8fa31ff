// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string_view>
#include <vector>

#include "hearth/base/atomic_file.h"

namespace hearth {

/// Takes the bytes of a file as they are produced.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(const void* data, size_t size) = 0;
  void write(std::string_view text) { write(text.data(), text.size()); }
};

/// A file that appears when commit() returns.
struct FileSink final : Sink {
  AtomicFile file;
  explicit FileSink(const std::string& path) : file(path) {}
  using Sink::write;
  void write(const void* data, size_t size) override { file.write(data, size); }
  void commit() { file.commit(); }
};

struct BufferSink final : Sink {
  std::vector<char> bytes;
  using Sink::write;
  void write(const void* data, size_t size) override {
    const char* p = static_cast<const char*>(data);
    bytes.insert(bytes.end(), p, p + size);
  }
};

}  // namespace hearth
