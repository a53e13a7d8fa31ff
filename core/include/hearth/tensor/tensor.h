// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/base/source_location.h"
#include "hearth/tensor/accessor.h"
#include "hearth/tensor/node_ptr.h"
#include "hearth/tensor/options.h"
#include "hearth/tensor/scalar.h"

namespace hearth {

class DeprecatedTypeProperties;
class DispatchKeySet;
class Storage;
class Tensor;
struct TensorImpl;
using TensorList = ArrayRef<Tensor>;

namespace cuda {
class CUDAStream;
}
namespace indexing {
class TensorIndex;
}
namespace autograd {
struct HookHolder;
}

namespace detail {
/// The reference count, first in every TensorImpl, so that handles copy without a call.
struct TensorHead {
  int32_t refs = 1;
};
HEARTH_API void destroy_tensor(TensorImpl* impl) noexcept;
}  // namespace detail

/// An n-dimensional array with a dtype, a device, strides and, when asked, a gradient. A Tensor is
/// a handle: copies share data, and all methods are const, in-place ones (`add_`) included.
///
/// Methods without documentation of their own are the function of the same name in hearth/ops/
/// with the tensor as first argument; names, defaults and semantics are PyTorch's.
class HEARTH_API Tensor {
 public:
  Tensor() : impl_(nullptr) {}
  explicit Tensor(TensorImpl* owned) : impl_(owned) {}
  Tensor(const Tensor& o) : impl_(o.impl_) { retain(); }
  Tensor(Tensor&& o) noexcept : impl_(o.impl_) { o.impl_ = nullptr; }
  Tensor& operator=(const Tensor& o) & {
    Tensor copy(o);
    std::swap(impl_, copy.impl_);
    return *this;
  }
  Tensor& operator=(Tensor&& o) & noexcept {
    std::swap(impl_, o.impl_);
    return *this;
  }
  /// `x[0] = y`: writes into the view that an index expression made.
  Tensor& operator=(const Tensor& o) &&;
  Tensor& operator=(Tensor&& o) &&;
  Tensor& operator=(const Scalar& v) &&;
  ~Tensor() { release(); }

  // ---- identity
  bool defined() const { return impl_ != nullptr; }
  void reset() { *this = Tensor(); }
  bool is_same(const Tensor& o) const { return impl_ == o.impl_; }
  int64_t use_count() const;
  TensorImpl* unsafeGetTensorImpl() const { return impl_; }

  // ---- layout
  IntArrayRef sizes() const;
  IntArrayRef strides() const;
  int64_t size(int64_t dim) const;
  int64_t stride(int64_t dim) const;
  int64_t dim() const;
  int64_t ndimension() const { return dim(); }
  int64_t numel() const;
  size_t nbytes() const;
  int64_t itemsize() const;
  int64_t element_size() const { return itemsize(); }
  int64_t storage_offset() const;
  bool is_contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  /// True when elements fill one block of memory without gaps or overlaps, in any order.
  bool is_non_overlapping_and_dense() const;
  /// ChannelsLast for 4-d and ChannelsLast3d for 5-d tensors whose strides, those of dims of size 1
  /// included, are in the order of that format.
  MemoryFormat suggest_memory_format() const;
  bool is_alias_of(const Tensor& other) const;
  /// A handle to the memory; see hearth/tensor/storage.h.
  Storage storage() const;
  bool has_storage() const { return defined(); }

  // ---- type and place
  ScalarType scalar_type() const;
  TypeMeta dtype() const { return scalar_type(); }
  Device device() const;
  DeviceIndex get_device() const { return device().index(); }
  Layout layout() const;
  TensorOptions options() const;
  bool is_cpu() const { return device().is_cpu(); }
  bool is_cuda() const { return device().is_cuda(); }
  bool is_meta() const { return device().is_meta(); }
  /// Whether the layout is Sparse (COO).
  bool is_sparse() const { return layout() == kSparse; }
  bool is_sparse_csr() const { return layout() == kSparseCsr; }
  // What LibTorch programs ask before they go on; no tensor here is any of these.
  bool is_quantized() const { return false; }
  bool is_nested() const { return false; }
  bool is_mkldnn() const { return false; }
  bool is_mps() const { return false; }
  bool is_xpu() const { return false; }
  bool is_hip() const { return false; }
  bool is_floating_point() const { return hearth::is_floating_point(scalar_type()); }
  bool is_complex() const { return hearth::is_complex(scalar_type()); }
  bool is_signed() const;
  // What LibTorch programs ask; the headers that LibTorch has it in define it (core/compat).
  DeprecatedTypeProperties type() const;
  DispatchKeySet key_set() const;

  // ---- data
  // Where calls are recorded to run again, all of these throw and name the line they are called at.

