// SPDX-License-Identifier: Apache-2.0
// Files of Hugging Face's hub, in the cache that its Python library keeps.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/error.h"

namespace hearth::hub {

/// There is no such repository, or it is private; the hub tells no difference.
class HEARTH_API RepositoryNotFoundError : public NetworkError {
 public:
  using NetworkError::NetworkError;
};
/// It exists, but its owner wants to be asked first.
class HEARTH_API GatedRepoError : public RepositoryNotFoundError {
 public:
  using RepositoryNotFoundError::RepositoryNotFoundError;
};
/// There is no such branch, tag or commit.
class HEARTH_API RevisionNotFoundError : public NetworkError {
 public:
  using NetworkError::NetworkError;
};
/// The repository has no such file.
class HEARTH_API EntryNotFoundError : public NetworkError {
 public:
  using NetworkError::NetworkError;
};
/// The cache has it not, and the network may not be asked, or does not answer.
class HEARTH_API LocalEntryNotFoundError : public NetworkError {
 public:
  using NetworkError::NetworkError;
};

struct HubOptions {
  /// Instead of hf_hub_cache().
  HEARTH_ARG(std::string, cache_dir);
  /// Instead of hf_token(); "" sends none.
  HEARTH_ARG(std::optional<std::string>, token);
  /// Ask the cache only.
  HEARTH_ARG(bool, local_files_only) = false;
};

/// A repository of the hub: "ORG/NAME", or "NAME" alone; "datasets/ORG/NAME"; "@REVISION" behind it
/// names a branch, tag or commit ("main" by default).
struct HEARTH_API Repository {
  std::string type = "models";  ///< or "datasets", "spaces"
  std::string id, revision = "main";

  /// Throws ValueError for what can be none.
  explicit Repository(const std::string& text);
  /// Whether a text may name one.
  static bool is_name(const std::string& text);
};

/// The path of a repository's file, downloaded into the cache unless it is there:
///
///     hub::file("google/vit-base-patch16-224", "model.safetensors")
///
/// Another program that wants the same file waits for it; a download that was cut goes on where it
/// stopped; what came is checked against the hub's hash. When the network does not answer, what the
/// cache has is given. Throws the errors above, FormatError when what came is something else, and
/// FileError.
HEARTH_API std::string file(const std::string& repository, const std::string& name,
                            const HubOptions& options = {});
/// The same, or nothing if the repository has no such file.
HEARTH_API std::optional<std::string> try_file(const std::string& repository,
                                               const std::string& name,
                                               const HubOptions& options = {});
/// The folder of a repository's files, all of them or those that one of the patterns (`*.json`)
/// fits.
HEARTH_API std::string snapshot(const std::string& repository,
                                const std::vector<std::string>& allow_patterns = {},
                                const HubOptions& options = {});

}  // namespace hearth::hub
