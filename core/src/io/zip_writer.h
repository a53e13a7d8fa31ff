// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_set>

#include "io/sink.h"

namespace hearth {

/// Writes a zip archive of stored members, zip64 where numbers need it. Each member's content
/// begins at a multiple of 64 bytes, so that readers can use it where it lies in the file.
class ZipWriter {
 public:
  explicit ZipWriter(Sink& sink) : sink_(sink) {}

  /// The content is the parts one after the other. ValueError for a name that is taken.
  void add(const std::string& name, std::initializer_list<std::string_view> parts);
  /// Writes the directory; nothing can be added afterwards.
  void finish();

 private:
  void write(std::string_view bytes) {
    sink_.write(bytes);
    at_ += bytes.size();
  }

  Sink& sink_;
  uint64_t at_ = 0, count_ = 0;
  std::string directory_;
  std::unordered_set<std::string> names_;
};

}  // namespace hearth
