// SPDX-License-Identifier: Apache-2.0
#include "train/non_finite.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/reduce.h"

namespace hearth::train {

namespace {

struct Has {
  bool nan = false, infinity = false;
};

void look(const Tensor& t, Has& has) {
  if (!t.defined() || t.layout() != kStrided || t.numel() == 0 ||
      !is_differentiable(t.scalar_type()))
    return;
  has.nan |= t.isnan().any().item<bool>();
  has.infinity |= t.isinf().any().item<bool>();
}

std::string describe(const Invocation& call) {
  std::string text(call.op.info.name);
  for (size_t i = 0; i < call.in.size(); ++i)
    if (call.in[i].defined())
      text += cat_str(i == 0 ? " of sizes " : ", ", impl(call.in[i]).sizes.ref());
  return text;
}

}  // namespace

void NonFiniteSearch::intercept(const Invocation& call) {
  const bool recording = GradMode::is_enabled();
  NoGradGuard no_grad;
  // What is written in place is looked at before.
  Has before, after;
  for (size_t i = 0; i < call.in.size(); ++i) look(call.in[i], before);
  {
    const AutoGradMode as_it_was(recording);
    next(call);
  }
  if (!nan_.empty()) return;
  for (const Tensor& t : call.out) look(t, after);
  if (after.nan && !before.nan) {
    nan_ = describe(call);
  } else if (after.infinity && !before.infinity && infinity_.empty()) {
    infinity_ = describe(call);
  }
}

}  // namespace hearth::train
