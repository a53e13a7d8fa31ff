// SPDX-License-Identifier: Apache-2.0
#include "hearth/hub/environment.h"

#include <cstdlib>
#include <fstream>
#include <optional>

#include <strings.h>

#include "hearth/base/error.h"

namespace hearth::hub {

namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

std::string user_home() {
  const auto home = variable("HOME");
  HEARTH_CHECK_AS(FileError, home && !home->empty(),
                  "[hub] HOME is not set; set HEARTH_HOME (or HF_HOME, TORCH_HOME) to a folder");
  return *home;
}

/// A folder that a variable names, "~" being the user's.
std::optional<std::string> folder(const char* name) {
  auto value = variable(name);
  if (value && (*value == "~" || value->starts_with("~/"))) value = user_home() + value->substr(1);
  return value;
}

std::string cache_folder(const char* name) {
  const auto cache = folder("XDG_CACHE_HOME");
  return (cache && !cache->empty() ? *cache : user_home() + "/.cache") + "/" + name;
}

std::string hf_home() {
  const auto set = folder("HF_HOME");
  return set ? *set : cache_folder("huggingface");
}

std::string trimmed(const std::string& text) {
  const char* blank = " \t\r\n";
  const size_t first = text.find_first_not_of(blank);
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool is_true(const std::string& value) {
  for (const char* yes : {"1", "ON", "YES", "TRUE"})
    if (::strcasecmp(value.c_str(), yes) == 0) return true;
  return false;
}

}  // namespace

std::string home() {
  const auto set = folder("HEARTH_HOME");
  return set && !set->empty() ? *set : user_home() + "/.cache/hearth";
}

std::string hf_hub_cache() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const auto set = folder(name); set && !set->empty()) return *set;
  return hf_home() + "/hub";
}

std::string hf_endpoint() {
  std::string endpoint = trimmed(variable("HF_ENDPOINT").value_or(""));
  if (endpoint.empty()) endpoint = "https://huggingface.co";
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return endpoint;
}

std::string hf_token() {
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})
    if (const auto set = variable(name); set && !trimmed(*set).empty()) return trimmed(*set);
  const auto file = folder("HF_TOKEN_PATH");
  std::ifstream in(file ? *file : hf_home() + "/token");
  std::string token;
  std::getline(in, token);
  return trimmed(token);
}

bool is_offline() {
  for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"})
    if (const auto set = variable(name)) return is_true(trimmed(*set));
  return false;
}

std::string torch_checkpoints() {
  const auto set = folder("TORCH_HOME");
  return (set && !set->empty() ? *set : cache_folder("torch")) + "/hub/checkpoints";
}

}  // namespace hearth::hub
