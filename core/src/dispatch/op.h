// SPDX-License-Identifier: Apache-2.0
// What an op is. An op is a small struct in hearth::ops: its fields are its attributes, its members
// its rules. make_row turns it into an OpTable, the one row the door works with.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/inline_vector.h"

#include "dispatch/fields.h"
#include "tensor/tensor_impl.h"

namespace hearth {

/// The tensors an op reads, borrowed: args[i] is a const Tensor&.
class Args {
 public:
  Args() = default;
  Args(const Tensor* const* items, size_t size) : items_(items), size_(size) {}
  size_t size() const { return size_; }
  const Tensor& operator[](size_t i) const { return *items_[i]; }
  /// Argument i, or an undefined tensor past the end.
  const Tensor& get(size_t i) const { return i < size_ ? *items_[i] : undefined(); }
  Args from(size_t first) const { return {items_ + first, size_ - first}; }
  const Tensor* const* data() const { return items_; }
  HEARTH_API static const Tensor& undefined();

 private:
  const Tensor* const* items_ = nullptr;
  size_t size_ = 0;
};

/// Borrows a list of tensors as Args.
class ArgList {
 public:
  explicit ArgList(TensorList list) { append(list); }
  ArgList(std::initializer_list<const Tensor*> first, TensorList list) {
    for (const Tensor* t : first) items_.push_back(t);
    append(list);
  }
  operator Args() const { return {items_.data(), items_.size()}; }

 private:
  void append(TensorList list) {
    for (const Tensor& t : list) items_.push_back(&t);
  }
  InlineVector<const Tensor*, 8> items_;
};

using Tensors = InlineVector<Tensor, 3>;

/// Sizes, layout and type of one output. No strides means contiguous.
struct Spec {
  DimVector sizes;
  DimVector strides;
  int64_t offset = 0;  ///< views only, in elements from the start of the storage
  ScalarType dtype = kFloat;
  Device device = kCPU;
  bool pinned = false;  ///< in host memory that a GPU copies by itself

  Spec() = default;
  Spec(DimVector s, ScalarType t, Device d) : sizes(std::move(s)), dtype(t), device(d) {}
  Spec(DimVector s, DimVector st, ScalarType t, Device d)
      : sizes(std::move(s)), strides(std::move(st)), dtype(t), device(d) {}
  /// A tensor like `t`: its sizes, dtype, device and dim order.
  static Spec like(const Tensor& t);
  static Spec like(const Tensor& t, ScalarType dtype);
};

/// What infer answers: the outputs, and the dtype the door converts inputs to before the kernel
/// sees them (Undefined: none).
struct Specs {
  InlineVector<Spec, 2> out;
  ScalarType compute = ScalarType::Undefined;

  Specs() = default;
  Specs(Spec&& one, ScalarType compute_type = ScalarType::Undefined) : compute(compute_type) {
    out.emplace_back(std::move(one));
  }
  Specs(const Spec& one, ScalarType compute_type = ScalarType::Undefined)
      : Specs(Spec(one), compute_type) {}
  Spec& operator[](size_t i) { return out[i]; }
};

/// Which inputs need a gradient.
class NeedMask {
 public:
  bool operator[](size_t i) const {
    if (i < 64) return first_ >> i & 1;
    return i / 64 <= rest_.size() && (rest_[i / 64 - 1] >> (i % 64) & 1);
  }
  void set(size_t i) {
    if (i >= 64 && i / 64 > rest_.size()) rest_.resize(i / 64);
    (i < 64 ? first_ : rest_[i / 64 - 1]) |= uint64_t{1} << (i % 64);
  }
  bool any() const { return first_ != 0 || !rest_.empty(); }

