// SPDX-License-Identifier: Apache-2.0
// Whole sound files; a first byte of 'r' is a specification of raw samples, up to a line's end.
#include <string>
#include <string_view>

#include "hearth/audio/io/load.h"

#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return hearth::fuzz::read([&] {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    hearth::audio::LoadOptions options;
    options.num_frames = 1 << 16;
    options.partial = size % 2;
    if (bytes.starts_with("r")) {
      const size_t end = bytes.find('\n');
      options.format = bytes.substr(1, end - 1);
      bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
    }
    options.normalize = size % 3;
    hearth::audio::load(hearth::audio::Source::memory(bytes), options);
  });
}
