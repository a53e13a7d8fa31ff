// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include "tokenizers/json_fields.h"
#include "tokenizers/pre_tokenizers.h"
#include "tokenizers/pre_tokenizers/makers.h"

namespace hearth::text {
namespace {

using namespace pre_tokenizers;

std::unique_ptr<PreTokenizer> make(const simdjson::dom::element& json, const std::string& where,
                                   const std::string& source, int depth);

class Sequence final : public PreTokenizer {
 public:
  Sequence(const JsonFields& fields, int depth) {
    if (depth > 32) fields.fail("", "no more than 32 sequences within each other");
    size_t i = 0;
    for (const simdjson::dom::element step : fields.array("pretokenizers")) {
      const std::string where = cat_str(fields.where(), ".pretokenizers[", i++, "]");
      auto made = make(step, where, fields.source(), depth + 1);
      if (!made)
        throw FormatError(cat_str("[", fields.source(), "] ", where, ": expected an object"));
      steps_.push_back(std::move(made));
    }
  }
  void split(Text& text) const override {
    for (const auto& step : steps_) step->split(text);
  }
  nlohmann::ordered_json to_json() const override {
    auto steps = nlohmann::ordered_json::array();
    for (const auto& step : steps_) steps.push_back(step->to_json());
    return {{"type", "Sequence"}, {"pretokenizers", std::move(steps)}};
  }
  bool leave_out_letters_at_end() {
    return !steps_.empty() && leave_out_byte_letters(*steps_.back());
  }

 private:
  std::vector<std::unique_ptr<PreTokenizer>> steps_;
};

constexpr std::pair<std::string_view, std::unique_ptr<PreTokenizer> (*)(const JsonFields&)>
    kMakers[] = {{"BertPreTokenizer", make_bert},
                 {"ByteLevel", make_byte_level},
                 {"CharDelimiterSplit", make_char_delimiter_split},
                 {"Digits", make_digits},
                 {"FixedLength", make_fixed_length},
                 {"Metaspace", make_metaspace},
                 {"Punctuation", make_punctuation},
                 {"Split", make_split},
                 {"UnicodeScripts", make_unicode_scripts},
                 {"Whitespace", make_whitespace},
                 {"WhitespaceSplit", make_whitespace_split}};

std::unique_ptr<PreTokenizer> make(const simdjson::dom::element& json, const std::string& where,
                                   const std::string& source, int depth) {
  if (json.is_null()) return nullptr;
  const JsonFields fields(json, where, source);
  const std::string type = fields.string("type");
  if (type == "Sequence") return std::make_unique<Sequence>(fields, depth);
  for (const auto& [name, maker] : kMakers) {
    if (name == type) return maker(fields);
  }
  fields.fail("type", cat_str("the name of a pre-tokenizer, got \"", type, "\""));
}

}  // namespace

std::unique_ptr<PreTokenizer> make_pre_tokenizer(const simdjson::dom::element& json,
                                                 const std::string& source) {
  return make(json, "pre_tokenizer", source, 0);
}

bool leave_out_byte_letters(PreTokenizer& pre_tokenizer) {
  if (auto* sequence = dynamic_cast<Sequence*>(&pre_tokenizer)) {
    return sequence->leave_out_letters_at_end();
  }
  return leave_out_letters(pre_tokenizer);
}

}  // namespace hearth::text
