// SPDX-License-Identifier: Apache-2.0
#include "cuda/kernels.h"

namespace hearth::cuda {

void install_kernels() {
  install_copy();
  install_pointwise();
  install_sort();
  install_selection();
  install_scan();
  install_scan_gradients();
  install_filter();
  install_resize();
  install_pool();
  install_linalg();
  install_fft();
  install_factors();
  install_ldl();
  install_spectra();
  install_lstsq();
  install_matrix_functions();
  install_rnn();
  install_conv();
  install_conv_norm();
  install_reduce_norms();
  install_reduce_extremes();
  install_reduce_sums();
  install_softmax();
  install_loss();
  install_element_loss();
  install_layer_norm();
  install_batch_norm();
  install_batch_norm_act();
  install_group_norm();
  install_attention();
  install_optim_step();
  install_index();
  install_gather();
  install_embedding();
  install_margin_loss();
  install_masked();
  install_join();
  install_block_linear();
  install_pad();
  install_pad_modes();
  install_rearrange();
  install_random();
  install_random_counts();
  install_random_select();
  install_lu_permutation();
  install_grid_sampler();
  install_frame_bands();
  install_searchsorted();
  install_distances();
  install_histogram();
  install_sparse_products();
  install_fold();
  install_embedding_bag();
  install_ctc_loss();
  install_unique();
}

}  // namespace hearth::cuda
