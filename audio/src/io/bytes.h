// SPDX-License-Identifier: Apache-2.0
// A file's bytes, wherever they are. Decoders, those of the plugin as well, read through this only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace hearth::audio::io {

class Bytes {
 public:
  explicit Bytes(std::string name) : name_(std::move(name)) {}
  virtual ~Bytes() = default;
  /// For messages.
  const std::string& name() const { return name_; }
  virtual int64_t size() const = 0;
  /// Copies bytes from `offset` on, fewer only at the end. Throws FileError.
  virtual int64_t read(int64_t offset, void* to, int64_t bytes) const = 0;
  /// All of them, where they are in memory, else null.
  virtual const uint8_t* memory() const { return nullptr; }

 private:
  std::string name_;
};

/// "-" is stdin.
std::shared_ptr<const Bytes> open_file(const std::string& path);
/// `owner` keeps them alive, if they need it.
std::shared_ptr<const Bytes> bytes_in_memory(const void* data, int64_t size, std::string name,
                                             std::shared_ptr<const void> owner = nullptr);

/// Little-endian (or big-endian) numbers at a place of memory.
inline uint64_t number_at(const uint8_t* p, int bytes, bool big_endian = false) {
  uint64_t n = 0;
  for (int i = 0; i < bytes; ++i) n |= uint64_t{p[i]} << (8 * (big_endian ? bytes - 1 - i : i));
  return n;
}

}  // namespace hearth::audio::io
