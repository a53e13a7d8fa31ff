// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "hearth/base/macros.h"

namespace hearth::io {

/// A file that appears under its name only when complete: written beside it under a temporary name,
/// synced, and renamed over it by commit(). Whatever happens before, an older file stays as it was;
/// a writer that is killed leaves a hidden temporary, which the next writer of that name removes.
/// Something that is not a regular file (a device, a pipe) is written directly. Throws FileError.
class HEARTH_API AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  /// Removes the temporary file unless committed.
  ~AtomicFile();
  void write(const void* data, size_t size);
  /// Makes the content durable and gives it its name.
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The bytes of a file in memory, read by the system as they are touched. Writes through data()
/// stay in this process. Shrinking the file while it is mapped is undefined: replace files, as
/// AtomicFile does, instead of overwriting them. Throws FileError.
class HEARTH_API MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();
  char* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace hearth::io
