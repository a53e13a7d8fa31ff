// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

inline constexpr char kModelHelp[] = "A training's folder, or its model.safetensors";

/// The file of a model that is named by its folder or by itself.
std::string model_file(const std::string& folder_or_file);
