// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "hearth/base/arg.h"
#include "hearth/base/macros.h"

namespace hearth::hub {

/// What an archive may hold at most.
struct ExtractOptions {
  HEARTH_ARG(uint64_t, max_bytes) = uint64_t{1} << 40;
  HEARTH_ARG(uint64_t, max_entries) = 50'000'000;
  /// Bytes that come out for each byte of the archive, once it is more than 100 MB.
  HEARTH_ARG(uint64_t, max_ratio) = 1000;
};

/// Unpacks an archive (tar, zip, 7z ..., compressed or not; by its content, not its name) into a
/// folder that is not there yet: all of it, or nothing. Archives are not trusted: only files and
/// folders are made, inside the folder; links, devices and names that lead out of it throw
/// FormatError, as do damaged archives and those beyond the limits.
HEARTH_API void extract(const std::string& archive, const std::string& folder,
                        const ExtractOptions& options = {});

/// Unpacks one file of an archive to the path `to`, whole or not at all. Throws FormatError when
/// the archive is damaged or has no such file.
HEARTH_API void extract_member(const std::string& archive, const std::string& member,
                               const std::string& to, const ExtractOptions& options = {});

}  // namespace hearth::hub
