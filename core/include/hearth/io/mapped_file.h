// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "hearth/base/macros.h"

namespace hearth {

/// The bytes of a file in memory, read by the system as they are touched. Writes through data()
/// stay in this process. Shrinking the file while it is mapped is undefined: replace files, as
/// AtomicFile does, instead of overwriting them. Throws FileError.
class HEARTH_API MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  /// Here writes reach the file, which is made, or grown with zeros to `least` bytes, when it must.
  MappedFile(const std::string& path, size_t least);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();
  char* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  void map(int file, const std::string& path, bool shared);

  char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace hearth
