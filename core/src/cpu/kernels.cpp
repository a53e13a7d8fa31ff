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
  install_factors();
  install_spectra();
  install_matrix_exp();
  install_matrix_roots();
  install_distances();
  install_pad();
  install_pad_modes();
  install_optim();
  install_pointwise();
  install_random();
  install_random_counts();
  install_pool();
  install_reduce();
  install_scan();
  install_fold();
  install_grid_sampler();
  install_resize();
  install_sort();
  install_selection();
  install_searchsorted();
  install_histogram();
  install_unique();
  install_fft();
  install_frame_bands();
  install_filter();
  install_unfold();
  install_softmax();
  install_attention();
  install_rnn();
  install_loss();
  install_layer_norm();
  install_group_norm();
  install_batch_norm();
  install_element_loss();
  install_margin_loss();
  install_ctc_loss();
  install_embedding_bag();
  install_sparse();
  install_block_linear();
}

}  // namespace hearth::cpu
