// SPDX-License-Identifier: Apache-2.0
// Finds libhearth_audio_ffmpeg.so when a file first needs it. FFmpeg stands apart because Debian's
// build of it is under the GPL, and because it is large.
#include <cstdlib>
#include <cstring>
#include <string>

#include <dlfcn.h>

#include "io/ffmpeg/plugin.h"

namespace hearth::audio::io {
namespace {

struct Plugin {
  OpenFfmpeg* open = nullptr;
  std::string missing;  ///< why
};

Plugin find() {
  const char* wish = std::getenv("HEARTH_AUDIO_FFMPEG");
  if (wish && std::strcmp(wish, "0") == 0) return {nullptr, "HEARTH_AUDIO_FFMPEG=0 leaves it out"};
  // Beside this library, by its run path.
  void* library = dlopen("libhearth_audio_ffmpeg.so", RTLD_NOW | RTLD_LOCAL);
  if (!library) return {nullptr, dlerror()};
  auto* open = reinterpret_cast<OpenFfmpeg*>(dlsym(library, kOpenFfmpeg));
  if (!open) return {nullptr, "it is of another version of Hearth"};
  return {open, ""};
}

const Plugin& plugin() {
  static const Plugin& found = *new Plugin(find());
  return found;
}

}  // namespace

std::unique_ptr<Decoder> open_ffmpeg(const BytesPtr& bytes, bool partial) {
  return std::unique_ptr<Decoder>(plugin().open ? plugin().open(bytes, partial) : nullptr);
}

std::string why_no_ffmpeg() {
  if (plugin().open) return "";
  return "FFmpeg is missing, which MP4, Matroska and more need: build Hearth where "
         "libavformat-dev, "
         "libavcodec-dev and libavutil-dev are installed (" +
         plugin().missing + ")";
}

}  // namespace hearth::audio::io
