// SPDX-License-Identifier: Apache-2.0
#include "cuda/attention_half_tiles.cuh"

namespace hearth::cuda::attention {

template void run_forward_dropout<BFloat16>(const Forward& p, std::string_view op);
template void run_backward_dropout<BFloat16>(const Backward& p, std::string_view op);

}  // namespace hearth::cuda::attention
