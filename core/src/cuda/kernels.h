// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::cuda {

inline constexpr auto kSlot = static_cast<size_t>(kCUDA);

/// Puts every CUDA kernel into its row. The one list of them.
void install_kernels();
/// One function per family, in the file of its kernels.
void install_copy();
void install_pointwise();
void install_sort();
void install_selection();
void install_scan();
void install_scan_gradients();
void install_filter();
void install_resize();
void install_pool();
void install_linalg();
void install_fft();
void install_factors();
void install_ldl();
void install_spectra();
void install_lstsq();
void install_matrix_functions();
void install_rnn();
void install_conv();
void install_conv_norm();
void install_reduce_norms();
void install_reduce_extremes();
void install_reduce_sums();
void install_softmax();
void install_loss();
void install_element_loss();
void install_layer_norm();
void install_batch_norm();
void install_batch_norm_act();
void install_group_norm();
void install_attention();
void install_optim_step();
void install_index();
void install_gather();
void install_embedding();
void install_margin_loss();
void install_masked();
void install_join();
void install_block_linear();
void install_pad();
void install_pad_modes();
void install_rearrange();
void install_random();
void install_random_counts();
void install_random_select();
void install_lu_permutation();
void install_grid_sampler();
void install_frame_bands();
void install_searchsorted();
void install_distances();
void install_histogram();
void install_sparse_products();
void install_fold();
void install_embedding_bag();
void install_ctc_loss();
void install_unique();

}  // namespace hearth::cuda
