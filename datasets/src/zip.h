// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hearth::datasets {

/// Extracts one member of a zip archive to the path `to`, whole or not at all. The archive is not
/// trusted: offsets are checked against its size, the member's size against what inflating gives
/// and its checksum. Throws FormatError for a damaged archive or one without that member.
void extract_zip_member(const std::string& archive, const std::string& member,
                        const std::string& to);

}  // namespace hearth::datasets
