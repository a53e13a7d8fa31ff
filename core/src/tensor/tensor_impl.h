// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <utility>

#include "hearth/tensor/dim_vector.h"
#include "hearth/tensor/tensor.h"

#include "base/small_mutex.h"

namespace hearth {

namespace autograd {
struct AutogradMeta;
void destroy_meta(AutogradMeta* meta);  // autograd defines it

/// How a view came to be, which decides what may be written through it.
enum class CreationMeta : uint8_t {
  Default,
  MultiOutput,     ///< one of several outputs of split, unbind ...: in-place would miss the others
  NoGrad,          ///< made under no_grad
  Inference,       ///< made in inference mode of a normal tensor
  CustomFunction,  ///< made inside a custom Function
};
}  // namespace autograd

/// The most dims a tensor may have; making one with more throws ShapeError, so that arrays of this
/// length hold the dims of any.
inline constexpr size_t kMaxRank = 64;

/// The memory behind tensors: shared by a tensor and its views, with one version counter.
struct StorageImpl {
  using Deleter = void (*)(void* context, void* data, size_t bytes);

  int32_t refs = 0;
  uint32_t version = 0;  ///< counts writes; autograd compares it
  void* data = nullptr;
  size_t nbytes = 0;
  Deleter deleter = nullptr;  ///< null: the data lies in the tensor's own block, or there is none
  void* context = nullptr;
  void* block = nullptr;   ///< the header block this storage lies in
  void* stream = nullptr;  ///< of the device, whose order the memory is freed in
  Device device = kCPU;
};

/// What a Tensor points to. One block holds the header, the storage header of a tensor that owns
/// its memory, what autograd knows of it, and up to kSmallBytes of data.
struct TensorImpl : detail::TensorHead {
  static constexpr size_t kSmallBytes = 64;
  static constexpr size_t kMetaBytes = 96;

  ScalarType dtype = kFloat;
  Device device = kCPU;
  bool requires_grad = false;  ///< a leaf that wants a gradient, or a tensor with grad_fn
  bool inference = false;      ///< made in inference mode: no version checks, no tape
  Layout layout = kStrided;    ///< others have no elements in memory, see tensor/sparse_parts.h
  bool contiguous = true;
  bool dense = true;                  ///< non-overlapping and dense, in some order of the dims
  autograd::CreationMeta creation{};  ///< of a view: how it was made
  StorageImpl* storage = nullptr;
  /// Whose version counts the writes: the storage's, or that of the tensor in `own` which keeps a
  /// count apart from the others on its storage (Tensor::data()).
  StorageImpl* counter = nullptr;
  int64_t offset = 0;  ///< in elements
  int64_t numel = 0;
  DimVector sizes;
  DimVector strides;
  /// Of a view in autograd's eyes: the tensor whose memory it shows, never itself a view.
  Tensor base;
  /// Of a view: the version its grad_fn is for.
  std::atomic<uint32_t> seen_version{0};
  SmallMutex meta_mutex;  ///< held while meta is made, and while a view's grad_fn is rebuilt
  autograd::AutogradMeta* meta = nullptr;
  alignas(16) std::byte meta_block[kMetaBytes];
  StorageImpl own;
  alignas(64) std::byte small[kSmallBytes];

