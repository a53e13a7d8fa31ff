// SPDX-License-Identifier: Apache-2.0
#include "cpu/gemm.h"
#include "cpu/kernels.h"

namespace hearth::cpu {

void install_linalg() {
  ops::Matmul::row().kernel[0] = [](const Call& call) { run_matmul(call, &matmul); };
  ops::Linear::row().kernel[0] = [](const Call& call) { run_linear(call, &matmul); };
  ops::Addmm::row().kernel[0] = [](const Call& call) { run_addmm(call, &matmul); };
}

}  // namespace hearth::cpu
