// SPDX-License-Identifier: Apache-2.0
// What data sets of sounds share.
#pragma once

#include <string>
#include <vector>

#include "archives.h"

namespace hearth::datasets::audio_files {

/// Names in a folder, in order; with an ending, of files that have it, without one, of folders.
std::vector<std::string> files(const std::string& folder, const std::string& ending);
std::vector<std::string> folders(const std::string& folder);

std::vector<std::string> lines(const std::string& path);

/// A whole number in a file's name. Throws FormatError, naming the path.
int64_t number(const std::string& text, const std::string& path);

/// The pieces of a text between separators.
std::vector<std::string> split(const std::string& text, const std::string& separator);

}  // namespace hearth::datasets::audio_files
