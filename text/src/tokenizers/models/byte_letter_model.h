// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace hearth::text {

class Model;

/// A model that gets bytes, and gives another one GPT-2's letters for them. BPE needs none: it maps
/// its vocabulary instead.
std::unique_ptr<Model> of_byte_letters(std::unique_ptr<Model> model);

}  // namespace hearth::text
