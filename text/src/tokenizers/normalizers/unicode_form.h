// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tokenizers/parts.h"
#include "unicode/normalization.h"

namespace hearth::text::normalizers {

/// Normalizes a text as HF does, whose tables are older than ours.
void to_form(Text& text, unicode::Form form);

}  // namespace hearth::text::normalizers
