// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/delivery.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/cuda/guard.h"

#include "base/current_stream.h"
#include "dispatch/backend.h"

namespace hearth::data::detail {

struct Delivery::Stream {
  explicit Stream(const cuda::CUDAStream& s) : stream(s), guard(s) {}
  cuda::CUDAStream stream;
  cuda::CUDAStreamGuard guard;
};

namespace {

/// The stream on which this thread copies to a device.
cuda::CUDAStream stream_for_copies(Device device) {
  thread_local constinit CUstream_st* streams[kMaxDevices] = {};
  const DeviceIndex index = device.resolved().index();
  HEARTH_CHECK_AS(DeviceError, index >= 0 && index < kMaxDevices, "[DataLoader] no device ",
                  device);
  CUstream_st*& stream = streams[index];
  if (!stream) stream = cuda::getStreamFromPool(false, index).stream();
  return {stream, index};
}

bool can_pin() {
  const Backend* b = backend(kCUDA);
  return b && b->allocate_pinned;
}

}  // namespace

Delivery::Delivery(const Destination& destination, bool ahead) : destination_(destination) {
  if (!ahead || !destination.device || !destination.device->is_cuda()) return;
  if (const Backend* b = backend(kCUDA); b && b->streams)
    stream_ = std::make_unique<Stream>(stream_for_copies(*destination.device));
}
Delivery::~Delivery() = default;

void Delivery::bring(Tensor& tensor) const {
  if (!tensor.defined()) return;
  const NoGradGuard no_grad;
  const bool to_cuda = destination_.device && destination_.device->is_cuda();
  if ((destination_.pin_memory || to_cuda) && tensor.device().is_cpu() &&
      tensor.layout() == kStrided && can_pin())
    tensor = tensor.pin_memory();
  if (destination_.device) tensor = tensor.to(*destination_.device, /*non_blocking=*/true);
}

void Delivery::finish() {
  if (stream_) stream_->stream.synchronize();
}

void throw_undeliverable() {
  throw ValueError(
      "[DataLoader] batches of this type cannot be brought to a device or pinned: give it a member "
      "visit_tensors(f) that calls f for each of its tensors");
}

}  // namespace hearth::data::detail
