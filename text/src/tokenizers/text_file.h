// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hearth::text {

/// All of a file. Throws FileError, and FormatError for one of more than 4 GB.
std::string read_text_file(const std::string& path);

}  // namespace hearth::text
