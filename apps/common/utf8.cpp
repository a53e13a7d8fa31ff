// SPDX-License-Identifier: Apache-2.0
#include "common/utf8.h"

#include <nlohmann/json.hpp>

#include "hearth/base/error.h"

std::string valid_utf8(std::string_view text) {
  using nlohmann::json;
  return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace))
      .get<std::string>();
}

void check_class_names(const std::string& data, const std::vector<std::string>& classes) {
  for (const std::string& name : classes)
    HEARTH_CHECK_AS(hearth::ValueError, valid_utf8(name) == name, "[", data, "] has the class '",
                    valid_utf8(name), "', whose name is no UTF-8; rename it");
}
