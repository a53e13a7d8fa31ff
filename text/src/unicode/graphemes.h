// SPDX-License-Identifier: Apache-2.0
// Grapheme clusters, what a reader takes for one character: the extended ones of UAX #29, 15.0.
#pragma once

#include <cstddef>
#include <string_view>

#include "unicode/normalization.h"

namespace hearth::text::unicode {

/// Bytes of the first cluster of a valid text; 0 only for no text.
size_t next_cluster(std::string_view text, Tables tables);

}  // namespace hearth::text::unicode