  /// Pointer to the first element. Autograd does not notice what is written through it.
  void* data_ptr(SourceLocation at = SourceLocation::current()) const;
  const void* const_data_ptr(SourceLocation at = SourceLocation::current()) const;
  void* mutable_data_ptr(SourceLocation at = SourceLocation::current()) const {
    return data_ptr(at);
  }
  template <typename T>
  T* data_ptr(SourceLocation at = SourceLocation::current()) const {
    expect_dtype(dtype_of<std::remove_const_t<T>>);
    if constexpr (std::is_const_v<T>) {
      return static_cast<T*>(const_data_ptr(at));
    } else {
      return static_cast<T*>(data_ptr(at));
    }
  }
  template <typename T>
  const T* const_data_ptr(SourceLocation at = SourceLocation::current()) const {
    expect_dtype(dtype_of<std::remove_const_t<T>>);
    return static_cast<const T*>(const_data_ptr(at));
  }
  template <typename T>
  T* mutable_data_ptr(SourceLocation at = SourceLocation::current()) const {
    return data_ptr<T>(at);
  }
  /// Checked typed view of the elements: `auto a = x.accessor<float, 2>(); a[i][j]`. CPU only.
  template <typename T, size_t N>
  TensorAccessor<T, N> accessor(SourceLocation at = SourceLocation::current()) const& {
    static_assert(N > 0, "accessor is for at least one dimension; use item<T>() for 0-dim tensors");
    expect_dim(N);
    expect_cpu();
    return TensorAccessor<T, N>(data_ptr<T>(at), sizes().data(), strides().data());
  }
  template <typename T, size_t N>
  TensorAccessor<T, N> accessor() && = delete;
  /// As accessor, with sizes and strides of its own: what kernels are given by value.
  /// On any device.
  template <typename T, size_t N, template <typename> class Traits = DefaultPtrTraits,
            typename Index = int64_t>
  GenericPackedTensorAccessor<T, N, Traits, Index> generic_packed_accessor(
      SourceLocation at = SourceLocation::current()) const& {
    expect_dim(N);
    return {data_ptr<T>(at), sizes().data(), strides().data()};
  }
  template <typename T, size_t N, template <typename> class Traits = DefaultPtrTraits>
  PackedTensorAccessor64<T, N, Traits> packed_accessor64(
      SourceLocation at = SourceLocation::current()) const& {
    return generic_packed_accessor<T, N, Traits, int64_t>(at);
  }
  /// Throws ValueError for more elements than int32 counts.
  template <typename T, size_t N, template <typename> class Traits = DefaultPtrTraits>
  PackedTensorAccessor32<T, N, Traits> packed_accessor32(
      SourceLocation at = SourceLocation::current()) const& {
    expect_int32();
    return generic_packed_accessor<T, N, Traits, int32_t>(at);
  }
  /// The value of a one-element tensor.
  Scalar item(SourceLocation at = SourceLocation::current()) const;
  template <typename T>
  T item(SourceLocation at = SourceLocation::current()) const {
    return item(at).to<T>();
  }

  // ---- autograd
  bool requires_grad() const;
  const Tensor& set_requires_grad(bool on) const;
  const Tensor& requires_grad_(bool on = true) const { return set_requires_grad(on); }
  bool is_leaf() const;
  int64_t output_nr() const;
  /// The accumulated gradient; undefined until backward reached this tensor.
  const Tensor& grad() const;
  Tensor& mutable_grad() const;
  autograd::NodePtr grad_fn() const;
  /// d(this)/d(leaves), added into each leaf's grad(). `gradient` is needed unless this has one
  /// element. `inputs` restricts which leaves receive one.
  void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = std::nullopt,
                bool create_graph = false, std::optional<TensorList> inputs = std::nullopt) const;
  /// Keeps the gradient of a non-leaf in grad().
  void retain_grad() const;
  bool retains_grad() const;
  /// The tangent, inside a level of forward mode (hearth/autograd/forward_ad.h); undefined where
  /// there is none. Levels have the number 0.
  Tensor _fw_grad(uint64_t level) const;
  /// Calls `hook(grad)` when the gradient of this tensor is computed. The hook returns nothing, or
  /// a Tensor that replaces the gradient. Returns a key for remove_hook.
  template <typename F>
  unsigned register_hook(F&& hook) const;
  void remove_hook(unsigned key) const;
  /// Of a leaf: calls `hook(leaf)` each time backward has added to its grad(); see
  /// hearth/autograd/hooks.h, which defines it.
  template <typename F>
  unsigned register_post_accumulate_grad_hook(F&& hook) const;
  Tensor detach() const;
  const Tensor& detach_() const;
  /// Another tensor of the same elements, with this one's history.
  Tensor alias() const;
  /// Same data, no history; writes through it are not counted as writes to this tensor.
  Tensor data() const;
  Tensor variable_data() const { return data(); }
  Tensor tensor_data() const { return detach(); }
  /// Replaces data and layout by those of `source`; history, version and grad stay.
  void set_data(const Tensor& source) const;
  int64_t _version() const;
  bool is_view() const;
  /// The tensor this one is a view of; throws if it is not a view.
  const Tensor& _base() const;
  bool is_inference() const;

