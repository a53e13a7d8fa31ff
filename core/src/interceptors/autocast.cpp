// SPDX-License-Identifier: Apache-2.0
#include "hearth/interceptors/autocast.h"

#include <algorithm>
#include <unordered_map>

#include "hearth/base/error.h"

#include "autograd/autocast_modes.h"
#include "autograd/meta.h"
#include "base/thread_state.h"
#include "dispatch/interceptor.h"
#include "ops/all_ops.h"

namespace hearth {

namespace {

/// Rows that run in whatever type comes, but not on CUDA: float16, which is usual there, has
/// neither the range nor the digits. PyTorch's lists, which differ by device, too.
const std::unordered_map<const OpTable*, Cast>& cuda_policies() {
  static const auto& policies = []() -> const auto& {
    auto& made = *new std::unordered_map<const OpTable*, Cast>;
    const auto add = [&](Cast policy, std::initializer_list<std::string_view> names) {
      for (const std::string_view name : names) made.emplace(find_op(name), policy);
    };
    add(Cast::Float32, {"acos",
                        "asin",
                        "cosh",
                        "cumprod",
                        "cumsum",
                        "erfinv",
                        "exp",
                        "expm1",
                        "linalg_vector_norm",
                        "log",
                        "log10",
                        "log1p",
                        "log2",
                        "pow",
                        "prod",
                        "reciprocal",
                        "rsqrt",
                        "sinh",
                        "softplus",
                        "sum",
                        "tan",
                        "upsample",
                        "_upsample_nearest_exact"});
    add(Cast::Widest, {"addcdiv", "addcmul", "atan2", "index_put", "scatter_add"});
    add(Cast::Lower, {"prelu"});
    return made;
  }
  ();
  return policies;
}

class AutocastScope : public Interceptor {
 public:
  AutocastScope(DeviceType device, ScalarType dtype, bool enabled) : mode{device, dtype, enabled} {}
  bool converts() const override { return true; }
  const AutocastMode mode;
};

class AutocastInterceptor final : public AutocastScope {
 public:
  AutocastInterceptor(DeviceType device, ScalarType dtype) : AutocastScope(device, dtype, true) {}

  void intercept(const Invocation& call) override {
    const Cast policy = policy_of(call.op);
    if (policy == Cast::Any || call.bind != Bind::Fresh || thread_state().in_backward) {
      next(call);
      return;
    }
    const ScalarType target = target_type(policy, call.in);
    InlineVector<Tensor, 4> casts;
    InlineVector<const Tensor*, 8> args;
    casts.reserve(call.in.size());
    for (size_t i = 0; i < call.in.size(); ++i) {
      const Tensor& t = call.in[i];
      const bool written = call.op.info.input(i).is(arg::mutated);
      if (!eligible(t) || impl(t).dtype == target || written) {
        args.push_back(&t);
        continue;
      }
      casts.push_back(cast(t, target));
      args.push_back(&casts.back());
    }
    next({call.op, call.fields, Args(args.data(), args.size()), call.out, call.bind});
  }

 private:
  bool eligible(const Tensor& t) const {
    return t.defined() && impl(t).device.type() == mode.device &&
           is_floating_point(impl(t).dtype) && impl(t).dtype != kDouble;
  }

  Cast policy_of(const OpTable& op) const {
    if (mode.device == kCUDA)
      if (const auto found = cuda_policies().find(&op); found != cuda_policies().end())
        return found->second;
    return op.info.cast;
  }

  ScalarType target_type(Cast policy, Args in) const {
    if (policy == Cast::Lower) return mode.dtype;
    if (policy == Cast::Float32) return kFloat;
    ScalarType widest = mode.dtype;
    for (size_t i = 0; i < in.size(); ++i)
      if (eligible(in[i])) widest = promote_types(widest, impl(in[i]).dtype);
    return widest;
  }

  /// A cast parameter serves every call of the scope, until it is written to.
  Tensor cast(const Tensor& t, ScalarType target) {
    const bool parameter = impl(t).requires_grad && t.is_leaf() && target == mode.dtype;
    if (!parameter) return t.to(target);
    Kept& kept = kept_[t.unsafeGetTensorImpl()];
    const uint32_t version = version_of(t);
    if (!kept.cast.defined() || kept.version != version ||
        kept.recorded != thread_state().grad_enabled)
      kept = {t, t.to(target), version, thread_state().grad_enabled};
    return kept.cast;
  }

  struct Kept {
    Tensor original;  ///< keeps the key alive
    Tensor cast;
    uint32_t version = 0;
    bool recorded = false;
  };
  std::unordered_map<TensorImpl*, Kept> kept_;
};

/// Hides the enclosing scopes of autocast: hands every call on as if backward made it.
class AutocastOff final : public AutocastScope {
 public:
  AutocastOff(DeviceType device, ScalarType dtype) : AutocastScope(device, dtype, false) {}

  void intercept(const Invocation& call) override {
    ThreadState state = thread_state();
    state.in_backward = true;
    ThreadStateGuard guard(state);
    next(call);
  }
};

}  // namespace

struct Autocast::State {
  explicit State(std::unique_ptr<Interceptor> i) : interceptor(std::move(i)), scope(*interceptor) {}
  const std::unique_ptr<Interceptor> interceptor;
  const Interceptor::Scope scope;
};

Autocast::Autocast(DeviceType device, ScalarType dtype, bool enabled) {
  HEARTH_CHECK_AS(DtypeError, dtype == kBFloat16 || dtype == kHalf,
                  "[autocast] expected bfloat16 or float16, got ", dtype);
  std::unique_ptr<Interceptor> interceptor;
  if (enabled) {
    interceptor = std::make_unique<AutocastInterceptor>(device, dtype);
  } else {
    interceptor = std::make_unique<AutocastOff>(device, dtype);
  }
  state_ = std::make_unique<State>(std::move(interceptor));
}

Autocast::~Autocast() = default;

bool is_autocast_enabled() {
  if (thread_state().in_backward) return false;
  for (const Interceptor* i = interceptor_stack().top; i; i = i->below())
    if (const auto* scope = dynamic_cast<const AutocastScope*>(i)) return scope->mode.enabled;
  return false;
}

std::vector<AutocastMode> autocast_modes() {
  std::vector<AutocastMode> modes;
  for (const Interceptor* i = interceptor_stack().top; i; i = i->below())
    if (const auto* scope = dynamic_cast<const AutocastScope*>(i)) modes.push_back(scope->mode);
  std::reverse(modes.begin(), modes.end());
  return modes;
}

AutocastModesGuard::AutocastModesGuard(const std::vector<AutocastMode>& modes) {
  const auto enter = [this](const AutocastMode& m) {
    scopes_.push_back(std::make_unique<Autocast>(m.device, m.dtype, m.enabled));
  };
  // Without the thread's own, if it is in any.
  const std::vector<AutocastMode> own = autocast_modes();
  if (!own.empty()) enter({own[0].device, own[0].dtype, false});
  for (const AutocastMode& m : modes) enter(m);
}

AutocastModesGuard::~AutocastModesGuard() = default;

}  // namespace hearth
