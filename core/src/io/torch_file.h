// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace hearth::pickle {

bool is_zip(std::string_view bytes);
/// Whether a file begins as those of torch.save do, in any of their forms.
bool is_torch_file(std::string_view bytes);

}  // namespace hearth::pickle
