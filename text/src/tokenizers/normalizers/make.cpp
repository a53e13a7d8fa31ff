// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include "tokenizers/json_fields.h"
#include "tokenizers/normalizers/normalizers.h"
#include "tokenizers/steps.h"

namespace hearth::text {
namespace {

using namespace normalizers;

std::unique_ptr<Normalizer> make(const simdjson::dom::element& json, const std::string& where,
                                 const std::string& source, int depth);

class Sequence final : public Normalizer {
 public:
  Sequence(const JsonFields& fields, int depth) : steps_(fields, "normalizers", depth, &make) {}
  void normalize(Text& text) const override {
    for (const auto& step : steps_.parts()) step->normalize(text);
  }
  nlohmann::ordered_json to_json() const override { return steps_.to_json(); }

 private:
  Steps<Normalizer> steps_;
};

constexpr std::pair<std::string_view, std::unique_ptr<Normalizer> (*)(const JsonFields&)>
    kMakers[] = {{"BertNormalizer", make_bert},
                 {"NFC", make_unicode_form},
                 {"NFD", make_unicode_form},
                 {"NFKC", make_unicode_form},
                 {"NFKD", make_unicode_form},
                 {"Lowercase", make_lowercase},
                 {"Nmt", make_nmt},
                 {"StripAccents", make_strip_accents},
                 {"Strip", make_strip},
                 {"Replace", make_replace},
                 {"Prepend", make_prepend},
                 {"Precompiled", make_precompiled},
                 {"ByteLevel", make_byte_level}};

std::unique_ptr<Normalizer> make(const simdjson::dom::element& json, const std::string& where,
                                 const std::string& source, int depth) {
  if (json.is_null()) return nullptr;
  const JsonFields fields(json, where, source);
  const std::string type = fields.string("type");
  if (type == "Sequence") return std::make_unique<Sequence>(fields, depth);
  for (const auto& [name, maker] : kMakers) {
    if (name == type) return maker(fields);
  }
  fields.fail("type", cat_str("the name of a normalizer, got \"", type, "\""));
}

}  // namespace

std::unique_ptr<Normalizer> make_normalizer(const simdjson::dom::element& json,
                                            const std::string& source) {
  return make(json, "normalizer", source, 0);
}

}  // namespace hearth::text
