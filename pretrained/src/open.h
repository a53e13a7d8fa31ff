// SPDX-License-Identifier: Apache-2.0
// How models of any task are found by name and their weights opened.
#pragma once

#include "hearth/io/tensor_file.h"
#include "hearth/pretrained/registry.h"

namespace hearth::pretrained {

/// The entry that a name means; null if it means a file, folder or repository instead. Throws
/// ValueError for what is neither or of another task, and names what there is; `architectures` are
/// names that could be taken for models.
const Entry* entry_of(const std::string& name_or_path, const char* task,
                      const std::vector<std::string>& architectures);

/// An entry's weights: those in the library, or a download, which is described on stderr first.
TensorFile weights_of(const Entry& entry);

}  // namespace hearth::pretrained
