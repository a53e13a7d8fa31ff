// SPDX-License-Identifier: Apache-2.0
#include "open.h"

#include <algorithm>
#include <filesystem>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/hub/download.h"
#include "hearth/hub/environment.h"

#include "embedded.h"

namespace hearth::pretrained {
namespace {

bool exists(const std::string& path) {
  std::error_code none;
  return std::filesystem::exists(path, none);
}

/// The path of an entry's weights on this machine.
std::string fetch(const Entry& e) {
  const std::string name = e.source.substr(e.source.rfind('/') + 1);
  if (!exists(hub::torch_checkpoints() + "/" + name) &&
      !exists(hub::home() + "/checkpoints/" + name))
    Progress::print(describe(e));
  return hub::torch_weights(e.source);
}

}  // namespace

const Entry* entry_of(const std::string& name_or_path, const char* task,
                      const std::vector<std::string>& architectures) {
  if (exists(name_or_path)) return nullptr;
  const Entry* entry = find(name_or_path);
  if (entry && entry->task == task) return entry;
  if (!entry && name_or_path.find('/') != name_or_path.npos) return nullptr;
  const bool bare =
      std::find(architectures.begin(), architectures.end(), name_or_path) != architectures.end();
  // Of an architecture its own weights are named, otherwise those that are at hand.
  std::string known;
  size_t others = 0;
  for (const Entry& e : entries()) {
    if (e.task != task) continue;
    if (bare ? e.architecture == name_or_path : e.built_in())
      known += (known.empty() ? "" : ", ") + e.name;
    else if (!bare)
      ++others;
  }
  if (others > 0) known += cat_str(", one of ", others, " others that are downloaded");
  throw ValueError(cat_str("[", name_or_path, "] is ",
                           entry  ? "a model for " + entry->task
                           : bare ? std::string("an architecture without weights")
                                  : std::string("no pretrained model, file or folder"),
                           "; expected ", known, known.empty() ? "" : ", ",
                           "a file, a folder, or a repository of the hub (ORG/NAME)"));
}

TensorFile weights_of(const Entry& e) {
  if (!e.built_in()) return TensorFile(fetch(e));
  const std::string name = e.name + "/model.safetensors";
  const std::string_view bytes = embedded_file(name);
  return TensorFile(bytes.data(), bytes.size(), name);
}

}  // namespace hearth::pretrained
