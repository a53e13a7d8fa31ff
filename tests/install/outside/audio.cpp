// SPDX-License-Identifier: Apache-2.0
// Loads sound files, each by another of the libraries that an installed Hearth finds.
#include <cstdio>

#include <hearth/audio.h>

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const auto [waveform, sample_rate] = hearth::audio::load(argv[i]);
    if (waveform.size(1) < 1000 || sample_rate < 8000) return 1;
  }
  std::printf("audio: ok\n");
}
