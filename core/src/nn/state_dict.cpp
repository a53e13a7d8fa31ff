// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hearth/autograd/grad_mode.h"
#include "hearth/io/archive.h"
#include "hearth/nn/module.h"

namespace hearth::nn {

struct Module::StateEntry {
  std::string key;
  Tensor tensor;
};

void Module::upgrade_state(OrderedDict<std::string, Tensor>&, const std::string&,
                           std::optional<int64_t>) const {}

void Module::collect_state(const std::string& prefix, std::vector<StateEntry>& entries) const {
  for (const auto& item : parameters_)
    if (item.value().defined()) entries.push_back({prefix + item.key(), item.value()});
  for (const auto& item : buffers_) {
    const bool transient = std::find(transient_buffers_.begin(), transient_buffers_.end(),
                                     item.key()) != transient_buffers_.end();
    if (item.value().defined() && !transient)
      entries.push_back({prefix + item.key(), item.value()});
  }
  for (const auto& child : children_)
    child.value()->collect_state(prefix + child.key() + ".", entries);
}

void Module::upgrade_states(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                            const OrderedDict<std::string, int64_t>& versions) const {
  const int64_t* version = versions.find(prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1));
  upgrade_state(state, prefix, version ? std::optional(*version) : std::nullopt);
  for (const auto& child : children_)
    child.value()->upgrade_states(state, prefix + child.key() + ".", versions);
}

void Module::collect_versions(const std::string& path,
                              OrderedDict<std::string, int64_t>& versions) const {
  versions.insert(path, state_version());
  for (const auto& child : children_)
    child.value()->collect_versions(path.empty() ? child.key() : path + "." + child.key(),
                                    versions);
}
OrderedDict<std::string, int64_t> Module::state_versions() const {
  OrderedDict<std::string, int64_t> versions;
  collect_versions("", versions);
  return versions;
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

IncompatibleKeys Module::load_state_dict(const OrderedDict<std::string, Tensor>& given_state,
                                         bool strict,
                                         const OrderedDict<std::string, int64_t>& versions) {
  OrderedDict<std::string, Tensor> state = given_state;
  upgrade_states(state, "", versions);
  std::vector<StateEntry> entries;
  collect_state("", entries);
  IncompatibleKeys keys;
  std::string problems;
  OrderedDict<std::string, Tensor> expected;
  for (const StateEntry& entry : entries) {
    expected.insert(entry.key, entry.tensor);
    Tensor* given = state.find(entry.key);
    // Before 0.4, what has no dims now had one.
    if (given && given->defined() && entry.tensor.dim() == 0 && given->dim() == 1 &&
        given->numel() > 0)
      *given = given->select(0, 0);
    if (!given || !given->defined()) {
      keys.missing_keys.push_back(entry.key);
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
  for (const auto& item : state_versions()) archive.write_version(item.key(), item.value());
}

void Module::load(serialize::InputArchive& archive) {
  OrderedDict<std::string, Tensor> state;
  for (const auto& [path, tensor] : archive.tensors()) state.insert(path, tensor);
  OrderedDict<std::string, int64_t> versions;
  for (const auto& [path, version] : archive.versions()) versions.insert(path, version);
  load_state_dict(state, /*strict=*/true, versions);
}

}  // namespace hearth::nn
