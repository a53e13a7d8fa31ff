// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/random_bits.h"

#include "base/philox.h"

namespace hearth {

uint64_t random_bits(Generator& generator) {
  const GeneratorState state = generator.reserve(1);
  return philox::bits64(state.seed, state.offset, 0);
}

}  // namespace hearth
