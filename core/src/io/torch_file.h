// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "hearth/io/pickle.h"

namespace hearth::pickle {

bool is_zip(std::string_view bytes);
/// Whether a file begins as those of torch.save do, in any of their forms.
bool is_torch_file(std::string_view bytes);
/// The value in bytes that stay as long as `keep`; tensors share them.
Value load(std::string_view bytes, std::shared_ptr<const void> keep, const std::string& source);

}  // namespace hearth::pickle
