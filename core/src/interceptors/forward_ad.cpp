// SPDX-License-Identifier: Apache-2.0
// Forward mode: computes the tangents of what a call writes from those of its inputs.
#include "hearth/autograd/forward_ad.h"

#include "hearth/ops/creation.h"

#include "autograd/geometry.h"
#include "autograd/inner_graph.h"
#include "autograd/tape.h"
#include "autograd/transposed.h"
#include "base/thread_state.h"
#include "dispatch/interceptor.h"
#include "tensor/overlap.h"

namespace hearth {

namespace {

using autograd::is_dual;
using autograd::variable_list;

/// The call with other inputs, into fresh tensors.
variable_list of_others(const Invocation& call, const variable_list& in) {
  variable_list out(call.out.size());
  invoke({call.op, call.fields, ArgList(in), out, Bind::Fresh});
  return out;
}

class ForwardMode final : public Interceptor {
 public:
  ForwardMode() : scope_(*this) {}
  ~ForwardMode() override { level->end(); }

  bool derives() const override { return true; }

  void intercept(const Invocation& call) override {
    const bool view = call.op.info.is_view();
    if (thread_state().inference || !concerns(call, view)) return next(call);
    check(call);
    if (view) return through_views(call);
    if (!call.op.info.differentiable) {
      next(call);
      for (const Tensor& t : call.out)
        if (call.bind == Bind::InPlace) autograd::write_tangent(t, {});
      return;
    }
    const KernelSlot& kernel = call.op.kernel[static_cast<int>(device_of(call.in).type())];
    const bool runs = kernel || device_of(call.in).is_meta();
    if (!call.op.vjp || (call.op.decompose && !runs)) {
      const Popped inner(this);
      return invoke_decomposed(call);
    }
    by_row(call);
  }

  std::shared_ptr<autograd::ForwardLevel> level = std::make_shared<autograd::ForwardLevel>();

 private:
  /// Whether an input (or what is written) has a tangent; or, for views, is known to have none.
  static bool concerns(const Invocation& call, bool view) {
    for (size_t i = 0; i < call.in.size(); ++i)
      if (is_dual(call.in[i]) || (view && autograd::own_tangent(call.in[i]))) return true;
    for (const Tensor& t : call.out)
      if (call.bind == Bind::Out && is_dual(t)) return true;
    return false;
  }

  static void check(const Invocation& call) {
    const OpInfo& info = call.op.info;
    HEARTH_CHECK_AS(NotImplementedError, call.bind != Bind::Out, "Trying to use forward AD with ",
                    info.name, "_out that does not support it because it is an out= function");
    for (size_t i = 0; i < call.in.size(); ++i) {
      const Argument& a = info.input(i);
      if (!info.differentiable || a.differentiable() || !is_dual(call.in[i])) continue;
      HEARTH_CHECK_AS(NotImplementedError, !a.is(arg::mutated), "[", info.name, "] writes into '",
                      a.name, "', which has a tangent; detach() it");
      throw AutogradError(cat_str("[", info.name, "] the derivative for '", a.name,
                                  "' is not implemented; detach() it"));
    }
  }

  static Device device_of(Args in) {
    for (size_t i = 0; i < in.size(); ++i)
      if (in[i].defined() && !impl(in[i]).device.is_cpu()) return impl(in[i]).device;
    return kCPU;
  }

  /// Views of tangents lie in them as views of tensors do.
  static void through_views(const Invocation& call) {
    const OpInfo& info = call.op.info;
    const Tensor in = call.in[info.outputs[0].of];
    const autograd::Geometry before(in);
    const Tensor tangent = autograd::tangent_of(in);
    const bool resized =
        call.bind == Bind::InPlace && !info.differentiable && !info.outputs[0].constant;
    HEARTH_CHECK_AS(AutogradError, !resized || !(tangent.defined() || is_dual(call.out[0])), "[",
                    info.name, "] cannot resize variables that has a forward grad");
    next(call);
    for (size_t i = 0; i < call.out.size(); ++i) {
      const Tensor& out = call.out[i];
      if (info.output(i).constant) {
        // set_data leaves the tangent as it is.
        if (call.bind == Bind::InPlace && info.outputs[0].of == 0) autograd::set_tangent(out, {});
      } else if (!tangent.defined() || is_differentiable(impl(out).dtype)) {
        autograd::set_tangent(
            out, tangent.defined() ? autograd::Geometry(out).of(tangent, before) : Tensor());
      }
    }
  }

