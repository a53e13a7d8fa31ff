// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// While it lives, no hub, cache, token or proxy that the shell's variables name reaches
/// what is tested, nor programs that it starts. What a test sets of these ends with it.
class NeutralEnvironment {
 public:
  NeutralEnvironment() {
    for (const char* name :
         {"HEARTH_HOME", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_ENDPOINT",
          "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_OFFLINE",
          "TRANSFORMERS_OFFLINE", "TORCH_HOME", "XDG_CACHE_HOME", "http_proxy", "https_proxy",
          "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
      const char* value = std::getenv(name);
      before_.emplace_back(name, value ? std::optional<std::string>(value) : std::nullopt);
      ::unsetenv(name);
    }
  }
  ~NeutralEnvironment() {
    for (const auto& [name, value] : before_) {
      if (value)
        ::setenv(name, value->c_str(), 1);
      else
        ::unsetenv(name);
    }
  }
  NeutralEnvironment(const NeutralEnvironment&) = delete;
  NeutralEnvironment& operator=(const NeutralEnvironment&) = delete;

 private:
  std::vector<std::pair<const char*, std::optional<std::string>>> before_;
};
