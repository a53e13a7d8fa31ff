// SPDX-License-Identifier: Apache-2.0
// What reading and writing through libsndfile share.
#pragma once

#include <sndfile.h>

namespace hearth::audio::io {

struct CloseSndfile {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

}  // namespace hearth::audio::io