  static void by_row(const Invocation& call) {
    const OpInfo& info = call.op.info;
    variable_list tangents;
    for (size_t i = 0; i < call.in.size(); ++i)
      tangents.push_back(autograd::tangent_of(call.in[i]));
    variable_list derivatives;
    if (info.jvp == Jvp::Linear) {
      derivatives = linear(call, tangents);
      next(call);
    } else if (info.jvp == Jvp::Multilinear) {
      derivatives = multilinear(call, tangents);
      next(call);
    } else {
      derivatives = by_vjp(call, tangents);
    }
    for (size_t i = 0; i < call.out.size(); ++i) {
      const Tensor& out = call.out[i];
      if (!carries(call, i)) continue;
      if (call.bind == Bind::InPlace) {
        autograd::write_tangent(out, derivatives[i]);
      } else if (derivatives[i].defined()) {
        autograd::set_tangent(out, own(out, derivatives[i], tangents));
      }
    }
    autograd::save_tangents(call);
  }

  static bool carries(const Invocation& call, size_t i) {
    return is_differentiable(impl(call.out[i]).dtype) && !call.op.info.output(i).constant;
  }

  /// A derivative as the tangent of `out`, in memory that belongs to nobody else.
  static Tensor own(const Tensor& out, const Tensor& derivative, const variable_list& tangents) {
    for (const Tensor& t : tangents)
      if (t.defined() && derivative.is_alias_of(t))
        return autograd::copy_laid_out_as(out, derivative);
    return autograd::laid_out_as(out, derivative);
  }

  static variable_list linear(const Invocation& call, variable_list in) {
    for (size_t i = 0; i < in.size(); ++i) {
      const Tensor& t = call.in[i];
      if (in[i].defined()) continue;
      const bool zero = t.defined() && call.op.info.input(i).differentiable();
      in[i] = zero ? zeros(t.sizes(), t.options()) : t;
    }
    return of_others(call, in);
  }

  static variable_list multilinear(const Invocation& call, const variable_list& tangents) {
    variable_list sum;
    for (size_t k = 0; k < tangents.size(); ++k) {
      if (!tangents[k].defined()) continue;
      variable_list in;
      for (size_t i = 0; i < call.in.size(); ++i) in.push_back(i == k ? tangents[k] : call.in[i]);
      const variable_list term = of_others(call, in);
      if (sum.empty()) {
        sum = term;
      } else {
        for (size_t i = 0; i < sum.size(); ++i) sum[i] = sum[i] + term[i];
      }
    }
    return sum;
  }

  /// Makes the call as well. What vjp reads of it is kept as if for backward.
  static variable_list by_vjp(const Invocation& call, const variable_list& tangents) {
    NeedMask followed;
    bool complex = false;
    for (size_t i = 0; i < tangents.size(); ++i) {
      const bool dual = tangents[i].defined();
      if (dual || (autograd::requires_grad(call.in[i]) && call.op.info.input(i).differentiable()))
        followed.set(i);
      complex |= dual && is_complex(impl(tangents[i]).dtype);
    }
    const autograd::NodePtr handle = autograd::begin_record(call, followed);
    auto& node = static_cast<autograd::OpNode&>(*handle);
    next(call);
    autograd::save_outputs(call, node);
    for (const Tensor& t : call.out) complex |= is_complex(impl(t).dtype);
    return call.op.info.jvp == Jvp::Pointwise && !complex ? pointwise(call, node, tangents)
                                                          : transposed(call, node, tangents);
  }

  static Grads vjp(const Invocation& call, const autograd::OpNode& node,
                   const variable_list& gradients, const NeedMask& need) {
    return call.op.vjp(call.op, call.fields, Saved(node), ArgList(gradients), need);
  }

  static variable_list pointwise(const Invocation& call, const autograd::OpNode& node,
                                 const variable_list& tangents) {
    Tensor sum;
    for (size_t k = 0; k < tangents.size() && carries(call, 0); ++k) {
      if (!tangents[k].defined()) continue;
      NeedMask one;
      one.set(k);
      const Tensor along = tangents[k].to(impl(call.out[0]).dtype);
      const Tensor term = vjp(call, node, {along}, one)[k];
      if (term.defined()) sum = sum.defined() ? sum + term : term;
    }
    return {sum};
  }

