// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "chat/context.h"

namespace hearth::text::chat {

/// Filters of lists. What Jinja gives as a generator is a list here.
Filter find_sequence_filter(std::string_view name);

}  // namespace hearth::text::chat
