// SPDX-License-Identifier: Apache-2.0
// What folders and small files of data sets hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::datasets::listing {

/// Names in a folder, in order; with an ending, of files that have it, without one, of folders.
std::vector<std::string> files(const std::string& folder, const std::string& ending);
std::vector<std::string> folders(const std::string& folder);

/// Those of a text file that are not empty.
std::vector<std::string> lines(const std::string& path);

/// A whole number in a file's name, or in a file. Throws FormatError, naming the path.
int64_t number(const std::string& text, const std::string& path);

/// The pieces of a text between separators.
std::vector<std::string> split(const std::string& text, const std::string& separator);

}  // namespace hearth::datasets::listing
