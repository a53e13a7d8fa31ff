// SPDX-License-Identifier: Apache-2.0
// Numbers and lists in the metadata of safetensors files, whose values are texts.
#pragma once

#include <string>
#include <vector>

#include "hearth/io/safetensors.h"

namespace hearth::safetensors {

/// Parts, one a line; line breaks in them and backslashes are written as \n and \\.
HEARTH_API std::string join_lines(const std::vector<std::string>& parts);
/// Numbers, one a line, as short as they can be written and read back.
HEARTH_API std::string join_numbers(const std::vector<double>& values);

/// Reads metadata that others may have written: what is missing or no number throws FormatError,
/// which names the file and the key.
class HEARTH_API MetadataReader {
 public:
  /// `expected` says, in messages, what kind of file it should be: "a file that training wrote".
  MetadataReader(std::string path, Metadata metadata, std::string expected);

  bool has(const std::string& key) const { return metadata_.count(key) != 0; }
  const std::string& text(const std::string& key) const;
  /// What join_lines wrote, at most `most` parts.
  std::vector<std::string> lines(const std::string& key, int64_t most) const;
  double number(const std::string& key) const;
  /// A whole number from `least` to `largest`.
  int64_t integer(const std::string& key, int64_t least, int64_t largest) const;
  std::vector<double> numbers(const std::string& key) const;

 private:
  double parse(const std::string& key, const std::string& text) const;

  std::string path_;
  Metadata metadata_;
  std::string expected_;
};

}  // namespace hearth::safetensors
