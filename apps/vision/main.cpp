// SPDX-License-Identifier: Apache-2.0
#include "common/command.h"

int main(int argc, char** argv) {
  return run_app({"hearth-vision", "Trains and uses image classifiers.",
                  "Data sets are kept in $HEARTH_HOME (default ~/.cache/hearth); digits needs no "
                  "download.",
                  "--data digits and --model lenet-digits need no network.", ""},
                 argc, argv);
}
