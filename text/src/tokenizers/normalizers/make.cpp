// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include "tokenizers/json_fields.h"
#include "tokenizers/normalizers/normalizers.h"

namespace hearth::text {
namespace {

using namespace normalizers;

std::unique_ptr<Normalizer> make(const simdjson::dom::element& json, const std::string& where,
                                 const std::string& source, int depth);

class Sequence final : public Normalizer {
 public:
  Sequence(const JsonFields& fields, int depth) {
    if (depth > 32) fields.fail("", "no more than 32 sequences within each other");
    size_t i = 0;
    for (const simdjson::dom::element step : fields.array("normalizers")) {
      const std::string where = cat_str(fields.where(), ".normalizers[", i++, "]");
      auto made = make(step, where, fields.source(), depth + 1);
      if (!made)
        throw FormatError(cat_str("[", fields.source(), "] ", where, ": expected an object"));
      steps_.push_back(std::move(made));
    }
  }
  void normalize(Text& text) const override {
    for (const auto& step : steps_) step->normalize(text);
  }
  nlohmann::ordered_json to_json() const override {
    auto steps = nlohmann::ordered_json::array();
    for (const auto& step : steps_) steps.push_back(step->to_json());
    return {{"type", "Sequence"}, {"normalizers", std::move(steps)}};
  }

 private:
  std::vector<std::unique_ptr<Normalizer>> steps_;
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