  static variable_list transposed(const Invocation& call, autograd::OpNode& node,
                                  const variable_list& tangents) {
    // Backward need not walk what came before the call.
    autograd::InnerGraph inner;
    NeedMask dual;
    variable_list outputs;
    for (size_t i = 0; i < call.in.size(); ++i) {
      if (tangents[i].defined()) dual.set(i);
      if (node.edges[i].is_valid())
        node.edges[i] = autograd::gradient_edge(inner.input(call.in[i], node.edges[i]));
    }
    for (size_t i = 0; i < call.out.size(); ++i)
      outputs.push_back(carries(call, i) ? call.out[i] : Tensor());
    variable_list derivatives = autograd::transposed(
        outputs, tangents, [&](const variable_list& g) { return vjp(call, node, g, dual); });
    if (thread_state().grad_enabled) inner.connect();
    return derivatives;
  }

  const Scope scope_;
};

thread_local constinit ForwardMode* open_mode = nullptr;

}  // namespace

namespace autograd::forward_ad {

uint64_t enter_dual_level() {
  HEARTH_CHECK_AS(AutogradError, !open_mode,
                  "Nested forward mode AD is not supported at the moment");
  open_mode = new ForwardMode;
  forward_level() = &open_mode->level;
  return 0;
}

void exit_dual_level(uint64_t level) {
  HEARTH_CHECK_AS(AutogradError, open_mode && level == 0,
                  "Trying to exit a forward AD level that was not the last one that was created. "
                  "This is not supported.");
  forward_level() = nullptr;
  delete std::exchange(open_mode, nullptr);
}

Tensor make_dual(const Tensor& tensor, const Tensor& tangent) {
  HEARTH_CHECK_AS(AutogradError, open_mode,
                  "Trying to create a dual Tensor for forward AD but no level exists, make sure to "
                  "enter_dual_level() first.");
  HEARTH_CHECK(tensor.defined() && tangent.defined(),
               "[make_dual] expected a tensor and a tangent, got an undefined one");
  HEARTH_CHECK_AS(
      ValueError, is_differentiable(tensor.scalar_type()),
      "Expected primal to be floating point or complex, but got: ", tensor.scalar_type());
  HEARTH_CHECK_AS(DtypeError, tangent.scalar_type() == tensor.scalar_type(),
                  "[make_dual] expected a tangent of the primal's dtype ", tensor.scalar_type(),
                  ", got ", tangent.scalar_type());
  HEARTH_CHECK_AS(DeviceError, tangent.device() == tensor.device(),
                  "[make_dual] expected a tangent on the primal's device ", tensor.device(),
                  ", got ", tangent.device());
  HEARTH_CHECK_AS(ShapeError, tangent.sizes() == tensor.sizes(),
                  "Trying to set a forward gradient that has a different size than that of the "
                  "original Tensor, this is not supported. Tensor is of size ",
                  tensor.sizes(), " while the given forward gradient is of size ", tangent.sizes(),
                  ".");
  HEARTH_CHECK_AS(AutogradError, !is_dual(tensor),
                  "Making a dual Tensor based on a Tensor that already has a forward gradient at "
                  "the same level 0 is not supported.");
  HEARTH_CHECK(!has_internal_overlap(tensor),
               "[make_dual] unsupported operation: more than one element of the primal refers to a "
               "single memory location. Please clone() the tensor before performing the "
               "operation.");
  Tensor dual = tensor.alias();
  set_tangent(dual, laid_out_as(dual, tangent));
  return dual;
}

UnpackedDualTensor unpack_dual(const Tensor& tensor) {
  if (!open_mode) return {tensor, {}};
  UnpackedDualTensor unpacked{tensor.alias(), tangent_of(tensor)};
  set_tangent(unpacked.primal, {});
  return unpacked;
}

}  // namespace autograd::forward_ad

namespace {

void check_level(int64_t level) {
  HEARTH_CHECK_AS(ValueError, level == 0, "forward AD has the level 0 only, got ", level);
}

}  // namespace

Tensor _make_dual(const Tensor& primal, const Tensor& tangent, int64_t level) {
  check_level(level);
  return autograd::forward_ad::make_dual(primal, tangent);
}

std::tuple<Tensor, Tensor> _unpack_dual(const Tensor& dual, int64_t level) {
  check_level(level);
  auto [primal, tangent] = autograd::forward_ad::unpack_dual(dual);
  return {std::move(primal), std::move(tangent)};
}

Tensor Tensor::_fw_grad(uint64_t level) const {
  check_level(static_cast<int64_t>(level));
  return autograd::tangent_of(*this);
}

}  // namespace hearth
