// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

inline constexpr char kModelHelp[] = "A training's folder, its model.safetensors or a checkpoint";

/// The file of a model that is named by itself, its folder or a checkpoint of its training.
std::string model_file(const std::string& path);
