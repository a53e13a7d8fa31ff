// SPDX-License-Identifier: Apache-2.0
// A device "cuda" that computes with the CPU's kernels, in memory that the host cannot touch: who
// reads it past a kernel or a copy of the backend crashes, as on a real device.
#include <bit>
#include <cstring>
#include <mutex>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "hearth/ops/creation.h"

#include "backends/plugin.h"
#include "ops/all_ops.h"

namespace {

using namespace hearth;

/// Memory mapped twice: where tensors say that it lies nobody may touch it, kernels find it
/// elsewhere.
class Arena {
 public:
  Arena() {
    const int file = memfd_create("guarded", 0);
    HEARTH_CHECK(file >= 0 && ftruncate(file, kBytes) == 0, "[guarded] no memory");
    const auto map = [&](int access) {
      void* at = mmap(nullptr, kBytes, access, MAP_SHARED | MAP_NORESERVE, file, 0);
      HEARTH_CHECK(at != MAP_FAILED, "[guarded] no address space");
      return static_cast<char*>(at);
    };
    guarded_ = map(PROT_NONE);
    open_ = map(PROT_READ | PROT_WRITE);
    close(file);
  }
  void* allocate(size_t bytes) {
    const std::lock_guard lock(mutex_);
    std::vector<void*>& free = free_[size_class(bytes)];
    if (!free.empty()) {
      void* block = free.back();
      free.pop_back();
      return block;
    }
    const size_t size = size_t{1} << size_class(bytes);
    HEARTH_CHECK_AS(OutOfMemory, used_ + size <= kBytes, "[guarded] out of memory");
    used_ += size;
    return guarded_ + used_ - size;
  }
  void deallocate(void* block, size_t bytes) {
    const std::lock_guard lock(mutex_);
    free_[size_class(bytes)].push_back(block);
  }
  /// Where the memory at `data` may be touched. The CPU's kernels know no null of empty tensors.
  void* open(const void* data) const {
    return data ? open_ + (static_cast<const char*>(data) - guarded_) : open_;
  }

 private:
  static constexpr size_t kBytes = size_t{1} << 33;
  static size_t size_class(size_t bytes) {
    return std::bit_width(std::max<size_t>(bytes, 256) - 1);
  }
  std::mutex mutex_;
  std::vector<void*> free_[64];
  size_t used_ = 0;
  char *guarded_, *open_;
};

Arena& arena() {
  static Arena& a = *new Arena;
  return a;
}

const Backend kBackend{[](StorageImpl& s, size_t bytes, Device) {
                         s.data = arena().allocate(bytes);
                         s.deleter = [](void*, void* data, size_t n) {
                           arena().deallocate(data, n);
                         };
                       },
                       [](void* dst, Device to, const void* src, Device from, size_t bytes, bool) {
                         std::memcpy(to.is_cpu() ? dst : arena().open(dst),
                                     from.is_cpu() ? src : arena().open(src), bytes);
                       },
                       [] { return int64_t{1}; }};

/// The same memory as a tensor of the CPU.
Tensor opened(const Tensor& t) {
  if (!t.defined() || !t.is_cuda()) return t;
  const TensorImpl& i = impl(t);
  const auto bytes = static_cast<int64_t>(i.storage->nbytes);
  const Tensor block = from_blob(arena().open(i.storage->data), {bytes}, TensorOptions(kByte));
  return alias_tensor(block, i.sizes, i.strides, i.offset, i.dtype);
}

/// Runs the CPU's kernel of the row.
void run(const Call& call) {
  std::vector<Tensor> in, out;
  std::vector<const Tensor*> pointers;
  for (size_t i = 0; i < call.in.size(); ++i) in.push_back(opened(call.in[i]));
  for (const Tensor& t : in) pointers.push_back(&t);
  for (const Tensor& t : call.out) out.push_back(opened(t));
  const Args args(pointers.data(), pointers.size());
  call.op.kernel[static_cast<int>(kCPU)].run({call.op, call.fields, args, out, call.compute});
  for (size_t i = 0; i < out.size(); ++i) {
    if (call.out[i].defined()) continue;
    // The kernel made it, as large as the data said.
    call.out[i] = new_tensor(impl(out[i]).sizes, impl(out[i]).dtype, Device(kCUDA, 0));
    const Tensor dense = out[i].contiguous();
    if (dense.numel() > 0)
      std::memcpy(arena().open(raw_data(call.out[i])), raw_data(dense), dense.nbytes());
  }
}

void install(Registry& registry) {
  registry.set_backend(kCUDA, &kBackend);
  for (const OpTable* op : all_ops())
    if (op->kernel[static_cast<int>(kCPU)]) registry.set_kernel(op->info.name, kCUDA, &run);
}

}  // namespace

HEARTH_BACKEND(install)
