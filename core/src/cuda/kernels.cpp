// SPDX-License-Identifier: Apache-2.0
#include "cuda/kernels.h"

namespace hearth::cuda {

void install_kernels() {
  install_copy();
  install_pointwise();
}

}  // namespace hearth::cuda
