// SPDX-License-Identifier: Apache-2.0
// What an archive holds: a tree, flat, everything by its path.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hearth/io/archive.h"
#include "hearth/io/tensor_file.h"

#include "io/sink.h"

namespace hearth::serialize {

struct Items {
  std::string source = "archive";
  std::map<std::string, Tensor> tensors;
  std::map<std::string, Value> values;
  std::map<std::string, int64_t> versions;  ///< of modules' states, by their paths
  std::optional<TensorFile> file;           ///< tensors not read yet
  bool alone = false;                       ///< one tensor, and no list of one

  bool contains(const std::string& path) const {
    return tensors.count(path) || values.count(path) || (file && file->contains(path));
  }
  bool find(const std::string& path, Tensor& tensor) const {
    const auto found = tensors.find(path);
    if (found != tensors.end()) {
      tensor = found->second;
      return true;
    }
    if (!file || !file->contains(path)) return false;
    tensor = file->tensor(path);
    return true;
  }
  /// All paths that begin with prefix.
  std::vector<std::string> below(const std::string& prefix) const {
    std::vector<std::string> found;
    const auto collect = [&](const auto& map) {
      for (auto it = map.lower_bound(prefix); it != map.end() && it->first.starts_with(prefix);
           ++it)
        found.push_back(it->first);
    };
    collect(tensors);
    collect(values);
    if (file)
      for (const std::string& key : file->keys())
        if (key.starts_with(prefix)) found.push_back(key);
    return found;
  }
};

/// Whether a file of this name should be one that Python's torch.load opens (.pt, .pth).
bool is_torch_name(const std::string& filename);
/// Writes such a file: a state dict of tensors and values by their paths; where an optimizer's
/// state lies in it, that as Python's optimizers have it.
void write_torch(Sink& sink, const Items& items);
/// Takes in the values of a file of torch.save, those of optimizers where ours keep them.
void read_torch_values(Items& items, const pickle::Value& root);

}  // namespace hearth::serialize
