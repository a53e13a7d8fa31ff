// SPDX-License-Identifier: Apache-2.0
// What sequences of normalizers and of pre-tokenizers share.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include "tokenizers/json_fields.h"

namespace hearth::text {

/// The parts of a "Sequence" of tokenizer.json, in order, which its member `name` lists.
template <typename Part>
class Steps {
 public:
  using Make = std::unique_ptr<Part> (*)(const simdjson::dom::element& json,
                                         const std::string& where, const std::string& source,
                                         int depth);
  Steps(const JsonFields& fields, const char* name, int depth, Make make) : name_(name) {
    if (depth > 32) fields.fail("", "no more than 32 sequences within each other");
    size_t i = 0;
    for (const simdjson::dom::element step : fields.array(name)) {
      const std::string where = cat_str(fields.where(), ".", name, "[", i++, "]");
      auto made = make(step, where, fields.source(), depth + 1);
      if (!made)
        throw FormatError(cat_str("[", fields.source(), "] ", where, ": expected an object"));
      parts_.push_back(std::move(made));
    }
  }
  nlohmann::ordered_json to_json() const {
    auto steps = nlohmann::ordered_json::array();
    for (const auto& part : parts_) steps.push_back(part->to_json());
    return {{"type", "Sequence"}, {name_, std::move(steps)}};
  }
  const std::vector<std::unique_ptr<Part>>& parts() const { return parts_; }

 private:
  const char* name_;
  std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace hearth::text
