// SPDX-License-Identifier: Apache-2.0
// Files from the network, checked and kept in a cache.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/base/macros.h"

namespace hearth::datasets {

/// The cache: the environment's HEARTH_HOME, else ~/.cache/hearth.
HEARTH_API std::string home();

/// home()/datasets/NAME, where a data set's files are kept.
HEARTH_API std::string cache_folder(const std::string& name);

/// The MD5 of a file in lower-case hex.
HEARTH_API std::string md5_of_file(const std::string& path);

/// A file on the network.
struct RemoteFile {
  /// What it is called in the cache.
  std::string name;
  /// Where it may be fetched from, tried in this order.
  std::vector<std::string> urls;
  /// Its MD5 in lower-case hex.
  std::string md5;
};

/// The path of the file in `folder`, downloaded unless it is there. The bytes arrive in
/// "<name>.part", so that a download that was cut or killed goes on where it stopped; once the MD5
/// fits, the file takes its name. Several processes may ask for the same file: one downloads, the
/// others wait. Progress goes to stderr. Throws NetworkError when no address gave the file,
/// FormatError when what came is something else, and FileError when it cannot be written.
HEARTH_API std::string download(const RemoteFile& file, const std::string& folder);

}  // namespace hearth::datasets
