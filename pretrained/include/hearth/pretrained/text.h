// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/pretrained/registry.h"
#include "hearth/text/langid/language_identifier.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

namespace hearth::pretrained {

/// A language identifier by its name in entries(), or a file that training wrote, or its folder.
///
///     auto identifier = pretrained::language_identifier();
///
/// Throws ValueError for what is neither, FileError and FormatError.
HEARTH_API text::LanguageIdentifier language_identifier(const std::string& name_or_path = "langid");

/// text::AutoTokenizer::from_pretrained, which also takes "bpe": a byte-level BPE of 8,192 tokens
/// that Hearth trained on English prose and its own sources, for whatever needs some tokenizer.
HEARTH_API text::PreTrainedTokenizer tokenizer(const std::string& name_or_path = "bpe");

}  // namespace hearth::pretrained
