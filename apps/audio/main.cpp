// SPDX-License-Identifier: Apache-2.0
#include "common/command.h"

int main(int argc, char** argv) {
  return run_app({"hearth-audio", "Extracts features from sounds, trains and uses classifiers.",
                  "Reads WAV, FLAC, MP3, Ogg, MP4, Matroska and more, the sound of videos as well, "
                  "told by what is in them; '-' is stdin.",
                  "", ""},
                 argc, argv);
}
