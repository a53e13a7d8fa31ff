// SPDX-License-Identifier: Apache-2.0
// What fuzz targets share. A target reads bytes; it may throw hearth::Error and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hearth/base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace hearth::fuzz {

/// Calls f, which may refuse its input.
template <class F>
int read(const F& f) {
  try {
    f();
  } catch (const Error&) {
  }
  return 0;
}

}  // namespace hearth::fuzz
