// SPDX-License-Identifier: Apache-2.0
#include "train/means.h"

#include "hearth/base/error.h"

namespace hearth::train {

size_t Means::entry(const std::string& name) {
  for (size_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].name == name) return i;
  entries_.push_back({name});
  return entries_.size() - 1;
}

void Means::Entry::add(double value, double w) {
  sum += value * w;
  weight += w;
  last = value;
}

void Means::add(const std::string& name, double value, double weight) {
  entries_[entry(name)].add(value, weight);
}

void Means::add(const std::string& name, const Tensor& value, double weight) {
  HEARTH_CHECK_AS(ShapeError, value.defined() && value.numel() == 1, "[Trainer] the value '", name,
                  "' of a step is a number or a tensor of one element",
                  value.defined() ? cat_str(", got one of sizes ", value.sizes())
                                  : std::string(", got an undefined tensor"));
  if (value.device().is_cpu()) return add(name, value.item<double>(), weight);
  pending_.push_back({entry(name), value.detach(), weight});
}

void Means::add(const StepResult& result) {
  if (result.loss.defined()) add("loss", result.loss, result.weight);
  for (const StepResult::Value& v : result.values) {
    if (v.tensor.defined()) {
      add(v.name, v.tensor, result.weight);
    } else {
      add(v.name, v.number, result.weight);
    }
  }
}

void Means::clear() {
  pending_.clear();
  // Names stay, so that the next epoch allocates nothing.
  for (Entry& e : entries_) e.sum = e.weight = e.last = 0;
}

void Means::read_pending() const {
  for (const Pending& p : pending_) entries_[p.entry].add(p.value.item<double>(), p.weight);
  pending_.clear();
}

void Means::save(serialize::OutputArchive& archive) const {
  read_pending();
  archive.write("count", static_cast<int64_t>(entries_.size()));
  for (size_t i = 0; i < entries_.size(); ++i) {
    const std::string key = std::to_string(i);
    archive.write("name" + key, entries_[i].name);
    archive.write("sum" + key, entries_[i].sum);
    archive.write("weight" + key, entries_[i].weight);
    archive.write("last" + key, entries_[i].last);
  }
}

void Means::load(serialize::InputArchive& archive) {
  int64_t count = 0;
  archive.read("count", count);
  entries_.clear();
  pending_.clear();
  for (int64_t i = 0; i < count; ++i) {
    const std::string key = std::to_string(i);
    Entry e;
    archive.read("name" + key, e.name);
    archive.read("sum" + key, e.sum);
    archive.read("weight" + key, e.weight);
    archive.read("last" + key, e.last);
    entries_.push_back(std::move(e));
  }
}

}  // namespace hearth::train
