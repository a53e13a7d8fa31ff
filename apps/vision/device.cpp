// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/cuda.h"
#include "hearth/base/error.h"

#include "vision/commands.h"

hearth::Device chosen_device(const std::string& name) {
  using hearth::kCPU, hearth::kCUDA;
  if (name == "auto") return hearth::cuda::is_available() ? kCUDA : kCPU;
  const hearth::Device device(name);
  // Asks for what the run will need, so that the error comes first and says why.
  if (device.is_cuda()) hearth::cuda::get_device_name(device.resolved().index());
  return device;
}
