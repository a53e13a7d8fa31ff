// SPDX-License-Identifier: Apache-2.0
// The one door. Its steps, in order: interceptors, argument and device checks, infer, bind outputs,
// convert inputs, save for backward, kernel, bump versions, record.
#include <algorithm>
#include <new>
#include <stdexcept>

#include "base/checked.h"
#include "base/thread_state.h"
#include "dispatch/backend.h"
#include "dispatch/interceptor.h"
#include "dispatch/record.h"
#include "dispatch/sparse.h"
#include "tensor/host_read.h"
#include "tensor/overlap.h"
#include "tensor/raw_copy.h"
#include "tensor/sparse_parts.h"

namespace hearth {

const Tensor& Args::undefined() {
  static const Tensor& none = *new Tensor;  // still there when static objects go
  return none;
}

Spec Spec::like(const Tensor& t) { return like(t, impl(t).dtype); }

Spec Spec::like(const Tensor& t, ScalarType dtype) {
  const TensorImpl& i = impl(t);
  Spec s(i.sizes, dtype, i.device);
  if (!i.contiguous) s.strides = i.dense ? i.strides : preserved_strides(i.sizes, i.strides);
  return s;
}

namespace {

/// Room for infer's answer, constructed in place by it.
class SpecsHolder {
 public:
  SpecsHolder(const OpTable& op, const void* fields, Args in) { op.infer(op, fields, in, raw_); }
  SpecsHolder(const SpecsHolder&) = delete;
  SpecsHolder& operator=(const SpecsHolder&) = delete;
  ~SpecsHolder() { get().~Specs(); }
  Specs& get() { return *std::launder(reinterpret_cast<Specs*>(raw_)); }

 private:
  alignas(Specs) std::byte raw_[sizeof(Specs)];
};

[[noreturn]] void throw_barebones(const OpInfo& info, ScalarType t) {
  throw NotImplementedError(cat_str("[", info.name, "] not implemented for '", to_string(t),
                                    "'; convert with .to(kInt), .to(kLong) or .to(kFloat)"));
}

/// Answers whether one of them is sparse.
bool check_arguments(const OpInfo& info, Args in) {
  const Tensor* first = nullptr;
  bool sparse = false;
  for (size_t i = 0; i < in.size(); ++i) {
    if (!in[i].defined()) {
      HEARTH_CHECK(info.input(i).is(arg::optional), "[", info.name, "] argument ", i + 1, " (",
                   info.input(i).name, ") is undefined; expected a Tensor");
      continue;
    }
    sparse |= !is_strided(in[i]);
    if (is_barebones_unsigned(impl(in[i]).dtype) && !info.barebones && !info.is_view()) [[unlikely]]
      throw_barebones(info, impl(in[i]).dtype);
    if (!first) {
      first = &in[i];
      continue;
    }
    const Device device = impl(in[i]).device, expected = impl(*first).device;
    if (device == expected || info.input(i).is(arg::any_device)) continue;
    if (impl(in[i]).dim() == 0 && device.is_cpu()) continue;
    if (impl(*first).dim() == 0 && expected.is_cpu()) {
      first = &in[i];
      continue;
    }
    if (info.input(i).is(arg::on_cpu) && device.is_cpu()) continue;
    throw DeviceError(cat_str("[", info.name,
                              "] expected all tensors to be on the same device, but argument ",
                              info.input(i).name, " is on ", device, " and another on ", expected,
                              "; move one with .to(device)"));
  }
  return sparse;
}

bool any_sparse(Args in) {
  for (size_t i = 0; i < in.size(); ++i)
    if (in[i].defined() && !is_strided(in[i])) return true;
  return false;
}

/// A gradient is needed for these inputs.
NeedMask needed(const OpInfo& info, Args in) {
  NeedMask need;
  // Inference tensors among themselves are never recorded.
  bool recordable = false;
  for (size_t i = 0; i < in.size(); ++i) {
    if (!in[i].defined()) continue;
    recordable |= !impl(in[i]).inference;
    if (!autograd::requires_grad(in[i])) [[likely]]
      continue;
    const Argument& a = info.input(i);
    HEARTH_CHECK_AS(AutogradError, !a.is(arg::constant), "[", info.name, "] the derivative for '",
                    a.name, "' is not implemented; detach() it");
    if (a.differentiable()) need.set(i);
  }
  if (!recordable) need = NeedMask();
  return need;
}

/// Holds inputs that had to be converted, and the argument array that points at them.
class Converted {
 public:
  /// Whether there is anything to convert.
  static bool needed(const OpInfo& info, Args in, ScalarType compute, Device device) {
    for (size_t i = 0; i < in.size(); ++i)
      if (in[i].defined() && (moves(info, i, in[i], device) || casts(info, i, in[i], compute)))
        return true;
    return false;
  }
  Args apply(const OpInfo& info, Args in, ScalarType compute, Device device) {
    for (size_t i = 0; i < in.size(); ++i) {
      const Tensor& t = in[i];
      if (!t.defined()) continue;
      const bool move = moves(info, i, t, device), cast = casts(info, i, t, compute);
      if (!move && !cast) continue;
      if (pointers_.empty()) {
        tensors_.reserve(in.size());
        for (size_t j = 0; j < in.size(); ++j) pointers_.push_back(&in[j]);
      }
      tensors_.push_back(copy_raw(t, cast ? compute : impl(t).dtype, move ? device : t.device()));
      pointers_[i] = &tensors_.back();
    }
    return pointers_.empty() ? in : Args(pointers_.data(), pointers_.size());
  }

