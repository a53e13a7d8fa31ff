// SPDX-License-Identifier: Apache-2.0
#include "manifests/paths.h"

#include <charconv>
#include <cmath>

#include <unistd.h>

#include "hearth/base/error.h"

namespace hearth::audio::manifests {

namespace {

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

template <typename T>
bool parse(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

Paths::Paths(const std::string& list, const ManifestOptions& options, bool own_folder)
    : root_(options.root()), commands_(options.allow_commands()), own_folder_(own_folder) {
  const size_t slash = list.rfind('/');
  if (slash != std::string::npos) folder_ = list.substr(0, slash + 1);
}

std::string Paths::resolve(std::string_view text, const std::string& place) const {
  std::string path(trimmed(text));
  HEARTH_CHECK_AS(FormatError, !path.empty() && path != "-", "[", place,
                  "] expected the path of a sound file, got '", path, "'");
  const bool command = path.front() == '|' || path.back() == '|';
  HEARTH_CHECK_AS(FormatError, !command || (commands_ && path.back() == '|'), "[", place, "] '",
                  path,
                  "' is a command; lists may name commands only where that is allowed "
                  "explicitly, because they are run");
  if (command || path.front() == '/') return path;
  if (!root_.empty()) return root_ + "/" + path;
  const std::string beside = folder_ + path;
  return own_folder_ ? (exists(beside) || !exists(path) ? beside : path)
                     : (exists(path) || !exists(beside) ? path : beside);
}

void Utterances::add(Utterance utterance, const std::string& place) {
  HEARTH_CHECK_AS(FormatError, !utterance.id.empty(), "[", place, "] expected an id, got none");
  HEARTH_CHECK_AS(
      FormatError, utterance.start >= 0 && (utterance.end == -1 || utterance.end > utterance.start),
      "[", place, "] expected a part that begins at 0 or later and ends after that, got ",
      utterance.start, " to ", utterance.end, " seconds");
  HEARTH_CHECK_AS(FormatError, ids_.insert(utterance.id).second, "[", place, "] the id '",
                  utterance.id, "' comes again");
  all.push_back(std::move(utterance));
}

void Utterances::add_named_by(std::string_view path, Utterance utterance,
                              const std::string& place) {
  const size_t slash = path.rfind('/'), dot = path.rfind('.');
  const size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  utterance.id = path.substr(0, dot != std::string_view::npos && dot > name ? dot : path.size());
  const std::string base = utterance.id;
  int64_t& times = times_[base];
  while (++times > 1 && ids_.contains(utterance.id = cat_str(base, "-", times))) {
  }
  add(std::move(utterance), place);
}

double seconds(std::string_view text, const std::string& what, const std::string& place) {
  double value = 0;
  HEARTH_CHECK_AS(FormatError, parse(text, value) && std::isfinite(value), "[", place,
                  "] expected ", what, " in seconds, got '", text, "'");
  return value;
}

int64_t channel_number(std::string_view text, const std::string& place) {
  int64_t value = 0;
  HEARTH_CHECK_AS(FormatError, parse(text, value) && value >= -1 && value < 4096, "[", place,
                  "] expected the number of a channel, from 0, got '", text, "'");
  return value;
}

}  // namespace hearth::audio::manifests
