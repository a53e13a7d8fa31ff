// SPDX-License-Identifier: Apache-2.0
// The folders of huggingface_hub's cache.
#pragma once

#include <optional>
#include <string>

#include "hearth/hub/hub.h"

namespace hearth::hub {

class HfCache {
 public:
  HfCache(const std::string& root, const Repository& repository);

  const std::string& folder() const { return folder_; }
  /// The commit that a revision was when it was last asked for.
  std::optional<std::string> commit_of(const std::string& revision) const;
  void remember(const std::string& revision, const std::string& commit) const;
  /// Where a file of a commit is, or would be.
  std::string pointer(const std::string& commit, const std::string& name) const;
  std::string blob(const std::string& etag) const { return folder_ + "/blobs/" + etag; }
  /// Whether the hub has said that there is no such file.
  bool is_known_missing(const std::string& commit, const std::string& name) const;
  void remember_missing(const std::string& commit, const std::string& name) const;
  /// Makes pointer(commit, name) a link to the blob; a copy where there can be no links.
  void link(const std::string& commit, const std::string& name, const std::string& etag) const;
  /// The lock of a blob, an empty file that stays.
  std::string lock(const std::string& etag) const;

 private:
  std::string root_, name_, folder_;
};

/// Whether a text is a commit: 40 hex digits.
bool is_commit(const std::string& text);
/// Throws ValueError for a name of a file that would lead out of its folder.
void check_name(const std::string& name);

}  // namespace hearth::hub
