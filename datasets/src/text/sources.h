// SPDX-License-Identifier: Apache-2.0
// Where published data sets of text are found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/datasets/text/by_name.h"

namespace hearth::datasets {

struct TextSplit {
  const char* name;
  const char* file;  ///< below the root
  /// Of sets whose splits are files on the network; empty where there is an archive.
  const char* url = "";
  const char* md5 = "";
};

struct TextSource {
  const char* name;
  TextKind kind;
  /// The archive, and the folder inside it; empty address: none, or none that may be downloaded.
  const char* url;
  const char* md5;  ///< as torchtext has it; empty: nobody published one
  const char* folder;
  std::vector<TextSplit> splits;
};

const std::vector<TextSource>& text_sources();
/// By its name in any case; null if there is none.
const TextSource* find_source(std::string_view name);
/// One that there is, of the library's own names.
const TextSource& source_of(const char* name);

/// The path of a split, downloaded and unpacked if it is missing and may be. Throws ValueError for
/// another split, and FileError, which says what to do.
std::string split_path(const TextSource& source, const TextDatasetOptions& options);

/// In lower case.
std::string lowered(std::string_view text);

}  // namespace hearth::datasets
