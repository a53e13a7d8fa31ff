// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hearth/io/archive.h"

namespace hearth {

/// Everything a training run needs to go on as if it had never stopped, in one file.
///
///     Checkpoint checkpoint;
///     checkpoint.add("model", *model).add("optimizer", optimizer).add("loader", *loader);
///     if (checkpoint.load_if_exists("last.ckpt")) epoch = checkpoint.get<int64_t>("epoch");
///     ...
///     checkpoint.set("epoch", epoch).save("last.ckpt");
///
/// Members are anything with save(OutputArchive&) and load(InputArchive&): modules, optimizers,
/// schedulers, loaders, samplers. They are referred to, so they must outlive the checkpoint. The
/// state of the default generator is always part of it.
class HEARTH_API Checkpoint {
 public:
  template <typename T>
  Checkpoint& add(const std::string& name, T& member) {
    return add_member(
        {name, &member,
         [](const void* m, serialize::OutputArchive& archive) {
           static_cast<const T*>(m)->save(archive);
         },
         [](void* m, serialize::InputArchive& archive) { static_cast<T*>(m)->load(archive); }});
  }
  template <typename T>
  Checkpoint& add(const std::string& name, const std::shared_ptr<T>& member) {
    return add(name, *member);
  }

  /// A number or text of your own: the step, the epoch, the model's name ...
  Checkpoint& set(const std::string& key, serialize::Value value);
  bool has(const std::string& key) const { return values_.count(key) != 0; }
  /// What set() or load() put there; throws ValueError for a missing key.
  const serialize::Value& get(const std::string& key) const;
  template <typename T>
  T get(const std::string& key) const {
    return get(key).to<T>();
  }

  /// Replaces the file once the new one is durable; until then the old one stays. Throws FileError.
  void save(const std::string& path) const;
  /// Restores every member, the values and the generator. Throws FileError if the file cannot be
  /// read, FormatError if it is broken or lacks a member; then members may be restored in part.
  void load(const std::string& path);
  /// False, and nothing done, if there is no such file.
  bool load_if_exists(const std::string& path);

 private:
  struct Member {
    std::string name;
    void* object;
    void (*save)(const void* object, serialize::OutputArchive& archive);
    void (*load)(void* object, serialize::InputArchive& archive);
  };
  Checkpoint& add_member(Member member);

  std::vector<Member> members_;
  std::map<std::string, serialize::Value> values_;
};

}  // namespace hearth
