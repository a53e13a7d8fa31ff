// SPDX-License-Identifier: Apache-2.0
// A user's program against an installed Hearth.
#include <cstdio>

#include <hearth/base/error.h>

int main() {
  try {
    HEARTH_CHECK_AS(hearth::ShapeError, false, "[outside] ", hearth::IntArrayRef({2, 3}));
  } catch (const hearth::Error& e) {
    std::printf("%s\noutside: ok\n", e.what());
    return 0;
  }
  return 1;
}
