// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/pretrained/registry.h"
#include "hearth/text/langid/language_identifier.h"

namespace hearth::pretrained {

/// A language identifier by its name in entries(), or a file that training wrote, or its folder.
///
///     auto identifier = pretrained::language_identifier();
///
/// Throws ValueError for what is neither, FileError and FormatError.
HEARTH_API text::LanguageIdentifier language_identifier(const std::string& name_or_path = "langid");

}  // namespace hearth::pretrained
