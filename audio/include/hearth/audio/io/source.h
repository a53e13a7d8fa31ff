// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "hearth/tensor/tensor.h"

namespace hearth::audio {

namespace io {
class Bytes;
}

/// Where a sound file's bytes are: at a path, in stdin ("-"), or in memory. Pipes and a stdin that
/// is one are read whole into memory when they are opened, as all decoders must go back and forth.
class HEARTH_API Source {
 public:
  Source(const char* path) : Source(std::string(path)) {}
  Source(std::string path) : name_(std::move(path)) {}
  /// The file's bytes, a 1-d uint8 CPU tensor, which must not change meanwhile.
  Source(const Tensor& bytes);
  /// The same of bytes that outlive the reading; `name` stands in error messages.
  static Source memory(std::string_view bytes, std::string name = "buffer");

  /// The path, or what stands for it in messages.
  const std::string& name() const { return name_; }
  /// Throws FileError for what is missing, a folder or not readable.
  std::shared_ptr<const io::Bytes> open() const;

 private:
  Source() = default;

  std::string name_;
  std::shared_ptr<const io::Bytes> bytes_;  // null: at a path
};

}  // namespace hearth::audio
