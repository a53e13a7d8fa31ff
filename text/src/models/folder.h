// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "hearth/nn/module.h"

namespace hearth::text {

/// A module that only gives names to what lies below it.
struct FolderImpl : nn::Module {};

inline std::shared_ptr<FolderImpl> below(nn::Module& module, const std::string& name) {
  return module.register_module(name, std::make_shared<FolderImpl>());
}

}  // namespace hearth::text
