// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hearth/autograd/grad_mode.h"
#include "hearth/io/archive.h"
#include "hearth/nn/module.h"

#include "nn/hooks.h"

namespace hearth::nn {

struct Module::StateEntry {
  std::string key;
  Tensor tensor;
};

void Module::upgrade_state(OrderedDict<std::string, Tensor>&, const std::string&,
                           std::optional<int64_t>) const {}

std::vector<Module::StateEntry> Module::own_state(const std::string& prefix) const {
  std::vector<StateEntry> entries;
  for (const auto& item : parameters_)
    if (item.value().defined()) entries.push_back({prefix + item.key(), item.value()});
  for (const auto& item : buffers_) {
    const bool transient = std::find(transient_buffers_.begin(), transient_buffers_.end(),
                                     item.key()) != transient_buffers_.end();
    if (item.value().defined() && !transient)
      entries.push_back({prefix + item.key(), item.value()});
  }
  return entries;
}

void Module::collect_state(const std::string& prefix, std::vector<StateEntry>& entries) const {
  for (StateEntry& entry : own_state(prefix)) entries.push_back(std::move(entry));
  for (const auto& child : children_)
    child.value()->collect_state(prefix + child.key() + ".", entries);
}

void Module::upgrade_states(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                            const OrderedDict<std::string, int64_t>& versions) {
  const int64_t* version = versions.find(prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1));
  upgrade_state(state, prefix, version ? std::optional(*version) : std::nullopt);
  run_hooks(hooks_, &ModuleHooks::before_load, *this, state, prefix);
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
  OrderedDict<std::string, Tensor> state;
  fill_state_dict(prefix, state);
  return state;
}

void Module::fill_state_dict(const std::string& prefix,
                             OrderedDict<std::string, Tensor>& state) const {
  run_hooks(hooks_, &ModuleHooks::before_save, *this, prefix);
  for (StateEntry& entry : own_state(prefix))
    state.insert(std::move(entry.key), entry.tensor.detach());
  for (const auto& child : children_)
    child.value()->fill_state_dict(prefix + child.key() + ".", state);
  run_hooks(hooks_, &ModuleHooks::after_save, *this, state, prefix);
}

bool Module::any_load_post_hooks() const {
  return (hooks_ && !hooks_->after_load.empty()) ||
         std::any_of(children_.begin(), children_.end(),
                     [](const auto& child) { return child.value()->any_load_post_hooks(); });
}

void Module::run_load_post_hooks(IncompatibleKeys& keys) {
  for (auto& child : children_) child.value()->run_load_post_hooks(keys);
  run_hooks(hooks_, &ModuleHooks::after_load, *this, keys);
}

namespace {

/// How many keys an error names. Who wants them all asks for a load that is not strict.
constexpr size_t kNamed = 8;

std::string listed(const std::vector<std::string>& keys) {
  std::string text;
  for (size_t i = 0; i < keys.size() && i < kNamed; ++i)
    text += (i > 0 ? ", \"" : "\"") + keys[i] + "\"";
  return keys.size() > kNamed ? cat_str(text, " and ", keys.size() - kNamed, " more") : text;
}

/// What is wrong with keys, as lines of an error.
std::string described(const IncompatibleKeys& keys) {
  std::string text;
  if (!keys.missing_keys.empty())
    text += "\n\tMissing key(s) in state_dict: " + listed(keys.missing_keys) + ".";
  if (!keys.unexpected_keys.empty())
    text += "\n\tUnexpected key(s) in state_dict: " + listed(keys.unexpected_keys) + ".";
  return text;
}

}  // namespace

IncompatibleKeys Module::load_state_dict(const OrderedDict<std::string, Tensor>& given_state,
                                         bool strict,
                                         const OrderedDict<std::string, int64_t>& versions) {
  return load_state(given_state, versions, strict, strict);
}

IncompatibleKeys Module::load_state(const OrderedDict<std::string, Tensor>& given_state,
                                    const OrderedDict<std::string, int64_t>& versions,
                                    bool refuse_missing, bool refuse_unexpected) {
  OrderedDict<std::string, Tensor> state = given_state;
  upgrade_states(state, "", versions);
  std::vector<StateEntry> entries;
  collect_state("", entries);
  IncompatibleKeys keys;
  std::string mismatches;
  size_t mismatched = 0;
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
    } else if (!(given->sizes() == entry.tensor.sizes()) && ++mismatched <= kNamed) {
      mismatches += cat_str("\n\tsize mismatch for ", entry.key, ": copying a param with shape ",
                            given->sizes(), " from checkpoint, the shape in current model is ",
                            entry.tensor.sizes(), ".");
    }
  }
  if (mismatched > kNamed)
    mismatches += cat_str("\n\tand ", mismatched - kNamed, " more of other shapes.");
  for (const auto& item : state)
    if (!expected.contains(item.key())) keys.unexpected_keys.push_back(item.key());
  const auto check = [&](bool every_key) {
    const std::string problems =
        (every_key
             ? described({refuse_missing ? keys.missing_keys : std::vector<std::string>(),
                          refuse_unexpected ? keys.unexpected_keys : std::vector<std::string>()})
             : "") +
        mismatches;
    HEARTH_CHECK_AS(ValueError, problems.empty(),
                    "[load_state_dict] Error(s) in loading state_dict for ", name(), ":", problems);
  };
  // Hooks may forgive what is wrong with the keys, when the values are there.
  const bool hooked = any_load_post_hooks();
  check(!hooked);

  {
    const NoGradGuard no_grad;
    for (const StateEntry& entry : entries) {
      const Tensor* given = state.find(entry.key);
      if (given && given->defined()) entry.tensor.copy_(*given);
    }
  }
  if (hooked) {
    run_load_post_hooks(keys);
    check(true);
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
  // As in LibTorch, a module takes its part of an archive that has more.
  load_state(state, versions, /*refuse_missing=*/true, /*refuse_unexpected=*/false);
}

}  // namespace hearth::nn
