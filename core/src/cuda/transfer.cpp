// SPDX-License-Identifier: Apache-2.0
// Copies of bytes between the host and devices.
#include "base/current_stream.h"
#include "cuda/device.h"

namespace hearth::cuda {

namespace {

void to_device(void* dst, const void* src, size_t bytes, bool non_blocking) {
  const bool pinned = is_pinned(src);
  const bool read_later = pinned && non_blocking;
  // A graph reads its source again whenever it runs.
  if (!read_later)
    if (const void* constant = kept_for_graph(src, bytes)) {
      check(cudaMemcpyAsync(dst, constant, bytes, cudaMemcpyHostToDevice, stream()), "copy");
      return;
    }
  check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyHostToDevice, stream()), "copy to the device");
  // CUDA returns once it has read pageable memory; pinned memory it reads later.
  if (!pinned) return;
  if (read_later) return record_pinned_use(src, stream());
  wait();
}

void to_host(void* dst, const void* src, size_t bytes, bool non_blocking) {
  const bool read_later = non_blocking && is_pinned(dst);
  if (!read_later) refuse_while_capturing("copy to the host", stream());
  check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyDeviceToHost, stream()), "copy to the host");
  if (read_later) return record_pinned_use(dst, stream());
  wait();
}

/// On the target's stream, between what the source's stream was given so far and what comes next.
void between(void* dst, Device dst_device, const void* src, Device src_device, size_t bytes) {
  activate(src_device);
  const cudaStream_t from = stream();
  const Mark written(from);
  activate(dst_device);
  written.block(stream());
  check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyDefault, stream()), "copy between devices");
  const Mark read(stream());
  read.block(from);
}

}  // namespace

void copy_bytes(void* dst, Device dst_device, const void* src, Device src_device, size_t bytes,
                bool non_blocking) {
  if (bytes == 0) return;
  if (dst_device.is_cuda() && src_device.is_cuda() && dst_device != src_device)
    return between(dst, dst_device, src, src_device, bytes);
  activate(dst_device.is_cpu() ? src_device : dst_device);
  if (dst_device.is_cpu()) return to_host(dst, src, bytes, non_blocking);
  if (src_device.is_cpu()) return to_device(dst, src, bytes, non_blocking);
  check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyDefault, stream()), "copy on the device");
}

void copy_to_device(void* dst, const void* src, size_t bytes) { to_device(dst, src, bytes, false); }
void copy_to_host(void* dst, const void* src, size_t bytes) { to_host(dst, src, bytes, false); }

}  // namespace hearth::cuda
