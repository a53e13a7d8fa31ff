// SPDX-License-Identifier: Apache-2.0
// The list of core/src/cuda/kernels.cpp without NVIDIA's libraries: products by our own kernel,
// convolutions by the CPU's.
#include "cuda/kernels.h"

#include "cuda/matmul_plain.h"
#include "ops/conv.h"
#include "ops/linalg.h"
#include "tensor/raw_copy.h"

namespace hearth::cuda {

namespace {

void on_cpu(const Call& call) {
  InlineVector<Tensor, 4> in;
  InlineVector<const Tensor*, 4> pointers;
  InlineVector<Tensor, 3> out;
  in.reserve(call.in.size());
  for (size_t i = 0; i < call.in.size(); ++i) {
    const Tensor& t = call.in[i];
    in.push_back(t.defined() ? copy_raw(t, impl(t).dtype, kCPU) : t);
    pointers.push_back(&in.back());
  }
  for (const Tensor& t : call.out)
    out.push_back(new_tensor(impl(t).sizes, impl(t).dtype, kCPU, impl(t).strides));
  call.op.kernel[static_cast<size_t>(kCPU)].run({call.op,
                                                 call.fields,
                                                 Args(pointers.data(), pointers.size()),
                                                 {out.data(), out.size()},
                                                 call.compute});
  for (size_t i = 0; i < out.size(); ++i) copy_raw_into(call.out[i], out[i]);
}

}  // namespace

void install_kernels() {
  install_copy();
  install_pointwise();
  install_sort();
  install_scan();
  install_resize();
  install_pool();
  install_reduce_norms();
  install_reduce_extremes();
  install_reduce_sums();
  install_softmax();
  install_loss();
  install_element_loss();
  install_layer_norm();
  install_batch_norm();
  install_group_norm();
  install_optim_step();
  install_index();
  install_gather();
  install_select();
  install_join();
  install_pad();
  install_rearrange();
  install_random();
  ops::Matmul::row().kernel[kSlot] = [](const Call& call) { run_matmul(call, &matmul_plain); };
  ops::Linear::row().kernel[kSlot] = [](const Call& call) { run_linear(call, &matmul_plain); };
  ops::Addmm::row().kernel[kSlot] = [](const Call& call) { run_addmm(call, &matmul_plain); };
  ops::Convolution::row().kernel[kSlot] = &on_cpu;
  ops::ConvolutionWeightGrad::row().kernel[kSlot] = &on_cpu;
}

}  // namespace hearth::cuda
