// SPDX-License-Identifier: Apache-2.0
#include "hearth/interceptors/autocast.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "hearth/base/error.h"

#include "autograd/autocast_modes.h"
#include "autograd/meta.h"
#include "base/thread_state.h"
#include "dispatch/interceptor.h"
#include "ops/all_ops.h"
#include "ops/pad.h"
#include "ops/pool.h"

namespace hearth {

namespace {

/// What autocast does with a call on one device where the row itself does not say it for both.
struct Rule {
  Cast cast;
  bool (*applies)(const void* fields) = nullptr;  ///< null: to every call
};
using Rules = std::unordered_map<const OpTable*, Rule>;
using Names = std::initializer_list<std::string_view>;

void add(Rules& rules, Cast cast, Names names) {
  for (const std::string_view name : names) {
    const OpTable* op = find_op(name);
    HEARTH_CHECK(op, "[autocast] there is no row named ", name);
    rules.emplace(op, Rule{cast});
  }
}

// PyTorch's lists. On CUDA, where float16 is usual, what needs range or digits is computed in
// float32. The CPU's bfloat16 has the range, and kernels add up in float32: there the list has what
// once had no bfloat16 kernel.

Rules cuda_rules() {
  Rules rules;
  add(rules, Cast::Lower, {"prelu"});
  add(rules, Cast::Float32,
      {"acos",
       "asin",
       "cosh",
       "cumprod",
       "cumsum",
       "erfinv",
       "exp",
       "expm1",
       "group_norm",
       "layer_norm",
       "linalg_vector_norm",
       "log",
       "log10",
       "log1p",
       "log2",
       "log_softmax",
       "logsumexp",
       "pow",
       "prod",
       "reciprocal",
       "rms_norm",
       "rsqrt",
       "sinh",
       "softmax",
       "softplus",
       "sum",
       "tan",
       "upsample"});
  add(rules, Cast::Widest,
      {"addcdiv", "addcmul", "atan2", "grid_sampler", "index_put", "linalg_cross", "scatter_add"});
  return rules;
}

template <class Op>
bool pools_volumes(const void* fields) {
  return static_cast<const Op*>(fields)->kernel_size.size() == 3;
}
template <class Op>
bool makes_volumes(const void* fields) {
  return static_cast<const Op*>(fields)->output_size.size() == 3;
}

Rules cpu_rules() {
  Rules rules;
  add(rules, Cast::Lower, {"prelu"});
  add(rules, Cast::Float32, {"grid_sampler", "prod", "view_as_complex"});
  add(rules, Cast::Widest, {"index_copy"});
  const auto add_if = [&](const OpTable& op, bool (*applies)(const void*)) {
    rules.emplace(&op, Rule{Cast::Float32, applies});
  };
  add_if(ops::AvgPool::row(), &pools_volumes<ops::AvgPool>);
  add_if(ops::MaxPool::row(), &pools_volumes<ops::MaxPool>);
  add_if(ops::AdaptiveAvgPool::row(), &makes_volumes<ops::AdaptiveAvgPool>);
  add_if(ops::AdaptiveMaxPool::row(), &makes_volumes<ops::AdaptiveMaxPool>);
  add_if(ops::PadFromSelf::row(), [](const void* fields) {
    const auto& op = *static_cast<const ops::PadFromSelf*>(fields);
    return op.mode == PadMode::Replicate || (op.mode == PadMode::Reflect && op.pad.size() < 6);
  });
  return rules;
}

const Rules& rules_of(DeviceType device) {
  static const auto& cuda = *new Rules(cuda_rules());
  static const auto& cpu = *new Rules(cpu_rules());
  return device == kCUDA ? cuda : cpu;
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
    const Cast policy = policy_of(call);
    if (policy == Cast::Any || call.bind != Bind::Fresh || thread_state().in_backward) {
      next(call);
      return;
    }
    const ScalarType target = mode.target_type(policy, call.in);
    InlineVector<Tensor, 4> casts;
    InlineVector<const Tensor*, 8> args;
    casts.reserve(call.in.size());
    for (size_t i = 0; i < call.in.size(); ++i) {
      const Tensor& t = call.in[i];
      const bool written = call.op.info.input(i).is(arg::mutated);
      if (!mode.takes(t) || impl(t).dtype == target || written) {
        args.push_back(&t);
        continue;
      }
      casts.push_back(cast(t, target));
      args.push_back(&casts.back());
    }
    next({call.op, call.fields, Args(args.data(), args.size()), call.out, call.bind});
  }

 private:
  Cast policy_of(const Invocation& call) const {
    const Rules& rules = rules_of(mode.device);
    const auto found = rules.find(&call.op);
    if (found == rules.end()) return call.op.info.cast;
    const Rule& rule = found->second;
    return !rule.applies || rule.applies(call.fields) ? rule.cast : call.op.info.cast;
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

bool AutocastMode::takes(const Tensor& t) const {
  return t.defined() && impl(t).device.type() == device && is_floating_point(impl(t).dtype) &&
         impl(t).dtype != kDouble;
}

ScalarType AutocastMode::target_type(Cast policy, Args in) const {
  if (policy == Cast::Lower) return dtype;
  if (policy == Cast::Float32) return kFloat;
  ScalarType widest = dtype;
  for (size_t i = 0; i < in.size(); ++i)
    if (takes(in[i])) widest = promote_types(widest, impl(in[i]).dtype);
  return widest;
}

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

namespace {

/// The innermost scope that says what becomes of this thread's calls; null: none, they stay.
const AutocastScope* innermost_scope(std::optional<DeviceType> device) {
  if (thread_state().in_backward) return nullptr;
  for (const Interceptor* i = interceptor_stack().top; i; i = i->below())
    if (const auto* scope = dynamic_cast<const AutocastScope*>(i)) {
      if (!scope->mode.enabled) return nullptr;
      if (!device || scope->mode.device == *device) return scope;
    }
  return nullptr;
}

}  // namespace

bool is_autocast_enabled() { return innermost_scope({}); }
bool is_autocast_enabled(DeviceType device) { return innermost_scope(device); }

AutocastAsOne::AutocastAsOne(AutocastByName rule, std::initializer_list<Tensor*> operands) {
  if (interceptor_stack().top) begin(rule, operands);
}

AutocastAsOne::AutocastAsOne(AutocastByName rule, std::vector<Tensor>& operands) {
  if (!interceptor_stack().top) return;
  std::vector<Tensor*> pointers;
  for (Tensor& t : operands) pointers.push_back(&t);
  begin(rule, pointers);
}

void AutocastAsOne::begin(AutocastByName rule, ArrayRef<Tensor*> operands) {
  const auto first =
      std::find_if(operands.begin(), operands.end(), [](const Tensor* t) { return t->defined(); });
  if (first == operands.end()) return;
  const AutocastScope* scope = innermost_scope((*first)->device().type());
  if (!scope) return;
  const AutocastMode mode = scope->mode;
  const std::optional<Cast> cast = mode.device == kCUDA ? rule.cuda : rule.cpu;
  if (!cast) return;
  if (*cast != Cast::Any) {
    InlineVector<const Tensor*, 4> in;
    for (const Tensor* t : operands) in.push_back(t);
    const ScalarType type = mode.target_type(*cast, Args(in.data(), in.size()));
    for (Tensor* t : operands)
      if (mode.takes(*t)) *t = t->to(type);
  }
  hidden_ = std::make_unique<Autocast>(mode.device, mode.dtype, /*enabled=*/false);
}

AutocastAsOne::~AutocastAsOne() = default;

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
