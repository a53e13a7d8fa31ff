// SPDX-License-Identifier: Apache-2.0
#include "common/json.h"

#include <cstdio>

#include <nlohmann/json.hpp>

void print_json(const nlohmann::ordered_json& object) {
  const std::string line =
      object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
}
