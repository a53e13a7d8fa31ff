// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::cpu {

/// Puts every CPU kernel into its row. The one list of them.
void install_kernels();
/// One function per family, in the file of its kernels.
void install_copy();
void install_conv();
void install_index();
void install_gather();
void install_masked();
void install_embedding();
void install_join();
void install_rearrange();
void install_linalg();
void install_factors();
void install_spectra();
void install_matrix_exp();
void install_matrix_roots();
void install_distances();
void install_pad();
void install_pad_modes();
void install_optim();
void install_pointwise();
void install_random();
void install_random_counts();
void install_pool();
void install_reduce();
void install_scan();
void install_fold();
void install_grid_sampler();
void install_resize();
void install_sort();
void install_selection();
void install_searchsorted();
void install_histogram();
void install_unique();
void install_fft();
void install_frame_bands();
void install_filter();
void install_unfold();
void install_softmax();
void install_attention();
void install_rnn();
void install_loss();
void install_layer_norm();
void install_group_norm();
void install_batch_norm();
void install_element_loss();
void install_margin_loss();
void install_ctc_loss();
void install_embedding_bag();
void install_sparse();
void install_block_linear();

}  // namespace hearth::cpu
