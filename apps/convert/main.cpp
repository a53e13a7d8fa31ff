// SPDX-License-Identifier: Apache-2.0
#include "common/command.h"

int main(int argc, char** argv) {
  return run_app({"hearth-convert", "Shows, converts and compares files of tensors.",
                  "Reads safetensors, .pt, .pth and .bin of Python's torch.save, TorchScript "
                  "archives, .npy, .npz and the index of a model in several files, whatever their "
                  "names; nothing in them is run. 'hearth-convert IN OUT' converts.",
                  "", "convert"},
                 argc, argv);
}
