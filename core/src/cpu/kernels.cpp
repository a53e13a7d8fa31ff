// SPDX-License-Identifier: Apache-2.0
#include "cpu/kernels.h"

namespace hearth::cpu {

void install_kernels() {
  install_copy();
  install_conv();
  install_index();
  install_gather();
  install_masked();
  install_embedding();
  install_join();
  install_rearrange();
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
  install_fft();
  install_unfold();
  install_softmax();
  install_attention();
  install_loss();
  install_layer_norm();
  install_group_norm();
  install_batch_norm();
  install_element_loss();
}

}  // namespace hearth::cpu
