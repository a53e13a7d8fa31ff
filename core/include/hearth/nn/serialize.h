// SPDX-License-Identifier: Apache-2.0
// Modules in archives, which is what save(module, file) and load(module, file) write and read.
#pragma once

#include <memory>

#include "hearth/io/serialize.h"
#include "hearth/nn/pimpl.h"

namespace hearth::serialize {

/// Writes, and copies from an archive, what state_dict() has.
HEARTH_API OutputArchive& operator<<(OutputArchive& archive, const nn::Module& module);
HEARTH_API InputArchive& operator>>(InputArchive& archive, nn::Module& module);
template <typename M>
OutputArchive& operator<<(OutputArchive& archive, const std::shared_ptr<M>& module) {
  return archive << static_cast<const nn::Module&>(*module);
}
template <typename M>
InputArchive& operator>>(InputArchive& archive, const std::shared_ptr<M>& module) {
  return archive >> static_cast<nn::Module&>(*module);
}
template <typename M>
OutputArchive& operator<<(OutputArchive& archive, const nn::ModuleHolder<M>& module) {
  return archive << module.ptr();
}
template <typename M>
InputArchive& operator>>(InputArchive& archive, const nn::ModuleHolder<M>& module) {
  return archive >> module.ptr();
}

}  // namespace hearth::serialize
