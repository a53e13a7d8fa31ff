// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chat/ast.h"

namespace hearth::text::chat {

/// Something went wrong while a template was rendered.
struct RenderError {
  int line;
  std::string why;
};

struct Rendered {
  std::string text;
  /// Bytes in generation blocks, from up to.
  std::vector<std::pair<size_t, size_t>> generations;
};

/// Renders a template with these variables. Throws RenderError.
Rendered render(const Template& parsed, const Dict& variables, std::optional<int64_t> now);

}  // namespace hearth::text::chat
