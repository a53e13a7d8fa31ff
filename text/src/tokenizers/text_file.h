// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hearth::text {

/// All of a file, without a byte order mark. Throws FileError, and FormatError for one of more than
/// 4 GB or in UTF-16.
std::string read_text_file(const std::string& path);

}  // namespace hearth::text