 private:
  uint64_t first_ = 0;
  std::vector<uint64_t> rest_;  ///< of calls with lists
};

/// What the tape keeps of a call: bit i of `in` and `out` keeps a tensor, and the last bit speaks
/// of all that follow as well; sizes, strides, dtype and device of inputs and outputs are kept when
/// `specs` says so.
struct Saves {
  uint64_t in = 0;
  uint64_t out = 0;
  bool specs = false;
};

namespace autograd {
struct OpNode;
}

/// What a vjp reads of the recorded call. Reading what saves() did not declare throws.
class Saved {
 public:
  explicit Saved(const autograd::OpNode& node) : node_(node) {}
  Tensor in(size_t i) const;
  Tensor out(size_t i = 0) const;
  const Spec& in_spec(size_t i) const;
  const Spec& out_spec(size_t i = 0) const;
  /// The sizes of an input that a gradient flows to. Nothing need be saved for them: whoever the
  /// gradient is for knows them.
  const DimVector& in_sizes(size_t i) const;
  size_t num_inputs() const;

 private:
  const autograd::OpNode& node_;
};

/// One gradient per input; undefined where there is none.
using Grads = InlineVector<Tensor, 3>;

enum class Kind : uint8_t {
  Primitive,  ///< kernel on every backend, and vjp
  Fused,      ///< has decompose: fallback, export and oracle
};
/// What autocast does with the float inputs.
enum class Cast : uint8_t {
  Any,      ///< runs in whatever type comes
  Lower,    ///< cast to the autocast dtype (matmul, convolution)
  Float32,  ///< cast to float (softmax, norms, losses)
  Widest,   ///< promoted to the widest of the inputs
};

/// How the derivative along tangents of the inputs (forward mode) follows from a row. Views follow
/// from where they lie.
enum class Jvp : uint8_t {
  FromVjp,      ///< vjp is linear in the gradient it gets: its transpose
  Pointwise,    ///< vjp itself, of tangents: element by element, real numbers only
  Linear,       ///< the row, of tangents: it is linear in all its inputs at once
  Multilinear,  ///< linear in each input: the sum of the row with one input's tangent in its place
};

/// What an argument may be, for Argument::flags.
namespace arg {
inline constexpr uint8_t optional = 1;     ///< may be undefined
inline constexpr uint8_t mutated = 2;      ///< the kernel writes into it (running statistics)
inline constexpr uint8_t constant = 4;     ///< no gradient flows to it
inline constexpr uint8_t as_is = 8;        ///< keeps its dtype when others become Specs::compute
inline constexpr uint8_t on_cpu = 16;      ///< may lie on the CPU where the others do not
inline constexpr uint8_t any_device = 32;  ///< lies where it likes (the source of a copy)
// With given outputs. An argument with neither flag may share memory with them as it likes: the
// door has the kernel write elsewhere then.
inline constexpr uint8_t in_place = 64;  ///< may be an output itself, but overlap it no other way
inline constexpr uint8_t apart = 128;    ///< shares no memory with an output
inline constexpr uint8_t index = constant | as_is;
}  // namespace arg

struct Argument {
  std::string_view name;  ///< for error messages
  uint8_t flags = 0;

  constexpr Argument() = default;
  constexpr Argument(const char* n, unsigned f = 0) : name(n), flags(static_cast<uint8_t>(f)) {}
  constexpr bool is(uint8_t flag) const { return (flags & flag) != 0; }
  /// Whether a gradient may flow to it.
  constexpr bool differentiable() const { return !is(arg::constant | arg::mutated); }
};

/// Where an output's memory comes from.
enum class OutputKind : uint8_t {
  Fresh,
  View,           ///< aliases the input `of`
  DataDependent,  ///< the kernel allocates; infer gives dtype and rank
};
struct Output {
  OutputKind kind = OutputKind::Fresh;
  bool constant = false;  ///< carries no gradient (statistics that the backward row reads)
  uint8_t of = 0;
};
namespace out {
inline constexpr Output fresh{};
inline constexpr Output constant{.constant = true};
inline constexpr Output data_dependent{OutputKind::DataDependent};
/// A view of the input at that place.
constexpr Output view_of(uint8_t input) { return {OutputKind::View, false, input}; }
/// The same memory, but nothing that autograd follows.
constexpr Output detached_view_of(uint8_t input) { return {OutputKind::View, true, input}; }
}  // namespace out

/// Up to N items, of which the last `tail` repeat as often as a call needs.
template <class T, size_t N>
class Declared {
 public:
  constexpr Declared(std::initializer_list<T> list) {
    for (const T& item : list) items_[size_++] = item;
  }
  constexpr size_t size() const { return size_; }
  constexpr const T& operator[](size_t i) const { return items_[i]; }
  constexpr const T* begin() const { return items_; }
  constexpr const T* end() const { return items_ + size_; }

