// SPDX-License-Identifier: Apache-2.0
// What data sets of sounds share.
#pragma once

#include <string>
#include <vector>

#include "hearth/hub/download.h"

namespace hearth::datasets::audio_files {

/// Where an archive of a data set is found, and what is inside.
struct Archive {
  const char* name;  ///< of the data set, for messages and the cache
  hub::RemoteFile file;
  std::string inside;  ///< the folder in the archive that is the data set; "": all of it
  std::string folder;  ///< what that becomes below the root
};

/// root, or the cache of that data set.
std::string root_of(const std::string& root, const char* name);

/// The data set's folder below the root; downloaded and unpacked if it is missing and may be.
/// Otherwise throws FileError, which says what to do.
std::string find(const Archive& archive, const std::string& root, bool download);

/// The file with an address's last part as name, and a SHA-256, which may be empty.
hub::RemoteFile remote(const std::string& url, const std::string& sha256);

/// Names in a folder, in order; with an ending, of files that have it, without one, of folders.
std::vector<std::string> files(const std::string& folder, const std::string& ending);
std::vector<std::string> folders(const std::string& folder);

std::vector<std::string> lines(const std::string& path);

/// A whole number in a file's name. Throws FormatError, naming the path.
int64_t number(const std::string& text, const std::string& path);

/// The pieces of a text between separators.
std::vector<std::string> split(const std::string& text, const std::string& separator);

}  // namespace hearth::datasets::audio_files
