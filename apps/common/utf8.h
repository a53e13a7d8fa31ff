// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The text with U+FFFD for what is no UTF-8; names of files may be anything.
std::string valid_utf8(std::string_view text);

/// Throws ValueError for a class whose name is no UTF-8, in which a model's file could not keep it.
void check_class_names(const std::string& data, const std::vector<std::string>& classes);
