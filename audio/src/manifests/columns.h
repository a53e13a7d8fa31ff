// SPDX-License-Identifier: Apache-2.0
// The usual names of columns of tables, and of keys of JSON lines.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "manifests/paths.h"

namespace hearth::audio::manifests {

/// Finds what an Utterance has under its usual names, or under those of the options.
class Columns {
 public:
  /// Throws ValueError for options that name what utterances do not have.
  explicit Columns(const ManifestOptions& options);

  /// Which of the names of a field `has` knows; nothing if none.
  std::optional<std::string_view> find(std::string_view field,
                                       const std::function<bool(std::string_view)>& has) const;
  /// Adds the utterance of a row, whose fields `value` gives by their names, if it has them.
  void add(const std::function<std::optional<std::string>(std::string_view)>& value,
           const Paths& paths, const std::string& place, Utterances& to) const;

 private:
  ManifestOptions::Columns named_;
};

}  // namespace hearth::audio::manifests