  // ---- indexing
  Tensor index(ArrayRef<indexing::TensorIndex> indices) const;
  Tensor index(std::initializer_list<indexing::TensorIndex> indices) const;
  const Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Tensor& values) const;
  const Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Scalar& value) const;
  const Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices,
                           const Tensor& values) const;
  const Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices,
                           const Scalar& value) const;
  /// Index tensors one per dim (undefined: all of that dim), as ATen's index.
  Tensor index(ArrayRef<std::optional<Tensor>> indices) const;
  const Tensor& index_put_(ArrayRef<std::optional<Tensor>> indices, const Tensor& values,
                           bool accumulate = false) const;
  Tensor index_put(ArrayRef<std::optional<Tensor>> indices, const Tensor& values,
                   bool accumulate = false) const;
  Tensor operator[](int64_t i) const;
  Tensor operator[](const Scalar& i) const;
  Tensor operator[](const Tensor& i) const;

  // ---- conversion and copies
  Tensor to(const TensorOptions& options = {}, bool non_blocking = false, bool copy = false,
            std::optional<MemoryFormat> format = std::nullopt) const;
  Tensor to(std::optional<ScalarType> dtype, std::optional<Layout> layout,
            std::optional<Device> device, std::optional<bool> pin_memory, bool non_blocking,
            bool copy, std::optional<MemoryFormat> format) const {
    return to(TensorOptions(dtype, layout, device, pin_memory), non_blocking, copy, format);
  }
  Tensor to(Device device, ScalarType dtype, bool non_blocking = false, bool copy = false,
            std::optional<MemoryFormat> format = std::nullopt) const;
  Tensor to(ScalarType dtype, bool non_blocking = false, bool copy = false,
            std::optional<MemoryFormat> format = std::nullopt) const;
  Tensor to(TypeMeta dtype, bool non_blocking = false, bool copy = false,
            std::optional<MemoryFormat> format = std::nullopt) const {
    return to(dtype.toScalarType(), non_blocking, copy, format);
  }
  Tensor to(MemoryFormat format) const;
  Tensor to(const Tensor& other, bool non_blocking = false, bool copy = false,
            std::optional<MemoryFormat> format = std::nullopt) const;
  Tensor toType(ScalarType t) const { return to(t); }
  Tensor type_as(const Tensor& other) const { return to(other.scalar_type()); }
  /// A copy in host memory that GPUs copy from and to by themselves, so that `non_blocking` copies
  /// run beside other work; the tensor itself when it is there. Throws Error for tensors elsewhere,
  /// DeviceError where there is no CUDA device. `device`: whose memory it is for, CUDA if any.
  Tensor pin_memory(std::optional<Device> device = std::nullopt) const;
  /// Whether a CPU tensor lies in such memory.
  bool is_pinned(std::optional<Device> device = std::nullopt) const;
  /// Keeps the memory from being reused before `stream` is past what it was given so far.
  /// Operations do this themselves; it is for work that Hearth does not see.
  void record_stream(const cuda::CUDAStream& stream) const;
  Tensor cpu() const { return to(TensorOptions(kCPU)); }
  Tensor cuda() const { return to(TensorOptions(kCUDA)); }
  Tensor contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  Tensor clone(std::optional<MemoryFormat> format = std::nullopt) const;
  const Tensor& copy_(const Tensor& source, bool non_blocking = false) const;
  const Tensor& fill_(const Scalar& value) const;
  const Tensor& fill_(const Tensor& value) const;
  const Tensor& zero_() const;
  /// Other sizes in the same storage, which grows when it must; new elements are uninitialised.
  const Tensor& resize_(IntArrayRef sizes, std::optional<MemoryFormat> format = std::nullopt) const;
  const Tensor& resize_as_(const Tensor& other,
                           std::optional<MemoryFormat> format = std::nullopt) const;
  /// Shows the storage of `source` from here on, which counts as a write.
  const Tensor& set_(const Tensor& source) const;
  const Tensor& set_(const Tensor& source, int64_t storage_offset, IntArrayRef sizes,
                     IntArrayRef strides = {}) const;
  const Tensor& set_() const;
  /// The same of a storage: all of it, or sizes from an element on.
  const Tensor& set_(const Storage& source) const;
  const Tensor& set_(const Storage& source, int64_t storage_offset, IntArrayRef sizes,
                     IntArrayRef strides = {}) const;
  bool is_set_to(const Tensor& other) const;
  bool is_same_size(const Tensor& other) const { return sizes() == other.sizes(); }
  Tensor new_empty(IntArrayRef sizes, const TensorOptions& options = {}) const;
  Tensor new_empty(IntArrayRef sizes, std::optional<ScalarType> dtype, std::optional<Layout> layout,
                   std::optional<Device> device, std::optional<bool> pin_memory) const {
    return new_empty(sizes, TensorOptions(dtype, layout, device, pin_memory));
  }
  Tensor new_empty_strided(IntArrayRef sizes, IntArrayRef strides,
                           const TensorOptions& options = {}) const;
  Tensor new_zeros(IntArrayRef sizes, const TensorOptions& options = {}) const;
  Tensor new_zeros(IntArrayRef sizes, std::optional<ScalarType> dtype, std::optional<Layout> layout,
                   std::optional<Device> device, std::optional<bool> pin_memory) const {
    return new_zeros(sizes, TensorOptions(dtype, layout, device, pin_memory));
  }
  Tensor new_ones(IntArrayRef sizes, const TensorOptions& options = {}) const;
  Tensor new_ones(IntArrayRef sizes, std::optional<ScalarType> dtype, std::optional<Layout> layout,
                  std::optional<Device> device, std::optional<bool> pin_memory) const {
    return new_ones(sizes, TensorOptions(dtype, layout, device, pin_memory));
  }
  Tensor new_full(IntArrayRef sizes, const Scalar& value, const TensorOptions& options = {}) const;
  Tensor new_full(IntArrayRef sizes, const Scalar& value, std::optional<ScalarType> dtype,
                  std::optional<Layout> layout, std::optional<Device> device,
                  std::optional<bool> pin_memory) const {
    return new_full(sizes, value, TensorOptions(dtype, layout, device, pin_memory));
  }

  // ---- sparse tensors, see hearth/ops/sparse.h
  Tensor to_sparse(int64_t sparse_dim) const;
  Tensor to_sparse(std::optional<Layout> layout = std::nullopt,
                   OptionalIntArrayRef blocksize = std::nullopt,
                   std::optional<int64_t> dense_dim = std::nullopt) const;
  Tensor to_sparse_csr(std::optional<int64_t> dense_dim = std::nullopt) const;
  /// Gradients flow to the elements that are there; `masked_grad` false, which would send them to
  /// all, throws NotImplementedError where a gradient is wanted.
  Tensor to_dense(std::optional<ScalarType> dtype = std::nullopt,
                  std::optional<bool> masked_grad = std::nullopt) const;
  Tensor sparse_mask(const Tensor& mask) const;
  Tensor coalesce() const;
  bool is_coalesced() const;
  Tensor indices() const;
  Tensor values() const;
  Tensor crow_indices() const;
  Tensor col_indices() const;
  Tensor _indices() const;
  Tensor _values() const;
  int64_t _nnz() const;
  int64_t sparse_dim() const;
  int64_t dense_dim() const;

  // ---- views and shapes
  Tensor view(IntArrayRef sizes) const;
  Tensor view(ScalarType dtype) const;
  Tensor view_as(const Tensor& other) const { return view(other.sizes()); }
  Tensor reshape(IntArrayRef sizes) const;
  Tensor reshape_as(const Tensor& other) const { return reshape(other.sizes()); }
  Tensor flatten(int64_t start_dim = 0, int64_t end_dim = -1) const;
  Tensor unflatten(int64_t dim, IntArrayRef sizes) const;
  Tensor permute(IntArrayRef dims) const;
  Tensor transpose(int64_t dim0, int64_t dim1) const;
  const Tensor& transpose_(int64_t dim0, int64_t dim1) const;
  Tensor t() const;
  const Tensor& t_() const;
  Tensor swapaxes(int64_t a, int64_t b) const { return transpose(a, b); }
  const Tensor& swapaxes_(int64_t a, int64_t b) const { return transpose_(a, b); }
  Tensor swapdims(int64_t a, int64_t b) const { return transpose(a, b); }
  const Tensor& swapdims_(int64_t a, int64_t b) const { return transpose_(a, b); }
  Tensor movedim(IntArrayRef source, IntArrayRef destination) const;
  Tensor moveaxis(IntArrayRef source, IntArrayRef destination) const {
    return movedim(source, destination);
  }
  Tensor movedim(int64_t source, int64_t destination) const {
    return movedim(IntArrayRef(source), IntArrayRef(destination));
  }
  Tensor moveaxis(int64_t source, int64_t destination) const {
    return movedim(source, destination);
  }
  Tensor mT() const { return transpose(-2, -1); }
  Tensor mH() const { return adjoint(); }
  Tensor matrix_H() const;
  Tensor numpy_T() const;
  Tensor adjoint() const;
  Tensor rot90(int64_t k = 1, IntArrayRef dims = {0, 1}) const;
  Tensor expand(IntArrayRef sizes, bool implicit = false) const;
  Tensor expand_as(const Tensor& other) const { return expand(other.sizes()); }
  Tensor broadcast_to(IntArrayRef sizes) const { return expand(sizes); }
  Tensor sum_to_size(IntArrayRef sizes) const;
  Tensor squeeze() const;
  Tensor squeeze(int64_t dim) const;
  Tensor squeeze(IntArrayRef dims) const;
  const Tensor& squeeze_() const;
  const Tensor& squeeze_(int64_t dim) const;
  const Tensor& squeeze_(IntArrayRef dims) const;
  Tensor unsqueeze(int64_t dim) const;
  const Tensor& unsqueeze_(int64_t dim) const;
  Tensor select(int64_t dim, int64_t index) const;
  Tensor slice(int64_t dim = 0, std::optional<int64_t> start = std::nullopt,
               std::optional<int64_t> end = std::nullopt, int64_t step = 1) const;
  Tensor narrow(int64_t dim, int64_t start, int64_t length) const;
  Tensor narrow(int64_t dim, const Tensor& start, int64_t length) const;
  Tensor narrow_copy(int64_t dim, int64_t start, int64_t length) const;
  Tensor diagonal(int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  Tensor as_strided(IntArrayRef sizes, IntArrayRef strides,
                    std::optional<int64_t> storage_offset = std::nullopt) const;
  const Tensor& as_strided_(IntArrayRef sizes, IntArrayRef strides,
                            std::optional<int64_t> storage_offset = std::nullopt) const;
  Tensor unfold(int64_t dim, int64_t size, int64_t step) const;
  std::vector<Tensor> split(int64_t split_size, int64_t dim = 0) const;
  std::vector<Tensor> split(IntArrayRef split_sizes, int64_t dim = 0) const;
  std::vector<Tensor> split_with_sizes(IntArrayRef split_sizes, int64_t dim = 0) const;
  std::vector<Tensor> chunk(int64_t chunks, int64_t dim = 0) const;
  std::vector<Tensor> unsafe_split(int64_t split_size, int64_t dim = 0) const {
    return split(split_size, dim);
  }
  std::vector<Tensor> unsafe_split_with_sizes(IntArrayRef split_sizes, int64_t dim = 0) const {
    return split_with_sizes(split_sizes, dim);
  }
  std::vector<Tensor> unsafe_chunk(int64_t chunks, int64_t dim = 0) const {
    return chunk(chunks, dim);
  }
  std::vector<Tensor> tensor_split(int64_t sections, int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(IntArrayRef indices, int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(const Tensor& indices_or_sections, int64_t dim = 0) const;
  std::vector<Tensor> hsplit(int64_t sections) const;
  std::vector<Tensor> hsplit(IntArrayRef indices) const;
  std::vector<Tensor> vsplit(int64_t sections) const;
  std::vector<Tensor> vsplit(IntArrayRef indices) const;
  std::vector<Tensor> dsplit(int64_t sections) const;
  std::vector<Tensor> dsplit(IntArrayRef indices) const;
  std::vector<Tensor> unbind(int64_t dim = 0) const;
  Tensor ravel() const { return reshape({-1}); }
  Tensor flip(IntArrayRef dims) const;
  Tensor fliplr() const { return flip({1}); }
  Tensor flipud() const { return flip({0}); }
  Tensor roll(IntArrayRef shifts, IntArrayRef dims = {}) const;
  Tensor repeat(IntArrayRef repeats) const;
  Tensor tile(IntArrayRef dims) const;
  Tensor repeat_interleave(int64_t repeats, std::optional<int64_t> dim = std::nullopt,
                           std::optional<int64_t> output_size = std::nullopt) const;
  Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim = std::nullopt,
                           std::optional<int64_t> output_size = std::nullopt) const;
  Tensor tril(int64_t diagonal = 0) const;
  Tensor triu(int64_t diagonal = 0) const;
  const Tensor& tril_(int64_t diagonal = 0) const;
  const Tensor& triu_(int64_t diagonal = 0) const;
  Tensor diag(int64_t diagonal = 0) const;
  Tensor diag_embed(int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1) const;
  Tensor diagflat(int64_t offset = 0) const;
  Tensor select_scatter(const Tensor& source, int64_t dim, int64_t index) const;
  Tensor slice_scatter(const Tensor& source, int64_t dim = 0,
                       std::optional<int64_t> start = std::nullopt,
                       std::optional<int64_t> end = std::nullopt, int64_t step = 1) const;
  Tensor diagonal_scatter(const Tensor& source, int64_t offset = 0, int64_t dim1 = 0,
                          int64_t dim2 = 1) const;
  Tensor as_strided_scatter(const Tensor& source, IntArrayRef sizes, IntArrayRef strides,
                            std::optional<int64_t> storage_offset = std::nullopt) const;
  const Tensor& fill_diagonal_(const Scalar& value, bool wrap = false) const;

  // ---- pointwise: the methods of hearth/ops/pointwise.def, then what that does not describe
#define HEARTH_FUNCTION(...)
#define HEARTH_FUNCTION_OF_SCALAR(...)
#define HEARTH_FUNCTION_IN_PLACE(...)
#define HEARTH_METHOD(name, op, shape, how, parameters, ...) \
  Tensor name(HEARTH_REST parameters) const;
#define HEARTH_METHOD_IN_PLACE(name, op, shape, how, parameters, ...) \
  const Tensor& name##_(HEARTH_REST parameters) const;
#include "hearth/ops/pointwise_forms.def"
  Tensor lerp(const Tensor& end, const Scalar& weight) const;
  Tensor lerp(const Tensor& end, const Tensor& weight) const;
  const Tensor& lerp_(const Tensor& end, const Scalar& weight) const;
  const Tensor& lerp_(const Tensor& end, const Tensor& weight) const;
  Tensor where(const Tensor& condition, const Tensor& other) const;
  Tensor where(const Tensor& condition, const Scalar& other) const;
  Tensor nan_to_num(std::optional<double> nan = {}, std::optional<double> posinf = {},
                    std::optional<double> neginf = {}) const;
  const Tensor& nan_to_num_(std::optional<double> nan = {}, std::optional<double> posinf = {},
                            std::optional<double> neginf = {}) const;
  Tensor prelu(const Tensor& weight) const;
  Tensor conj() const;
  // Conjugation and negation are computed at once, so nothing waits to be resolved.
  Tensor resolve_conj() const { return *this; }
  Tensor resolve_neg() const { return *this; }
  bool is_conj() const { return false; }
  bool is_neg() const { return false; }
  std::tuple<Tensor, Tensor> frexp() const;
  bool equal(const Tensor& other) const;
  bool allclose(const Tensor& other, double rtol = 1e-05, double atol = 1e-08,
                bool equal_nan = false) const;
  Tensor isclose(const Tensor& other, double rtol = 1e-05, double atol = 1e-08,
                 bool equal_nan = false) const;
  bool is_nonzero(SourceLocation at = SourceLocation::current()) const;

  // ---- reductions and scans
  Tensor sum(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor sum(OptionalIntArrayRef dim, bool keepdim = false,
             std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor mean(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor mean(OptionalIntArrayRef dim, bool keepdim = false,
              std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor prod(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor prod(int64_t dim, bool keepdim = false,
              std::optional<ScalarType> dtype = std::nullopt) const;
  // int has forms of its own, or a dim would be taken for `unbiased`.
  Tensor var(int dim) const;
  Tensor var(bool unbiased) const;
  Tensor var(OptionalIntArrayRef dim, bool unbiased, bool keepdim = false) const;
  Tensor var(OptionalIntArrayRef dim = std::nullopt,
             const std::optional<Scalar>& correction = std::nullopt, bool keepdim = false) const;
  Tensor std(int dim) const;
  Tensor std(bool unbiased) const;
  Tensor std(OptionalIntArrayRef dim, bool unbiased, bool keepdim = false) const;
  Tensor std(OptionalIntArrayRef dim = std::nullopt,
             const std::optional<Scalar>& correction = std::nullopt, bool keepdim = false) const;
  Tensor max() const;
  std::tuple<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const;
  Tensor max(const Tensor& other) const { return maximum(other); }
  Tensor min() const;
  std::tuple<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const;
  Tensor min(const Tensor& other) const { return minimum(other); }
  Tensor amax(IntArrayRef dim = {}, bool keepdim = false) const;
  Tensor amin(IntArrayRef dim = {}, bool keepdim = false) const;
  std::tuple<Tensor, Tensor> aminmax(std::optional<int64_t> dim = std::nullopt,
                                     bool keepdim = false) const;
  Tensor argmax(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
  Tensor argmin(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
  Tensor any() const;
  Tensor any(int64_t dim, bool keepdim = false) const;
  Tensor any(OptionalIntArrayRef dim, bool keepdim = false) const;
  Tensor all() const;
  Tensor all(int64_t dim, bool keepdim = false) const;
  Tensor all(OptionalIntArrayRef dim, bool keepdim = false) const;
  Tensor norm(const Scalar& p = 2) const;
  Tensor norm(const std::optional<Scalar>& p, ScalarType dtype) const;
  Tensor norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim = false) const;
  Tensor norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim,
              ScalarType dtype) const;
  Tensor logsumexp(IntArrayRef dim, bool keepdim = false) const;
  Tensor cumsum(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  const Tensor& cumsum_(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  std::tuple<Tensor, Tensor> cummax(int64_t dim) const;
  std::tuple<Tensor, Tensor> cummin(int64_t dim) const;
  Tensor cumprod(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  const Tensor& cumprod_(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor logcumsumexp(int64_t dim) const;
  Tensor diff(int64_t n = 1, int64_t dim = -1, const std::optional<Tensor>& prepend = {},
              const std::optional<Tensor>& append = {}) const;
  Tensor nansum(OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor nanmean(OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                 std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor median() const;
  std::tuple<Tensor, Tensor> median(int64_t dim, bool keepdim = false) const;
  Tensor nanmedian() const;
  std::tuple<Tensor, Tensor> nanmedian(int64_t dim, bool keepdim = false) const;
  std::tuple<Tensor, Tensor> mode(int64_t dim = -1, bool keepdim = false) const;
  Tensor quantile(const Tensor& q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                  std::string_view interpolation = "linear") const;
  Tensor quantile(double q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                  std::string_view interpolation = "linear") const;
  Tensor nanquantile(const Tensor& q, std::optional<int64_t> dim = std::nullopt,
                     bool keepdim = false, std::string_view interpolation = "linear") const;
  Tensor nanquantile(double q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                     std::string_view interpolation = "linear") const;
  Tensor cov(int64_t correction = 1, const std::optional<Tensor>& fweights = {},
             const std::optional<Tensor>& aweights = {}) const;
  Tensor corrcoef() const;
  Tensor bincount(const std::optional<Tensor>& weights = {}, int64_t minlength = 0) const;
  Tensor histc(int64_t bins = 100, const Scalar& min = 0, const Scalar& max = 0) const;
  std::tuple<Tensor, Tensor> histogram(const Tensor& bins, const std::optional<Tensor>& weight = {},
                                       bool density = false) const;
  std::tuple<Tensor, Tensor> histogram(int64_t bins = 100,
                                       std::optional<ArrayRef<double>> range = std::nullopt,
                                       const std::optional<Tensor>& weight = {},
                                       bool density = false) const;
  Tensor dist(const Tensor& other, const Scalar& p = 2) const;
  Tensor renorm(const Scalar& p, int64_t dim, const Scalar& maxnorm) const;
  const Tensor& renorm_(const Scalar& p, int64_t dim, const Scalar& maxnorm) const;
  Tensor count_nonzero(IntArrayRef dim) const;
  Tensor count_nonzero(std::optional<int64_t> dim = std::nullopt) const;

  // ---- linear algebra
  Tensor matmul(const Tensor& other) const;
  Tensor mm(const Tensor& other) const;
  Tensor bmm(const Tensor& other) const;
  Tensor mv(const Tensor& vec) const;
  Tensor dot(const Tensor& other) const;
  Tensor vdot(const Tensor& other) const;
  Tensor inner(const Tensor& other) const;
  Tensor outer(const Tensor& vec2) const;
  Tensor addmm(const Tensor& mat1, const Tensor& mat2, const Scalar& beta = 1,
               const Scalar& alpha = 1) const;
  const Tensor& addmm_(const Tensor& mat1, const Tensor& mat2, const Scalar& beta = 1,
                       const Scalar& alpha = 1) const;
  Tensor addmv(const Tensor& mat, const Tensor& vec, const Scalar& beta = 1,
               const Scalar& alpha = 1) const;
  const Tensor& addmv_(const Tensor& mat, const Tensor& vec, const Scalar& beta = 1,
                       const Scalar& alpha = 1) const;
  Tensor baddbmm(const Tensor& batch1, const Tensor& batch2, const Scalar& beta = 1,
                 const Scalar& alpha = 1) const;
  const Tensor& baddbmm_(const Tensor& batch1, const Tensor& batch2, const Scalar& beta = 1,
                         const Scalar& alpha = 1) const;
  Tensor addbmm(const Tensor& batch1, const Tensor& batch2, const Scalar& beta = 1,
                const Scalar& alpha = 1) const;
  const Tensor& addbmm_(const Tensor& batch1, const Tensor& batch2, const Scalar& beta = 1,
                        const Scalar& alpha = 1) const;
  Tensor addr(const Tensor& vec1, const Tensor& vec2, const Scalar& beta = 1,
              const Scalar& alpha = 1) const;
  const Tensor& addr_(const Tensor& vec1, const Tensor& vec2, const Scalar& beta = 1,
                      const Scalar& alpha = 1) const;
  Tensor ger(const Tensor& vec2) const { return outer(vec2); }
  Tensor kron(const Tensor& other) const;
  Tensor cross(const Tensor& other, std::optional<int64_t> dim = std::nullopt) const;
  Tensor trace() const;
  Tensor det() const;
  Tensor logdet() const;
  std::tuple<Tensor, Tensor> slogdet() const;
  Tensor inverse() const;
  Tensor pinverse(double rcond = 1e-15) const;
  Tensor matrix_power(int64_t n) const;
  Tensor matrix_exp() const;
  Tensor cholesky(bool upper = false) const;
  Tensor cholesky_inverse(bool upper = false) const;
  Tensor cholesky_solve(const Tensor& input2, bool upper = false) const;
  Tensor lu_solve(const Tensor& LU_data, const Tensor& LU_pivots) const;
  std::tuple<Tensor, Tensor> qr(bool some = true) const;
  std::tuple<Tensor, Tensor> geqrf() const;
  Tensor orgqr(const Tensor& input2) const;
  Tensor ormqr(const Tensor& input2, const Tensor& input3, bool left = true,
               bool transpose = false) const;
  std::tuple<Tensor, Tensor, Tensor> svd(bool some = true, bool compute_uv = true) const;
  std::tuple<Tensor, Tensor> triangular_solve(const Tensor& A, bool upper = true,
                                              bool transpose = false,
                                              bool unitriangular = false) const;

  // ---- spectra
  Tensor stft(int64_t n_fft, std::optional<int64_t> hop_length, std::optional<int64_t> win_length,
              const std::optional<Tensor>& window, bool normalized,
              std::optional<bool> onesided = std::nullopt,
              std::optional<bool> return_complex = std::nullopt,
              std::optional<bool> align_to_window = std::nullopt) const;
  Tensor stft(int64_t n_fft, std::optional<int64_t> hop_length = std::nullopt,
              std::optional<int64_t> win_length = std::nullopt,
              const std::optional<Tensor>& window = {}, bool center = true,
              std::string_view pad_mode = "reflect", bool normalized = false,
              std::optional<bool> onesided = std::nullopt,
              std::optional<bool> return_complex = std::nullopt,
              std::optional<bool> align_to_window = std::nullopt) const;
  Tensor istft(int64_t n_fft, std::optional<int64_t> hop_length = std::nullopt,
               std::optional<int64_t> win_length = std::nullopt,
               const std::optional<Tensor>& window = {}, bool center = true,
               bool normalized = false, std::optional<bool> onesided = std::nullopt,
               std::optional<int64_t> length = std::nullopt, bool return_complex = false) const;

  // ---- gather, scatter, sort
  Tensor index_select(int64_t dim, const Tensor& index) const;
  Tensor index_add(int64_t dim, const Tensor& index, const Tensor& source,
                   const Scalar& alpha = 1) const;
  const Tensor& index_add_(int64_t dim, const Tensor& index, const Tensor& source,
                           const Scalar& alpha = 1) const;
  Tensor index_copy(int64_t dim, const Tensor& index, const Tensor& source) const;
  const Tensor& index_copy_(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor index_fill(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor index_fill(int64_t dim, const Tensor& index, const Tensor& value) const;
  const Tensor& index_fill_(int64_t dim, const Tensor& index, const Scalar& value) const;
  const Tensor& index_fill_(int64_t dim, const Tensor& index, const Tensor& value) const;
  Tensor gather(int64_t dim, const Tensor& index, bool sparse_grad = false) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Scalar& value) const;
  const Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& source) const;
  const Tensor& scatter_(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor scatter_add(int64_t dim, const Tensor& index, const Tensor& source) const;
  const Tensor& scatter_add_(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& source,
                 std::string_view reduce) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Scalar& value,
                 std::string_view reduce) const;
  const Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& source,
                         std::string_view reduce) const;
  const Tensor& scatter_(int64_t dim, const Tensor& index, const Scalar& value,
                         std::string_view reduce) const;
  Tensor scatter_reduce(int64_t dim, const Tensor& index, const Tensor& source,
                        std::string_view reduce, bool include_self = true) const;
  const Tensor& scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& source,
                                std::string_view reduce, bool include_self = true) const;
  Tensor index_reduce(int64_t dim, const Tensor& index, const Tensor& source,
                      std::string_view reduce, bool include_self = true) const;
  const Tensor& index_reduce_(int64_t dim, const Tensor& index, const Tensor& source,
                              std::string_view reduce, bool include_self = true) const;
  Tensor put(const Tensor& index, const Tensor& source, bool accumulate = false) const;
  const Tensor& put_(const Tensor& index, const Tensor& source, bool accumulate = false) const;
  Tensor masked_fill(const Tensor& mask, const Scalar& value) const;
  Tensor masked_fill(const Tensor& mask, const Tensor& value) const;
  const Tensor& masked_fill_(const Tensor& mask, const Scalar& value) const;
  const Tensor& masked_fill_(const Tensor& mask, const Tensor& value) const;
  Tensor masked_select(const Tensor& mask) const;
  Tensor masked_scatter(const Tensor& mask, const Tensor& source) const;
  const Tensor& masked_scatter_(const Tensor& mask, const Tensor& source) const;
  Tensor nonzero() const;
  Tensor argwhere() const;
  Tensor nonzero_static(int64_t size, int64_t fill_value = -1) const;
  std::vector<Tensor> nonzero_numpy() const;
  Tensor take(const Tensor& index) const;
  Tensor take_along_dim(const Tensor& indices, std::optional<int64_t> dim = std::nullopt) const;
  std::tuple<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false) const;
  std::tuple<Tensor, Tensor> sort(std::optional<bool> stable, int64_t dim = -1,
                                  bool descending = false) const;
  Tensor argsort(int64_t dim = -1, bool descending = false) const;
  Tensor argsort(bool stable, int64_t dim = -1, bool descending = false) const;
  Tensor msort() const;
  std::tuple<Tensor, Tensor> kthvalue(int64_t k, int64_t dim = -1, bool keepdim = false) const;
  std::tuple<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true,
                                  bool sorted = true) const;

  // ---- neural network functions that LibTorch has as methods
  Tensor softmax(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor log_softmax(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;

  // ---- random
  const Tensor& uniform_(double from = 0, double to = 1,
                         std::optional<Generator> generator = {}) const;
  const Tensor& normal_(double mean = 0, double std = 1,
                        std::optional<Generator> generator = {}) const;
  const Tensor& bernoulli_(double p = 0.5, std::optional<Generator> generator = {}) const;
  const Tensor& bernoulli_(const Tensor& p, std::optional<Generator> generator = {}) const;
  const Tensor& exponential_(double lambd = 1, std::optional<Generator> generator = {}) const;
  const Tensor& log_normal_(double mean = 1, double std = 2,
                            std::optional<Generator> generator = {}) const;
  const Tensor& cauchy_(double median = 0, double sigma = 1,
                        std::optional<Generator> generator = {}) const;
  const Tensor& geometric_(double p, std::optional<Generator> generator = {}) const;
  const Tensor& random_(std::optional<Generator> generator = {}) const;
  const Tensor& random_(int64_t to, std::optional<Generator> generator = {}) const;
  const Tensor& random_(int64_t from, std::optional<int64_t> to,
                        std::optional<Generator> generator = {}) const;
  Tensor bernoulli(std::optional<Generator> generator = {}) const;
  Tensor bernoulli(double p, std::optional<Generator> generator = {}) const;
  Tensor multinomial(int64_t num_samples, bool replacement = false,
                     std::optional<Generator> generator = {}) const;

  // ---- operators
  Tensor operator-() const { return neg(); }
  Tensor operator~() const { return bitwise_not(); }
  const Tensor& operator+=(const Tensor& o) const { return add_(o); }
  const Tensor& operator+=(const Scalar& o) const { return add_(o); }
  const Tensor& operator-=(const Tensor& o) const { return sub_(o); }
  const Tensor& operator-=(const Scalar& o) const { return sub_(o); }
  const Tensor& operator*=(const Tensor& o) const { return mul_(o); }
  const Tensor& operator*=(const Scalar& o) const { return mul_(o); }
  const Tensor& operator/=(const Tensor& o) const { return div_(o); }
  const Tensor& operator/=(const Scalar& o) const { return div_(o); }

  // ---- text
  std::string toString() const;
  void print() const;

 private:
  void retain() const {
    if (impl_) __atomic_fetch_add(&head()->refs, 1, __ATOMIC_RELAXED);
  }
  void release() {
    // Who holds the only handle is alone, and need not write.
    if (impl_ && (__atomic_load_n(&head()->refs, __ATOMIC_ACQUIRE) == 1 ||
                  __atomic_sub_fetch(&head()->refs, 1, __ATOMIC_ACQ_REL) == 0))
      detail::destroy_tensor(impl_);
  }
  detail::TensorHead* head() const { return reinterpret_cast<detail::TensorHead*>(impl_); }
  void expect_dtype(ScalarType expected) const;
  void expect_dim(size_t n) const;
  void expect_int32() const;
  void expect_cpu() const;
  unsigned add_hook(autograd::HookHolder* hook) const;

  TensorImpl* impl_;
};

#define HEARTH_TENSOR_OPERATOR(op, method, reversed)                                  \
  inline Tensor operator op(const Tensor& a, const Tensor& b) { return a.method(b); } \
  inline Tensor operator op(const Tensor& a, const Scalar& b) { return a.method(b); } \
  HEARTH_API Tensor operator op(const Scalar& a, const Tensor& b);
HEARTH_TENSOR_OPERATOR(+, add, add)
HEARTH_TENSOR_OPERATOR(-, sub, rsub)
HEARTH_TENSOR_OPERATOR(*, mul, mul)
HEARTH_TENSOR_OPERATOR(/, div, rdiv)
HEARTH_TENSOR_OPERATOR(%, remainder, remainder)
HEARTH_TENSOR_OPERATOR(&, bitwise_and, bitwise_and)
HEARTH_TENSOR_OPERATOR(|, bitwise_or, bitwise_or)
HEARTH_TENSOR_OPERATOR(^, bitwise_xor, bitwise_xor)
HEARTH_TENSOR_OPERATOR(<, lt, gt)
HEARTH_TENSOR_OPERATOR(<=, le, ge)
HEARTH_TENSOR_OPERATOR(>, gt, lt)
HEARTH_TENSOR_OPERATOR(>=, ge, le)
HEARTH_TENSOR_OPERATOR(==, eq, eq)
HEARTH_TENSOR_OPERATOR(!=, ne, ne)
#undef HEARTH_TENSOR_OPERATOR

/// Prints values, then `[ CPUFloatType{2,3} ]`, as LibTorch does.
HEARTH_API std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

namespace autograd {

/// Type-erased hook; see Tensor::register_hook.
struct HEARTH_API HookHolder {
  virtual ~HookHolder();
  /// The gradient to use instead, or an undefined tensor to keep it.
  virtual Tensor call(const Tensor& grad) = 0;
};

template <typename F>
struct TypedHook final : HookHolder {
  explicit TypedHook(F f) : f_(static_cast<F&&>(f)) {}
  Tensor call(const Tensor& grad) override {
    if constexpr (std::is_void_v<decltype(f_(Tensor(grad)))>) {
      f_(Tensor(grad));
      return {};
    } else {
      return f_(Tensor(grad));
    }
  }
  F f_;
};

}  // namespace autograd

template <typename F>
unsigned Tensor::register_hook(F&& hook) const {
  return add_hook(new autograd::TypedHook<std::decay_t<F>>(static_cast<F&&>(hook)));
}

}  // namespace hearth
