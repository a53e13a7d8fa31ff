// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/base/generator.h"

namespace hearth {

/// The next 64 random bits of a generator, for numbers drawn one at a time on the host. Takes one
/// counter.
HEARTH_API uint64_t random_bits(Generator& generator);

}  // namespace hearth
