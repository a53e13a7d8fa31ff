// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

/// One line on stdout. What is no UTF-8 (file names may be anything) is replaced, not an error.
void print_json(const nlohmann::ordered_json& object);
