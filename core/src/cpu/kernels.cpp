// SPDX-License-Identifier: Apache-2.0
#include "cpu/kernels.h"

namespace hearth::cpu {

void install_kernels() {
  install_copy();
  install_convolution();
  install_index();
  install_join();
  install_layout();
  install_linalg();
  install_pad();
  install_optim();
  install_pointwise();
  install_random();
  install_pool();
  install_reduce();
  install_scan();
  install_resize();
  install_sort();
  install_softmax();
  install_attention();
  install_loss();
  install_normalization();
  install_element_loss();
}

}  // namespace hearth::cpu