  char* data() const {
    return static_cast<char*>(storage->data) + offset * static_cast<int64_t>(element_size(dtype));
  }
  int64_t dim() const { return static_cast<int64_t>(sizes.size()); }
  /// Recomputes numel, contiguous and dense after sizes or strides changed.
  HEARTH_API void refresh();
};

inline TensorImpl& impl(const Tensor& t) { return *t.unsafeGetTensorImpl(); }
inline char* raw_data(const Tensor& t) { return impl(t).data(); }
/// Typed pointer for kernels: no check, no version bump.
template <typename T>
T* ptr(const Tensor& t) {
  return reinterpret_cast<T*>(raw_data(t));
}
inline uint32_t version_of(const Tensor& t) {
  return __atomic_load_n(&impl(t).counter->version, __ATOMIC_RELAXED);
}
inline void bump_version(const Tensor& t) {
  __atomic_fetch_add(&impl(t).counter->version, 1u, __ATOMIC_RELAXED);
}

/// A tensor with uninitialised memory of its own. Strides must be dense; none means contiguous.
/// `pinned` memory is for the CPU.
HEARTH_API Tensor new_tensor(DimVector sizes, ScalarType dtype, Device device,
                             DimVector strides = {}, bool pinned = false);
/// Another layout of `base`'s storage; the caller knows that it stays inside.
HEARTH_API Tensor alias_tensor(const Tensor& base, DimVector sizes, DimVector strides,
                               int64_t offset, ScalarType dtype);
/// The same with contiguous strides, checked: throws ShapeError naming `op` where it reaches past
/// the end of the storage.
HEARTH_API Tensor alias_contiguous(const Tensor& base, DimVector sizes, int64_t offset,
                                   ScalarType dtype, std::string_view op);
/// All of a storage as elements of `dtype`, 1-d.
HEARTH_API Tensor elements_of(StorageImpl& storage, ScalarType dtype);
/// The same data and layout without history.
HEARTH_API Tensor alias_tensor(const Tensor& base);
/// From here on, writes through `t` and its views to come are counted apart from others.
void count_writes_apart(const Tensor& t);
/// Makes `t` show the memory of `source`. What it has seen of writes stays its own.
void adopt_storage(const Tensor& t, const Tensor& source);
/// Makes room for `bytes` bytes in t's storage, for all tensors on it.
void reserve_storage(const Tensor& t, size_t bytes);
/// Gives `t` the sizes, contiguous strides and the room.
void resize_raw(const Tensor& t, IntArrayRef sizes);

inline void retain_storage(StorageImpl* s) { __atomic_fetch_add(&s->refs, 1, __ATOMIC_RELAXED); }
HEARTH_API void release_storage(StorageImpl* s);

/// Writes v as one element of type t.
HEARTH_API void store_scalar(void* to, ScalarType t, const Scalar& v);
/// Reads one element of type t.
HEARTH_API Scalar load_scalar(const void* from, ScalarType t);

/// Throws ShapeError for more than kMaxRank dims.
void check_rank(IntArrayRef sizes);
/// Product of sizes; throws ShapeError on negative sizes or a product beyond int64.
HEARTH_API int64_t checked_numel(IntArrayRef sizes);
/// Bytes of that many elements; throws ShapeError when they pass int64.
HEARTH_API int64_t checked_nbytes(int64_t numel, ScalarType dtype);
/// How far a layout reaches: one past its last element, from the first; 0 without elements. Throws
/// ShapeError naming `op` where that passes int64. Strides must not be negative.
HEARTH_API int64_t checked_extent(IntArrayRef sizes, IntArrayRef strides, std::string_view op);
// Strides of dense tensors; they throw ShapeError when one passes int64.
HEARTH_API DimVector contiguous_strides(IntArrayRef sizes);
/// For [N, C, spatial...].
HEARTH_API DimVector channels_last_strides(IntArrayRef sizes);
/// None for contiguous; throws ShapeError where the format does not fit the number of dims.
HEARTH_API DimVector format_strides(IntArrayRef sizes, MemoryFormat format);
/// Strides of a new dense tensor with the dim order of an existing one, as empty_like gives.
HEARTH_API DimVector preserved_strides(IntArrayRef sizes, IntArrayRef strides);
/// The channels-last format of tensors with this many dims; Contiguous where there is none.
MemoryFormat channels_last_format(size_t rank);
/// Whether a tensor is dense in the channels-last format of its rank.
HEARTH_API bool is_channels_last_strides(IntArrayRef sizes, IntArrayRef strides);
/// Whether [N, C, spatial...] is ordered channels-last: channels closest, then the last spatial
/// dim, and so on. Strides of dims of size 1 count, as in PyTorch, so that what was converted to
/// channels-last is seen even where both formats address the same elements.
HEARTH_API bool prefers_channels_last(IntArrayRef sizes, IntArrayRef strides);
/// The stride of a dim whose neighbours lie `elements` elements of a dim of this stride apart. A
/// product beyond int64 belongs to a dim of at most one element, where any stride will do.
int64_t stride_of(int64_t elements, int64_t stride);
/// The strides a view of `sizes` has on a tensor of old_sizes and old_strides; nullopt when it
/// needs a copy.
std::optional<DimVector> view_strides(IntArrayRef old_sizes, IntArrayRef old_strides,
                                      IntArrayRef sizes);
/// Replaces a -1 in sizes; throws ShapeError when the elements do not fit.
DimVector infer_size(IntArrayRef sizes, int64_t numel);
DimVector broadcast_shapes(IntArrayRef a, IntArrayRef b, std::string_view op);
/// A dim in [-ndim, ndim) as non-negative; 0-dim tensors count as one-dimensional.
int64_t wrap_dim(int64_t dim, int64_t ndim, std::string_view op);

}  // namespace hearth
