// SPDX-License-Identifier: Apache-2.0
#include "common/command.h"

int main(int argc, char** argv) {
  return run_app({"hearth-text", "Tokenizes, embeds, classifies and generates text.",
                  "Reads text files, CSV, JSON lines and more; '-' is stdin.", "", ""},
                 argc, argv);
}