 private:
  T items_[N] = {};
  uint8_t size_ = 0;
};

struct OpInfo {
  std::string_view name;
  Kind kind = Kind::Primitive;
  Cast cast = Cast::Any;
  bool differentiable = true;
  Jvp jvp = Jvp::FromVjp;
  /// The kernel reads and writes any strides, converts dtypes itself (input to compute to output),
  /// and may run in place.
  bool strided = false;
  /// It takes and makes uint16, uint32 and uint64, as views do; other rows refuse them.
  bool barebones = false;
  Declared<Argument, 12> args = {"self"};
  /// The last `tail` arguments are a group that repeats: the tensors of a list, or parameter,
  /// gradient and state of each tensor of an optimizer.
  uint8_t tail = 0;
  /// The last one stands for all that follow.
  Declared<Output, 4> outputs = {Output{}};

  /// What is declared of a call's input i.
  constexpr const Argument& input(size_t i) const {
    if (i < args.size()) return args[i];
    const size_t fixed = args.size() - tail;
    return tail ? args[fixed + (i - fixed) % tail] : args[args.size() - 1];
  }
  /// What is declared of member i of a group.
  constexpr const Argument& group(size_t i) const { return args[args.size() - tail + i]; }
  constexpr const Output& output(size_t i) const {
    return outputs[i < outputs.size() ? i : outputs.size() - 1];
  }
  constexpr bool mutates() const {
    for (const Argument& a : args)
      if (a.is(arg::mutated)) return true;
    return false;
  }
  /// Whether the outputs are views: no kernel runs then.
  constexpr bool is_view() const { return outputs[0].kind == OutputKind::View; }
  constexpr bool is_data_dependent() const { return outputs[0].kind == OutputKind::DataDependent; }
};

struct OpTable;

/// A call as kernels see it: inputs converted to `compute`, outputs bound.
struct Call {
  const OpTable& op;
  const void* fields;
  Args in;
  std::span<Tensor> out;
  ScalarType compute;

  template <class Op>
  const Op& as() const {
    return *static_cast<const Op*>(fields);
  }
};
using Kernel = void (*)(const Call&);

/// A device's kernel in a row.
struct KernelSlot {
  Kernel run = nullptr;
  /// It converts while it loads inputs and stores outputs, so the door leaves dtypes alone.
  bool converts = false;

