// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/embedding/pooling.h"

#include <limits>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/view.h"

#include "models/config_json.h"

namespace hearth::text {
namespace {

/// The state at a position of each text.
Tensor at(const Tensor& states, const Tensor& positions) {
  return states.gather(1, positions.reshape({-1, 1, 1}).expand({-1, 1, states.size(2)})).squeeze(1);
}

}  // namespace

Pooling Pooling::from_json(const data::readers::JsonValue& config) {
  Pooling p;
  p.pooling_mode_mean_tokens(false);
  p = read_config(config, p);
  HEARTH_CHECK_AS(FormatError, p.modes() > 0, "[1_Pooling] names no way of pooling");
  return p;
}

Pooling Pooling::of(const std::string& mode) {
  Pooling p;
  p.pooling_mode_mean_tokens(false);
  const std::pair<const char*, bool*> kModes[] = {
      {"cls", &p.pooling_mode_cls_token()},
      {"max", &p.pooling_mode_max_tokens()},
      {"mean", &p.pooling_mode_mean_tokens()},
      {"mean_sqrt_len", &p.pooling_mode_mean_sqrt_len_tokens()},
      {"weightedmean", &p.pooling_mode_weightedmean_tokens()},
      {"lasttoken", &p.pooling_mode_lasttoken()}};
  for (const auto& [name, taken] : kModes)
    if (mode == name) *taken = true;
  HEARTH_CHECK_AS(
      ValueError, p.modes() > 0,
      "[Pooling] expected cls, max, mean, mean_sqrt_len, weightedmean or lasttoken, got ", mode);
  return p;
}

int64_t Pooling::modes() const {
  int64_t n = 0;
  for_each_arg([&](const char*, bool taken) { n += taken; }, *this);
  return n;
}

Tensor Pooling::operator()(const Tensor& states, const Tensor& mask) const {
  HEARTH_CHECK_AS(ShapeError, states.dim() == 3, "[Pooling] expected [batch, length, hidden], got ",
                  states.sizes());
  const int64_t length = states.size(1);
  const Tensor taken =
      mask.defined()
          ? mask.to(states.scalar_type())
          : ones({1, length}, TensorOptions(states.scalar_type()).device(states.device()));
  const Tensor column = taken.unsqueeze(-1);
  const auto mean = [&](const Tensor& weights) {
    return (states * weights).sum(1) / weights.sum(1).clamp_min(1e-9);
  };
  std::vector<Tensor> parts;
  if (pooling_mode_cls_token_) {
    parts.push_back(mask.defined() ? at(states, taken.argmax(1)) : states.select(1, 0));
  }
  if (pooling_mode_max_tokens_) {
    parts.push_back(
        where(column.ne(0), states, -std::numeric_limits<double>::infinity()).amax({1}));
  }
  if (pooling_mode_mean_tokens_) parts.push_back(mask.defined() ? mean(column) : states.mean(1));
  if (pooling_mode_mean_sqrt_len_tokens_)
    parts.push_back((states * column).sum(1) / column.sum(1).clamp_min(1e-9).sqrt());
  if (pooling_mode_weightedmean_tokens_) {
    const Tensor numbers =
        arange(1, length + 1, TensorOptions(states.scalar_type()).device(states.device()));
    parts.push_back(mean((taken * numbers).unsqueeze(-1)));
  }
  if (pooling_mode_lasttoken_) {
    // Behind the first of the largest partial sums no token is taken any more.
    parts.push_back(mask.defined() ? at(states, cumsum(taken, 1).argmax(1))
                                   : states.select(1, length - 1));
  }
  return parts.size() == 1 ? parts[0] : cat(parts, -1);
}

}  // namespace hearth::text
