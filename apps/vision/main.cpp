// SPDX-License-Identifier: Apache-2.0
#include "common/command.h"

/// Every command; each is defined in the file of its name.
#define HEARTH_COMMANDS(_) \
  _(train)                 \
  _(eval)                  \
  _(predict)

#define HEARTH_DECLARE(name) std::unique_ptr<Command> name##_command();
HEARTH_COMMANDS(HEARTH_DECLARE)

int main(int argc, char** argv) {
  App app{"hearth-vision",
          "Trains and uses image classifiers.",
          R"(Examples:
  hearth-vision train --dataset fashion-mnist --model cnn --output runs/fashion
  hearth-vision train --dataset digits --model mlp --epochs 5 --output runs/digits
  hearth-vision train --dataset mnist --output runs/mnist --resume
  hearth-vision eval --weights runs/fashion/model.safetensors --dataset fashion-mnist
  hearth-vision predict --weights runs/fashion/model.safetensors shoe.png shirt.jpg

Data sets are kept in $HEARTH_HOME (default ~/.cache/hearth); digits needs no download.
Exit codes: 0 all done, 1 something failed, 2 wrong usage.)",
          "--dataset digits needs no network.",
          {}};
#define HEARTH_ADD(name) app.commands.push_back(name##_command());
  HEARTH_COMMANDS(HEARTH_ADD)
  return run_app(app, argc, argv);
}
