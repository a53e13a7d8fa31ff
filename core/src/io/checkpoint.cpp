// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/checkpoint.h"

#include <unistd.h>

namespace hearth {

namespace {
constexpr int64_t kVersion = 1;
}

Checkpoint& Checkpoint::add_member(Member member) {
  HEARTH_CHECK_AS(ValueError, !member.name.empty(), "[Checkpoint] expected a name for the member");
  for (const Member& other : members_)
    HEARTH_CHECK_AS(ValueError, other.name != member.name, "[Checkpoint] the name '", member.name,
                    "' is taken");
  members_.push_back(std::move(member));
  return *this;
}

Checkpoint& Checkpoint::set(const std::string& key, serialize::Value value) {
  HEARTH_CHECK_AS(ValueError, !key.empty() && key.find('.') == std::string::npos,
                  "[Checkpoint] expected a key without dots, got '", key, "'");
  values_[key] = std::move(value);
  return *this;
}

const serialize::Value& Checkpoint::get(const std::string& key) const {
  const auto found = values_.find(key);
  HEARTH_CHECK_AS(ValueError, found != values_.end(), "[Checkpoint] has no value '", key, "'");
  return found->second;
}

void Checkpoint::save(const std::string& path) const {
  serialize::OutputArchive archive, members, values, random;
  for (const Member& m : members_) {
    serialize::OutputArchive one;
    m.save(m.object, one);
    members.write(m.name, one);
  }
  for (const auto& [key, value] : values_) values.write(key, value);
  const GeneratorState state = default_generator().get_state();
  random.write("seed", static_cast<int64_t>(state.seed));
  random.write("offset", static_cast<int64_t>(state.offset));
  archive.write("checkpoint_version", kVersion);
  archive.write("members", members);
  archive.write("values", values);
  archive.write("random", random);
  archive.save_to(path);
}

void Checkpoint::load(const std::string& path) {
  serialize::InputArchive archive, members, values, random;
  archive.load_from(path);
  int64_t version = 0, seed = 0, offset = 0;
  archive.read("checkpoint_version", version);
  HEARTH_CHECK_AS(FormatError, version == kVersion, "[", path, "] is a checkpoint of version ",
                  version, ", expected ", kVersion);
  archive.read("members", members);
  archive.read("values", values);
  archive.read("random", random);
  random.read("seed", seed);
  random.read("offset", offset);
  std::map<std::string, serialize::Value> new_values;
  for (const std::string& key : values.keys()) values.read(key, new_values[key]);
  // Find every member before changing any.
  std::vector<serialize::InputArchive> parts(members_.size());
  for (size_t i = 0; i < members_.size(); ++i) members.read(members_[i].name, parts[i]);
  for (size_t i = 0; i < members_.size(); ++i) members_[i].load(members_[i].object, parts[i]);
  values_ = std::move(new_values);
  default_generator().set_state({static_cast<uint64_t>(seed), static_cast<uint64_t>(offset)});
}

bool Checkpoint::load_if_exists(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0) return false;
  load(path);
  return true;
}

}  // namespace hearth
