// SPDX-License-Identifier: Apache-2.0
#include "common/command.h"

int main(int argc, char** argv) {
  return run_app(
      {"hearth-audio", "Extracts features from sounds, trains and uses classifiers.", "", "", ""},
      argc, argv);
}
