// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/io/load.h"
#include "hearth/base/error.h"
#include "hearth/datasets/audio/audio_dataset.h"

namespace hearth::datasets {

namespace detail {

audio::Audio load_sound(const std::string& path, int64_t expected_rate) {
  audio::Audio sound = audio::load(path);
  HEARTH_CHECK_AS(FormatError, expected_rate == 0 || sound.sample_rate == expected_rate, "[", path,
                  "] expected a sample rate of ", expected_rate, " Hz, got ", sound.sample_rate);
  return sound;
}

void throw_sample_index(size_t index, size_t size) {
  throw IndexError(cat_str("[get] index ", index, " of a data set of ", size, " samples"));
}

}  // namespace detail

}  // namespace hearth::datasets
