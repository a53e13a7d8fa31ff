// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/metric.h"

#include <algorithm>

#include "hearth/io/archive.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"

namespace hearth::metrics {
namespace {

/// Chan's formula, which never subtracts large sums.
Tensor merge_moments(const Tensor& a, const Tensor& b) {
  const Tensor n = a[0] + b[0];
  const Tensor share = b[0] / n.clamp_min(1);
  const Tensor dx = b[1] - a[1], dy = b[2] - a[2];
  const Tensor common = a[0] * share;
  return stack({n, a[1] + dx * share, a[2] + dy * share, a[3] + b[3] + dx * dx * common,
                a[4] + b[4] + dy * dy * common, a[5] + b[5] + dx * dy * common});
}

Tensor merged(Merge merge, const Tensor& a, const Tensor& b) {
  switch (merge) {
    case Merge::Min:
      return a.minimum(b);
    case Merge::Max:
      return a.maximum(b);
    case Merge::Moments:
      return merge_moments(a, b);
    default:
      return a + b;
  }
}

/// Whether a saved tensor holds rows like those of an empty one. Floating types may be any.
bool can_join(const Tensor& empty, const Tensor& saved) {
  return saved.dim() == empty.dim() && saved.sizes().slice(1) == empty.sizes().slice(1) &&
         (saved.scalar_type() == empty.scalar_type() ||
          (saved.is_floating_point() && empty.is_floating_point()));
}

}  // namespace

Tensor moments_of(const Tensor& x, const Tensor& y) {
  const Tensor a = x.to(kDouble), b = y.to(kDouble);
  const auto n = static_cast<double>(a.size(0));
  if (n == 0) {
    auto sizes = a.sizes().vec();
    sizes[0] = 6;
    return zeros(sizes, a.options());
  }
  const Tensor mean_a = a.mean(0), mean_b = b.mean(0);
  const Tensor da = a - mean_a, db = b - mean_b;
  return stack(
      {full_like(mean_a, n), mean_a, mean_b, (da * da).sum(0), (db * db).sum(0), (da * db).sum(0)});
}

Metric::Metric(std::string name, std::string key) : name_(std::move(name)), key_(std::move(key)) {}
Metric::~Metric() = default;

void Metric::add_state(std::string name, Tensor initial, Merge merge) {
  std::vector<Tensor> parts;
  if (merge != Merge::Cat) parts.push_back(initial);
  states_.push_back({std::move(name), std::move(initial), merge, std::move(parts)});
}

const Tensor& Metric::state(size_t i) const {
  const State& s = states_[i];
  if (s.parts.empty()) return s.initial;
  if (s.parts.size() > 1) s.parts = {cat(s.parts)};
  return s.parts.front();
}

void Metric::add(size_t i, Tensor value) {
  State& s = states_[i];
  if (s.merge == Merge::Cat) {
    s.parts.push_back(std::move(value));
  } else {
    s.parts.front() = merged(s.merge, s.parts.front(), value);
  }
}

void Metric::begin_update(const Tensor& input) {
  HEARTH_CHECK_AS(ValueError, input.defined(), "[", name_, "] an input is an undefined tensor");
  to(input.device());
}

void Metric::end_update() {
  ++update_count_;
  ++version_;
}

void Metric::reset() { take(); }

Metric::Seen Metric::take() {
  std::vector<State> fresh;
  for (const State& s : states_) {
    fresh.push_back({s.name, s.initial, s.merge, {}});
    if (s.merge != Merge::Cat) fresh.back().parts.push_back(s.initial);
  }
  fresh.swap(states_);
  ++version_;
  return {std::move(fresh), std::exchange(update_count_, 0)};
}

void Metric::put(Seen seen) {
  states_ = std::move(seen.states);
  // An update in between may have moved the metric to the device of its inputs.
  for (State& s : states_) s.move_to(device_);
  update_count_ = seen.updates;
  ++version_;
}

void Metric::merge_seen(const Seen& seen) {
  const NoGradGuard no_grad;
  for (size_t i = 0; i < states_.size(); ++i)
    for (const Tensor& part : seen.states[i].parts) add(i, part.to(device_));
  update_count_ += seen.updates;
  ++version_;
}

void Metric::merge_state(const Metric& other) {
  HEARTH_CHECK_AS(ValueError, key_ == other.key_, "[", name_, "] counts ", key_,
                  " and cannot be merged with ", other.name_, ", which counts ", other.key_);
  merge_seen({other.states_, other.update_count_});
}

void Metric::share_state(const Metric& other) {
  HEARTH_CHECK_AS(ValueError, key_ == other.key_, "[", name_, "] counts ", key_,
                  " and cannot share what ", other.name_, " counts: ", other.key_);
  states_ = other.states_;
  device_ = other.device_;
  update_count_ = other.update_count_;
  ++version_;
}

bool Metric::shares_state(const Metric& other) const {
  if (key_ != other.key_ || update_count_ != other.update_count_) return false;
  const auto same = [](const Tensor& a, const Tensor& b) { return a.is_same(b); };
  for (size_t i = 0; update_count_ > 0 && i < states_.size(); ++i) {
    const auto &a = states_[i].parts, &b = other.states_[i].parts;
    if (!std::equal(a.begin(), a.end(), b.begin(), b.end(), same)) return false;
  }
  return true;
}

void Metric::State::move_to(Device device) {
  initial = initial.to(device);
  for (Tensor& part : parts) part = part.to(device);
}

void Metric::to(Device device) {
  if (device == device_) return;
  for (State& s : states_) s.move_to(device);
  device_ = device;
  ++version_;
}

void Metric::save(serialize::OutputArchive& archive) const {
  archive.write("key", serialize::Value(key_));
  archive.write("update_count", serialize::Value(update_count_));
  serialize::OutputArchive states;
  for (size_t i = 0; i < states_.size(); ++i) states.write(states_[i].name, state(i));
  archive.write("states", states);
}

void Metric::load(serialize::InputArchive& archive) {
  std::string key;
  int64_t updates = 0;
  archive.read("key", key);
  HEARTH_CHECK_AS(FormatError, key == key_, "[", name_, "] counts ", key_, "; ", archive.source(),
                  " holds the state of ", key);
  archive.read("update_count", updates);
  serialize::InputArchive saved_states;
  archive.read("states", saved_states);
  std::vector<State> states = states_;
  std::optional<int64_t> rows;  // of what is joined
  for (State& s : states) {
    Tensor saved;
    saved_states.read(s.name, saved);
    const bool fits = s.merge == Merge::Cat ? can_join(s.initial, saved)
                                            : saved.sizes() == s.initial.sizes() &&
                                                  saved.scalar_type() == s.initial.scalar_type();
    HEARTH_CHECK_AS(FormatError, fits, "[", name_, "] state ", s.name, " should have shape ",
                    s.initial.sizes(), " and dtype ", s.initial.scalar_type(), "; in ",
                    archive.source(), " it has ", saved.sizes(), " and ", saved.scalar_type());
    if (s.merge == Merge::Cat) {
      HEARTH_CHECK_AS(FormatError, !rows || *rows == saved.size(0), "[", name_, "] state ", s.name,
                      " has ", saved.size(0), " rows in ", archive.source(), ", others have ",
                      rows.value_or(0));
      rows = saved.size(0);
    }
    s.parts.clear();
    if (s.merge != Merge::Cat || saved.size(0) > 0) s.parts.push_back(saved.to(device_));
  }
  HEARTH_CHECK_AS(FormatError, updates >= 0, "[", name_, "] ", archive.source(), " tells of ",
                  updates, " updates");
  put({std::move(states), updates});
}

serialize::OutputArchive Metric::state_dict() const {
  serialize::OutputArchive archive;
  save(archive);
  return archive;
}

void Metric::load_state_dict(const serialize::OutputArchive& state) {
  serialize::InputArchive archive(state);
  load(archive);
}

}  // namespace hearth::metrics