 private:
  static bool moves(const OpInfo& info, size_t i, const Tensor& t, Device device) {
    return impl(t).device != device && !info.input(i).is(arg::on_cpu | arg::any_device);
  }
  static bool casts(const OpInfo& info, size_t i, const Tensor& t, ScalarType compute) {
    return compute != ScalarType::Undefined && impl(t).dtype != compute &&
           !info.input(i).is(arg::as_is);
  }

  InlineVector<Tensor, 4> tensors_;
  InlineVector<const Tensor*, 8> pointers_;
};

[[noreturn]] void throw_output_shape(const OpInfo& info, const TensorImpl& out,
                                     const DimVector& wanted) {
  throw ShapeError(cat_str("[", info.name, "] output with shape ", out.sizes.ref(),
                           " doesn't match the broadcast shape ", wanted.ref()));
}

/// Whether no input shares memory with a given output; one that must not throws.
bool stands_apart(const Invocation& call, const Tensor& out, const DimVector& sizes) {
  bool apart = true;
  for (size_t k = 0; k < call.in.size(); ++k) {
    const Tensor& in = call.in[k];
    if (!in.defined() || (call.bind == Bind::InPlace && k == 0)) continue;
    const Overlap shared = overlap(out, in);
    if (shared == Overlap::None) continue;
    const Argument& a = call.op.info.input(k);
    const bool refused = shared == Overlap::Same      ? a.is(arg::apart)
                         : shared == Overlap::Partial ? a.is(arg::apart | arg::in_place)
                                                      : false;
    HEARTH_CHECK(!refused, "[", call.op.info.name,
                 "] unsupported operation: some elements of the input tensor and the written-to "
                 "tensor refer to a single memory location. Please clone() the tensor before "
                 "performing the operation.");
    // Resizing the output would resize this input.
    if (shared == Overlap::Same && a.is(arg::in_place) && impl(out).sizes != sizes)
      throw_output_shape(call.op.info, impl(out), sizes);
    // What is in the same place is read before it is written, if the kernel knows of it.
    apart &= a.is(arg::in_place) && call.op.info.strided;
  }
  return apart;
}

/// Whether elements lie in memory as those of a fresh output would.
bool lies_as(const TensorImpl& o, const Spec& spec) {
  if (spec.strides.empty()) return o.contiguous;
  bool same = true;
  for (size_t d = 0; same && d < o.sizes.size(); ++d)
    same = o.sizes[d] == 1 || o.strides[d] == spec.strides[d];
  return same;
}

/// Checks and prepares a given output. Returns false when the kernel must write a temporary.
bool bind_given(const Invocation& call, size_t i, const Spec& spec) {
  const OpInfo& info = call.op.info;
  const Tensor& out = call.out[i];
  HEARTH_CHECK(out.defined(), "[", info.name,
               "] out is undefined; expected a Tensor to write into");
  TensorImpl& o = impl(out);
  HEARTH_CHECK(o.layout == kStrided, "[", info.name, "] cannot write into a ", o.layout,
               " tensor; expected a strided one");
  HEARTH_CHECK_AS(DeviceError, o.device == spec.device, "[", info.name, "] expected out on ",
                  spec.device, ", got ", o.device);
  HEARTH_CHECK_AS(DtypeError, can_cast(spec.dtype, o.dtype), "[", info.name, "] result type ",
                  to_string(spec.dtype), " can't be cast to the desired output type ",
                  to_string(o.dtype));
  const bool fits = o.sizes == spec.sizes;
  if (!fits && call.bind == Bind::InPlace) throw_output_shape(info, o, spec.sizes);
  HEARTH_CHECK(!fits || !has_internal_overlap(out), "[", info.name,
               "] unsupported operation: more than one element of the written-to tensor refers to "
               "a single memory location. Please clone() the tensor before performing the "
               "operation.");
  if (!stands_apart(call, out, spec.sizes)) return false;
  if (!fits) resize_raw(out, spec.sizes);
  return info.strided || (call.bind == Bind::Out && o.dtype == spec.dtype && lies_as(o, spec));
}

/// Bytes of storage that a view reaches over.
size_t reach_of(const OpInfo& info, const Spec& s) {
  const int64_t extent = checked_extent(s.sizes, s.strides, info.name);
  if (extent == 0) return 0;
  const auto size = static_cast<int64_t>(element_size(s.dtype));
  return static_cast<size_t>(
      ((Checked(s.offset) + extent) * size).get(info.name, "a view at offset ", s.offset));
}

void make_views(const Invocation& call, Specs& specs) {
  const OpInfo& info = call.op.info;
  const ThreadState& state = thread_state();
  for (size_t i = 0; i < call.out.size(); ++i) {
    const Tensor& base = call.in[info.output(i).of];
    Spec& s = specs[i];
    if (s.strides.empty()) {
      call.out[i] = alias_contiguous(base, std::move(s.sizes), s.offset, s.dtype, info.name);
    } else {
      const size_t reach = reach_of(info, s), room = impl(base).storage->nbytes;
      HEARTH_CHECK_AS(ShapeError, reach <= room, "[", info.name, "] a view of sizes ",
                      s.sizes.ref(), " and strides ", s.strides.ref(), " at offset ", s.offset,
                      " is out of bounds for storage of ", room, " bytes");
      call.out[i] = alias_tensor(base, std::move(s.sizes), std::move(s.strides), s.offset, s.dtype);
    }
    if (impl(base).inference || info.output(i).constant) continue;
    autograd::CreationMeta creation = autograd::CreationMeta::Default;
    if (state.inference) {
      creation = autograd::CreationMeta::Inference;
    } else if (!state.grad_enabled) {
      creation = autograd::CreationMeta::NoGrad;
    } else if (call.out.size() > 1) {
      creation = autograd::CreationMeta::MultiOutput;
    }
    autograd::set_view(call.out[i], base, creation);
  }
}

/// Where an op runs that only writes into its inputs.
Device written_device(const OpInfo& info, Args in) {
  for (size_t i = 0; i < in.size(); ++i)
    if (in[i].defined() && info.input(i).is(arg::mutated)) return impl(in[i]).device;
  return kCPU;
}

/// Before a kernel on a device with streams: the current one is about to use these tensors.
void enter(const Backend& there, Device device, const Invocation& call) {
  if (there.activate) there.activate(device);
  for (size_t i = 0; i < call.in.size(); ++i)
    if (call.in[i].defined() && impl(call.in[i]).device == device)
      use_on_current_stream(there, call.in[i]);
  for (const Tensor& t : call.out)
    if (t.defined()) use_on_current_stream(there, t);
}

/// The in-place form of a row of views: the tensor shows other memory, or shows it otherwise.
void relayout(const Invocation& call, Spec& s) {
  const Output& output = call.op.info.outputs[0];
  const Tensor& self = call.out[0];
  TensorImpl& t = impl(self);
  check_rank(s.sizes);
  if (output.of != 0) {
    adopt_storage(self, call.in[output.of]);
    t.inference = impl(call.in[output.of]).inference;
  }
  if (s.strides.empty()) s.strides = contiguous_strides(s.sizes);
  reserve_storage(self, reach_of(call.op.info, s));
  t.sizes = std::move(s.sizes);
  t.strides = std::move(s.strides);
  t.offset = s.offset;
  t.dtype = s.dtype;
  t.refresh();
  if (!output.constant) bump_version(self);
}

[[noreturn]] void throw_no_kernel(const OpTable& op, Device device) {
  throw NotImplementedError(cat_str("[", op.info.name, "] has no kernel for device ", device));
}

/// Decompose stands in for a missing kernel.
void run_decomposed(const Invocation& call) {
  Tensors results = call.op.decompose(call.op, call.fields, call.in);
  for (size_t i = 0; i < call.out.size(); ++i) {
    if (call.bind == Bind::Fresh) {
      call.out[i] = std::move(results[i]);
    } else {
      if (call.bind == Bind::Out && impl(call.out[i]).sizes != impl(results[i]).sizes)
        resize_raw(call.out[i], results[i].sizes());
      call.out[i].copy_(results[i]);
    }
  }
}

void run_kernel(const Invocation& call, Kernel kernel, Args in, Specs& specs) {
  if (call.bind == Bind::Fresh) {
    if (!call.op.info.is_data_dependent()) {
      for (size_t i = 0; i < call.out.size(); ++i) {
        Spec& s = specs[i];
        call.out[i] =
            new_tensor(std::move(s.sizes), s.dtype, s.device, std::move(s.strides), s.pinned);
      }
    }
    if (kernel) kernel({call.op, call.fields, in, call.out, specs.compute});
    return;
  }
  InlineVector<Tensor, 3> targets;
  bool temporary = false;
  for (size_t i = 0; i < call.out.size(); ++i) {
    const bool known = !call.op.info.is_data_dependent();
    const bool direct = bind_given(call, i, specs[i]) && known;
    targets.push_back(direct ? call.out[i] : Tensor());
    if (direct) continue;
    temporary = true;
    if (known)
      targets[i] = new_tensor(specs[i].sizes, specs[i].dtype, specs[i].device, specs[i].strides);
  }
  if (kernel) kernel({call.op, call.fields, in, {targets.data(), targets.size()}, specs.compute});
  if (!temporary || !kernel) return;
  for (size_t i = 0; i < call.out.size(); ++i) {
    if (targets[i].is_same(call.out[i])) continue;
    if (impl(targets[i]).sizes != impl(call.out[i]).sizes)
      resize_raw(call.out[i], targets[i].sizes());
    copy_raw_into(call.out[i], targets[i]);
  }
}

/// Whether the outputs may be written, or shown otherwise; `record`: with a gradient flowing.
void check_written(const Invocation& call, bool record) {
  const OpInfo& info = call.op.info;
  const ThreadState& state = thread_state();
  // Detaching a tensor or giving it other data is not writing.
  const bool writes = !(info.is_view() && info.outputs[0].constant);
  for (const Tensor& t : call.out) {
    if (!t.defined()) continue;
    if (call.bind == Bind::InPlace) {
      if (record && writes) autograd::check_inplace(t, info.name);
    } else {
      HEARTH_CHECK_AS(AutogradError, !record && !(state.grad_enabled && autograd::requires_grad(t)),
                      info.name,
                      "(): functions with out=... arguments don't support automatic "
                      "differentiation, but one of the arguments requires grad.");
    }
    HEARTH_CHECK_AS(AutogradError, state.inference || !impl(t).inference || !writes, "[", info.name,
                    "] Inplace update to inference tensor outside InferenceMode is not allowed. "
                    "You can make a clone to get a normal tensor before doing inplace update.");
  }
}

bool carries_gradient(const OpInfo& info, const Specs& specs) {
  for (size_t i = 0; i < specs.out.size(); ++i)
    if (is_differentiable(specs.out[i].dtype) && !info.output(i).constant) return true;
  return false;
}

/// The node of a call whose inputs need gradients; null when its results carry none.
autograd::NodePtr record(const Invocation& call, const NeedMask& need, const Specs& specs) {
  if (!need.any() || !carries_gradient(call.op.info, specs)) return nullptr;
  HEARTH_CHECK_AS(AutogradError, call.op.info.differentiable, "[", call.op.info.name,
                  "] is not differentiable, but an input requires grad; detach() it or wrap "
                  "the call in NoGradGuard");
  return autograd::begin_record(call, need);
}

/// Other ops instead of a kernel. Where the row has a derivative of its own, that is recorded,
/// since theirs may be another one at ties and knots; else they record themselves.
void run_without_kernel(const Invocation& call, const NeedMask& need, const Specs& specs) {
  autograd::NodePtr node = call.op.vjp ? record(call, need, specs) : nullptr;
  if (!node) return run_decomposed(call);
  {
    ThreadState unrecorded = thread_state();
    unrecorded.grad_enabled = false;
    const ThreadStateGuard guard(unrecorded);
    run_decomposed(call);
  }
  // A node belongs to a tensor of its own, not to an input or a view that was returned.
  if (call.bind == Bind::Fresh)
    for (Tensor& t : call.out) {
      bool own = !t.defined() || !impl(t).base.defined();
      for (size_t i = 0; i < call.in.size() && own && t.defined(); ++i)
        own = !t.is_same(call.in[i]);
      if (!own) t = copy_raw(t, impl(t).dtype, t.device());
    }
  autograd::finish_record(call, std::move(node));
}

void run(const Invocation& call, Specs& specs) {
  const OpTable& op = call.op;
  const ThreadState& state = thread_state();
  const Device device = specs.out.empty() ? written_device(op.info, call.in) : specs[0].device;
  const bool view = op.info.is_view();
  if (!view && !op.info.barebones && !specs.out.empty() && is_barebones_unsigned(specs[0].dtype))
      [[unlikely]]
    throw_barebones(op.info, specs[0].dtype);
  const bool meta_device = device.is_meta();
  const bool elsewhere = !device.is_cpu() && !meta_device;
  // The first call on a device finds its rows empty until the backend is loaded.
  const Backend* there = elsewhere ? backend(device.type()) : nullptr;
  HEARTH_CHECK_AS(DeviceError, there || !elsewhere, "[", op.info.name, "] no backend for device ",
                  device, " ", backend_unavailable_reason(device.type()));
  const KernelSlot& kernel = op.kernel[static_cast<int>(device.type())];
  HEARTH_CHECK(!meta_device || !op.info.is_data_dependent(), "[", op.info.name,
               "] the size of the result depends on data, which meta tensors do not have");

  NeedMask need;
  if (state.grad_enabled) need = needed(op.info, call.in);
  if (call.bind != Bind::Fresh) check_written(call, need.any());
  if (!kernel && !view && !meta_device) {
    if (!op.decompose) throw_no_kernel(op, device);
    return run_without_kernel(call, need, specs);
  }

  autograd::NodePtr node = record(call, need, specs);
  if (view) {
    if (call.bind == Bind::InPlace) {
      relayout(call, specs[0]);
    } else {
      make_views(call, specs);
    }
  } else {
    if (there) enter(*there, device, call);
    const bool convert = !op.info.strided && !kernel.converts;
    const ScalarType compute = convert ? specs.compute : ScalarType::Undefined;
    const Kernel run = meta_device ? nullptr : kernel.run;
    if (Converted::needed(op.info, call.in, compute, device)) {
      Converted converted;
      run_kernel(call, run, converted.apply(op.info, call.in, compute, device), specs);
    } else {
      run_kernel(call, run, call.in, specs);
    }
    if (there && there->after_kernel) there->after_kernel(op.info.name);
    if (call.bind != Bind::Fresh)
      for (const Tensor& t : call.out) bump_version(t);
    if (op.info.mutates())
      for (size_t i = 0; i < call.in.size(); ++i)
        if (call.in[i].defined() && op.info.input(i).is(arg::mutated)) bump_version(call.in[i]);
    if (state.inference && call.bind == Bind::Fresh)
      for (const Tensor& t : call.out) impl(t).inference = true;
  }
  if (node) autograd::finish_record(call, std::move(node));
}

/// Rethrows what a call has thrown, as an Error that names the op. The allocator and the libraries
/// below the kernels know neither it nor the sizes.
[[noreturn]] __attribute__((cold, noinline)) void rethrow_named(const Invocation& call) {
  const auto named = [&](std::string_view what) {
    std::string text = cat_str("[", call.op.info.name, "] ", what, "; sizes of inputs: ");
    for (size_t i = 0; i < call.in.size(); ++i) {
      if (i > 0) text += ", ";
      text += call.in[i].defined() ? cat_str(impl(call.in[i]).sizes.ref()) : "undefined";
    }
    return text;
  };
  constexpr std::string_view kMemory = "[memory] ", kLibrary = "[oneDNN] ";
  try {
    throw;
  } catch (const OutOfMemory& e) {
    if (e.msg().starts_with(kMemory)) throw OutOfMemory(named(e.what() + kMemory.size()));
    if (e.msg().starts_with(kLibrary)) throw OutOfMemory(named(e.what()));
    throw;
  } catch (const Error& e) {
    if (e.msg().starts_with(kLibrary)) throw Error(named(e.what()));
    throw;
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(
        named("could not allocate memory to work in; free tensors or use smaller "
              "batches"));
  } catch (const std::length_error&) {
    throw OutOfMemory(named("needs more memory to work in than can be addressed"));
  } catch (const std::exception& e) {
    throw Error(named(e.what()));
  }
}

}  // namespace

void invoke(const Invocation& call) {
  if (Interceptor* top = interceptor_stack().top) {
    // They see what becomes of indices and values.
    if (any_sparse(call.in)) return invoke_sparse(call);
    // How large its results are is read from its inputs.
    if (call.op.info.is_data_dependent()) check_host_read(call.op.info.name);
    const Interceptor::Popped popped(top->below());
    top->intercept(call);
    return;
  }
  if (check_arguments(call.op.info, call.in)) [[unlikely]]
    return invoke_sparse(call);
  try {
    SpecsHolder specs(call.op, call.fields, call.in);
    run(call, specs.get());
  } catch (...) {
    rethrow_named(call);
  }
}

void invoke_decomposed(const Invocation& call) {
  check_arguments(call.op.info, call.in);
  const SpecsHolder checked(call.op, call.fields, call.in);
  run_decomposed(call);
}

Tensors invoke_list(const OpTable& op, const void* fields, Args in) {
  if (check_arguments(op.info, in)) invoke_sparse({op, fields, in, {}, Bind::Fresh});
  // infer is pure, so asking it once more for the count is safe; the door asks again.
  SpecsHolder specs(op, fields, in);
  Tensors out(specs.get().out.size());
  invoke({op, fields, in, {out.data(), out.size()}, Bind::Fresh});
  return out;
}

}  // namespace hearth
