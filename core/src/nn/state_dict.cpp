// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hearth/autograd/grad_mode.h"
#include "hearth/io/archive.h"
#include "hearth/nn/module.h"

namespace hearth::nn {

struct Module::StateEntry {
  std::string key;
  Tensor tensor;
  bool may_be_missing;
};

bool Module::may_be_missing(const std::string&) const { return false; }

void Module::collect_state(const std::string& prefix, std::vector<StateEntry>& entries) const {
  for (const auto& item : parameters_)
    if (item.value().defined())
      entries.push_back({prefix + item.key(), item.value(), may_be_missing(item.key())});
  for (const auto& item : buffers_) {
    const bool transient = std::find(transient_buffers_.begin(), transient_buffers_.end(),
                                     item.key()) != transient_buffers_.end();
    if (item.value().defined() && !transient)
      entries.push_back({prefix + item.key(), item.value(), may_be_missing(item.key())});
  }
  for (const auto& child : children_)
    child.value()->collect_state(prefix + child.key() + ".", entries);
}

OrderedDict<std::string, Tensor> Module::state_dict(const std::string& prefix) const {
  std::vector<StateEntry> entries;
  collect_state(prefix, entries);
  OrderedDict<std::string, Tensor> state;
  state.reserve(entries.size());
  for (StateEntry& entry : entries) state.insert(std::move(entry.key), entry.tensor.detach());
  return state;
}

namespace {

std::string listed(const std::vector<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "\"" : ", \"") + key + "\"";
  return text;
}

}  // namespace

IncompatibleKeys Module::load_state_dict(const OrderedDict<std::string, Tensor>& state,
                                         bool strict) {
  std::vector<StateEntry> entries;
  collect_state("", entries);
  IncompatibleKeys keys;
  std::string problems;
  OrderedDict<std::string, Tensor> expected;
  for (const StateEntry& entry : entries) {
    expected.insert(entry.key, entry.tensor);
    const Tensor* given = state.find(entry.key);
    if (!given || !given->defined()) {
      if (!entry.may_be_missing) keys.missing_keys.push_back(entry.key);
    } else if (!(given->sizes() == entry.tensor.sizes())) {
      problems += cat_str("\n\tsize mismatch for ", entry.key, ": copying a param with shape ",
                          given->sizes(), " from checkpoint, the shape in current model is ",
                          entry.tensor.sizes(), ".");
    }
  }
  for (const auto& item : state)
    if (!expected.contains(item.key())) keys.unexpected_keys.push_back(item.key());
  if (strict && !keys.unexpected_keys.empty())
    problems =
        "\n\tUnexpected key(s) in state_dict: " + listed(keys.unexpected_keys) + "." + problems;
  if (strict && !keys.missing_keys.empty())
    problems = "\n\tMissing key(s) in state_dict: " + listed(keys.missing_keys) + "." + problems;
  HEARTH_CHECK_AS(ValueError, problems.empty(),
                  "[load_state_dict] Error(s) in loading state_dict for ", name(), ":", problems);

  const NoGradGuard no_grad;
  for (const StateEntry& entry : entries) {
    const Tensor* given = state.find(entry.key);
    if (given && given->defined()) entry.tensor.copy_(*given);
  }
  return keys;
}

void Module::save(serialize::OutputArchive& archive) const {
  for (const auto& item : state_dict()) archive.write(item.key(), item.value());
}

void Module::load(serialize::InputArchive& archive) {
  OrderedDict<std::string, Tensor> state;
  for (const auto& [path, tensor] : archive.tensors()) state.insert(path, tensor);
  load_state_dict(state);
}

}  // namespace hearth::nn
