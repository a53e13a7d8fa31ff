// SPDX-License-Identifier: Apache-2.0
// Where published data sets of text are found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/datasets/text/by_name.h"
#include "hearth/hub/download.h"

namespace hearth::datasets {

struct TextSplit {
  const char* name;
  const char* file;  ///< below the root
  /// Of sets whose splits are files on the network; empty where there is an archive.
  const char* url = "";
  /// As `TextSource` has it.
  const char* checksum = "";
};

struct TextSource {
  const char* name;
  TextKind kind;
  /// The archive, and the folder inside it; empty address: none, or none that may be downloaded.
  const char* url;
  /// As torchtext has it, an MD5 or, of 64 digits, a SHA-256; empty: nobody published one.
  const char* checksum;
  const char* folder;
  std::vector<TextSplit> splits;
};

const std::vector<TextSource>& text_sources();
/// By its name in any case; null if there is none.
const TextSource* find_source(std::string_view name);
/// One that there is, of the library's own names.
const TextSource& source_of(const char* name);

/// Throws ValueError, which lists those that there are.
const TextSplit& split_of(const TextSource& source, const std::string& name);
hub::RemoteFile remote_file(const char* url, const char* checksum);

/// The path of a split, downloaded and unpacked if it is missing and may be. Throws ValueError for
/// another split, and FileError, which says what to do.
std::string split_path(const TextSource& source, const TextDatasetOptions& options);

/// In lower case.
std::string lowered(std::string_view text);

}  // namespace hearth::datasets