  constexpr KernelSlot() = default;
  template <class F>
  requires std::is_convertible_v<F, Kernel>
  constexpr KernelSlot(F k) : run(k) {}
  explicit operator bool() const { return run != nullptr; }
};
/// For a slot: a kernel that converts itself.
constexpr KernelSlot converting(Kernel k) {
  KernelSlot slot(k);
  slot.converts = true;
  return slot;
}

/// The row of an op: everything the door knows about it.
struct OpTable {
  OpInfo info;
  FieldsTable fields;
  /// Constructs the answer in `*specs` (raw memory).
  void (*infer)(const OpTable& row, const void* fields, Args in, void* specs) = nullptr;
  Saves (*saves)(const OpTable& row, const void* fields, const NeedMask& need) = nullptr;
  Grads (*vjp)(const OpTable& row, const void* fields, const Saved& saved, Args g,
               const NeedMask& need) = nullptr;
  Tensors (*decompose)(const OpTable& row, const void* fields, Args in) = nullptr;
  /// For ops made from a table (pointwise.def): what the shared rules look up.
  const void* extra = nullptr;
  KernelSlot kernel[kNumDeviceTypes] = {};
};

template <class Op>
constexpr OpTable make_row() {
  OpTable row{};
  row.info = Op::info;
  row.fields = make_fields<Op>();
  row.infer = [](const OpTable&, const void* f, Args in, void* specs) {
    new (specs) Specs(static_cast<const Op*>(f)->infer(in));
  };
  if constexpr (requires(const Op& op) { op.saves(NeedMask{}); })
    row.saves = [](const OpTable&, const void* f, const NeedMask& need) {
      return static_cast<const Op*>(f)->saves(need);
    };
  if constexpr (requires { &Op::vjp; })
    row.vjp = [](const OpTable&, const void* f, const Saved& s, Args g, const NeedMask& need) {
      return static_cast<const Op*>(f)->vjp(s, g, need);
    };
  if constexpr (requires { &Op::decompose; })
    row.decompose = [](const OpTable&, const void* f, Args in) {
      return static_cast<const Op*>(f)->decompose(in);
    };
  return row;
}

/// In an op struct: declares its row, its fields for printing and saving. `HEARTH_OP(Softmax,
/// dim)`.
#define HEARTH_OP(Type, ...)                            \
  static HEARTH_API OpTable& row();                     \
  auto fields() { return std::tie(__VA_ARGS__); }       \
  auto fields() const { return std::tie(__VA_ARGS__); } \
  static constexpr std::string_view field_names = #__VA_ARGS__;
/// In the family's .cpp: defines the row.
#define HEARTH_DEFINE_OP(Type)                              \
  static constinit OpTable Type##_table = make_row<Type>(); \
  OpTable& Type::row() { return Type##_table; }

/// How invoke obtains the outputs.
enum class Bind : uint8_t {
  Fresh,    ///< made by the door
  InPlace,  ///< out[0] is input 0
  Out,      ///< given tensors, resized when their sizes differ
};

/// One trip through the door, as interceptors see and pass it on.
struct Invocation {
  const OpTable& op;
  const void* fields;
  Args in;
  std::span<Tensor> out;
  Bind bind;
};

/// The one door: every operation on tensors passes through here.
HEARTH_API void invoke(const Invocation& call);
/// The same by the row's decompose, whose calls pass the door and the interceptors.
HEARTH_API void invoke_decomposed(const Invocation& call);
/// The door for rows whose number of outputs infer decides (split, unbind).
HEARTH_API Tensors invoke_list(const OpTable& op, const void* fields, Args in);

template <class Op, class... T>
Tensor invoke(const Op& op, const T&... in) {
  const Tensor* args[sizeof...(T) + 1] = {&in...};
  Tensor out;
  invoke({Op::row(), &op, Args(args, sizeof...(T)), {&out, 1}, Bind::Fresh});
  return out;
}
template <class Op>
Tensor invoke_args(const Op& op, Args in) {
  Tensor out;
  invoke({Op::row(), &op, in, {&out, 1}, Bind::Fresh});
  return out;
}
/// For ops with N outputs.
template <size_t N, class Op, class... T>
std::array<Tensor, N> invoke_n(const Op& op, const T&... in) {
  const Tensor* args[sizeof...(T) + 1] = {&in...};
  std::array<Tensor, N> out;
  invoke({Op::row(), &op, Args(args, sizeof...(T)), out, Bind::Fresh});
  return out;
}
/// The in-place form: writes the result into `self`, which is also input 0; a row of views changes
/// what self shows.
template <class Op, class... T>
const Tensor& invoke_(const Op& op, const Tensor& self, const T&... in) {
  const Tensor* args[sizeof...(T) + 1] = {&self, &in...};
  Tensor out = self;
  invoke({Op::row(), &op, Args(args, sizeof...(T) + 1), {&out, 1}, Bind::InPlace});
  return self;
}
/// The out= form.
template <class Op, class... T>
Tensor& invoke_out(const Op& op, Tensor& out, const T&... in) {
  const Tensor* args[sizeof...(T) + 1] = {&in...};
  invoke({Op::row(), &op, Args(args, sizeof...(T)), {&out, 1}, Bind::Out});
  return out;
}

}  // namespace hearth
