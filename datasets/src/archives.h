// SPDX-License-Identifier: Apache-2.0
// Archives that data sets come in.
#pragma once

#include <string>

#include "hearth/hub/download.h"

namespace hearth::datasets {

/// Where an archive of a data set is found, and what is inside.
struct Archive {
  const char* name;  ///< of the data set, for messages and the cache
  hub::RemoteFile file;
  std::string inside;  ///< the folder in the archive that is the data set; "": all of it
  std::string folder;  ///< what that becomes below the root
};

/// root, or the cache of that data set.
std::string root_of(const std::string& root, const char* name);

/// The data set's folder below the root. If that is missing, the archive in the root is unpacked,
/// which is downloaded if it may be. Otherwise throws FileError, which says what to do.
std::string find(const Archive& archive, const std::string& root, bool download);

/// The same of a file, not in an archive, that lies in `folder` below the root.
std::string find_file(const char* name, const hub::RemoteFile& file, const std::string& folder,
                      const std::string& root, bool download);

/// The same of one file of an archive, `inside`, that becomes the file `folder`.
std::string find_member(const Archive& archive, const std::string& root, bool download);

/// The file with an address's last part as name, and a checksum, which may be empty; a bare one is
/// a SHA-256.
hub::RemoteFile remote(const std::string& url, const std::string& sha256);
hub::RemoteFile remote(const std::string& url, const hub::Checksum& checksum);

}  // namespace hearth::datasets
