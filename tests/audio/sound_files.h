// SPDX-License-Identifier: Apache-2.0
// Waveforms and sound files for tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "hearth/audio/io/load.h"
#include "hearth/audio/io/save.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/view.h"

namespace hearth::audio {

/// Uniform in -1 ... 1, [channels, frames], the same at each call.
inline Tensor noise(int64_t channels, int64_t frames) {
  Generator generator(1);
  return empty({channels, frames}).uniform_(-1, 1, generator);
}

/// A committed file, see tests/data/sounds/README.md.
inline std::string sound(const std::string& name) {
  return std::string(HEARTH_TEST_DATA_DIR) + "/sounds/" + name;
}

inline std::string bytes_of(const Tensor& t) {
  const Tensor c = t.contiguous();
  return {static_cast<const char*>(c.const_data_ptr()), c.nbytes()};
}

/// Type, shape and every bit; so NaN equals NaN.
inline bool same(const Tensor& a, const Tensor& b) {
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() && bytes_of(a) == bytes_of(b);
}

}  // namespace hearth::audio
