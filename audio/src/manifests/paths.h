// SPDX-License-Identifier: Apache-2.0
// What readers of lists share.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "hearth/audio/manifests/utterance.h"

namespace hearth::audio::manifests {

/// White space at both ends gone.
std::string_view trimmed(std::string_view text);

/// Makes paths of a list's entries.
class Paths {
 public:
  /// `own_folder`: the list's folder comes before the current one.
  Paths(const std::string& list, const ManifestOptions& options, bool own_folder);
  /// Throws FormatError for nothing and for commands that are not allowed.
  std::string resolve(std::string_view text, const std::string& place) const;

 private:
  std::string folder_, root_;
  bool commands_, own_folder_;
};

/// Collects utterances and checks them: FormatError, which begins with the place, for an id that
/// comes again and a part that is none.
class Utterances {
 public:
  void add(Utterance utterance, const std::string& place);
  /// The same for one without an id, which is made of its path.
  void add_named_by(std::string_view path, Utterance utterance, const std::string& place);
  std::vector<Utterance> all;

 private:
  std::unordered_set<std::string> ids_;
  std::unordered_map<std::string, int64_t> times_;  ///< that an id was made of a path
};

/// A number of a list. Throws FormatError.
double seconds(std::string_view text, const std::string& what, const std::string& place);
int64_t channel_number(std::string_view text, const std::string& place);

}  // namespace hearth::audio::manifests
