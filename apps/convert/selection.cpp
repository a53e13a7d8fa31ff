// SPDX-License-Identifier: Apache-2.0
#include "convert/selection.h"

#include <map>

#include <fmt/format.h>
#include <fnmatch.h>

#include "hearth/base/error.h"

namespace {

/// std::regex takes stack for each character.
constexpr size_t kLongestName = 10'000;

/// FROM=TO, where FROM is a name, the beginning of names ("model." or "model"), or /REGEX/.
struct Rule {
  std::string from, to;
  std::optional<std::regex> pattern;

  explicit Rule(const std::string& text) {
    const bool is_regex = text.starts_with('/');
    const size_t end = is_regex ? text.rfind("/=") : text.find('=');
    if (end == text.npos || (is_regex && end == 0))
      throw UsageError("--rename: expected FROM=TO or /REGEX/=TO, got " + text);
    from = text.substr(is_regex, end - is_regex);
    to = text.substr(end + (is_regex ? 2 : 1));
    if (!is_regex) return;
    try {
      pattern.emplace(from);
    } catch (const std::regex_error& error) {
      throw UsageError(
          fmt::format("--rename: /{}/ is no regular expression: {}", from, error.what()));
    }
  }

  /// Whether it says something about the name, which it changes then.
  bool apply(std::string& name) const {
    if (pattern) {
      HEARTH_CHECK_AS(hearth::ValueError, name.size() <= kLongestName, "[--rename] a name of ",
                      name.size(), " characters is too long for /", from, "/");
      if (!std::regex_search(name, *pattern)) return false;
      name = std::regex_replace(name, *pattern, to);
      return true;
    }
    const bool whole = from.empty() || from.back() == '.' || name.size() == from.size() ||
                       (name.size() > from.size() && name[from.size()] == '.');
    if (!whole || !name.starts_with(from)) return false;
    name = to + name.substr(from.size());
    return true;
  }
};

}  // namespace

void Selection::declare(OptionList& options, bool rename) {
  options
      .add("--only", only_,
           "Leave out all tensors but those that match, as 'layer4.*'; may be "
           "given several times")
      .value("PATTERN");
  if (rename)
    options
        .add("--rename", rename_,
             "Call a tensor, or all below a name, otherwise: model.=, fc=head, or "
             "'/^block(\\d+)/=layers.$1'; may be given several times, applied in order")
        .value("FROM=TO");
}

std::vector<std::pair<std::string, std::string>> Selection::apply(
    const std::vector<std::string>& names) const {
  std::vector<std::pair<std::string, std::string>> kept;
  std::vector<bool> met(only_.size(), false);
  for (const std::string& name : names) {
    bool wanted = only_.empty();
    for (size_t i = 0; i < only_.size(); ++i)
      if (::fnmatch(only_[i].c_str(), name.c_str(), 0) == 0) wanted = met[i] = true;
    if (wanted) kept.emplace_back(name, name);
  }
  for (size_t i = 0; i < only_.size(); ++i)
    HEARTH_CHECK_AS(hearth::ValueError, met[i], "[--only] '", only_[i], "' matches no tensor");
  for (const std::string& text : rename_) {
    const Rule rule(text);
    bool used = false;
    for (auto& [name, now] : kept) used |= rule.apply(now);
    HEARTH_CHECK_AS(hearth::ValueError, used, "[--rename] '", text, "' meets no tensor");
  }
  std::map<std::string, std::string> owners;
  for (const auto& [name, now] : kept) {
    const auto [other, fresh] = owners.emplace(now, name);
    HEARTH_CHECK_AS(hearth::ValueError, fresh && !now.empty(), "[--rename] '", name,
                    "' would be called '", now,
                    now.empty() ? "'" : hearth::cat_str("', as '", other->second, "'"));
  }
  return kept;
}
