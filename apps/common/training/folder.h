// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// What a checkpoint is a state of: its training's folder, whose model is as old as it is. Any
/// other path as it is.
std::string folder_of_checkpoint(const std::string& path);
