// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include "tokenizers/json_fields.h"
#include "tokenizers/pre_tokenizers.h"
#include "tokenizers/pre_tokenizers/known_patterns.h"
#include "tokenizers/pre_tokenizers/makers.h"
#include "tokenizers/steps.h"

namespace hearth::text {
namespace {

using namespace pre_tokenizers;

std::unique_ptr<PreTokenizer> make(const simdjson::dom::element& json, const std::string& where,
                                   const std::string& source, int depth);

class Sequence final : public PreTokenizer {
 public:
  Sequence(const JsonFields& fields, int depth) : steps_(fields, "pretokenizers", depth, &make) {}
  void split(Text& text) const override {
    for (const auto& step : steps_.parts()) step->split(text);
  }
  bool needs_origin(bool whole) const override {
    for (const auto& step : steps_.parts())
      if (step->needs_origin(std::exchange(whole, false))) return true;
    return false;
  }
  nlohmann::ordered_json to_json() const override { return steps_.to_json(); }
  bool leave_out_letters_at_end() {
    return !steps_.parts().empty() && leave_out_byte_letters(*steps_.parts().back());
  }

 private:
  Steps<PreTokenizer> steps_;
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

std::unique_ptr<PreTokenizer> make_tiktoken_pre_tokenizer(std::string_view encoding) {
  using nlohmann::ordered_json;
  const std::string_view regex = tiktoken_regex(encoding);
  if (regex.empty()) return nullptr;
  const bool gpt2 = regex == kGpt2Regex;
  ordered_json json = {{"type", "ByteLevel"},
                       {"add_prefix_space", false},
                       {"trim_offsets", true},
                       {"use_regex", gpt2}};
  if (!gpt2) {
    const ordered_json split = {{"type", "Split"},
                                {"pattern", {{"Regex", regex}}},
                                {"behavior", "Isolated"},
                                {"invert", false}};
    json = {{"type", "Sequence"}, {"pretokenizers", {split, std::move(json)}}};
  }
  simdjson::dom::parser parser;
  auto made = make_pre_tokenizer(parser.parse(json.dump()), "tiktoken");
  leave_out_byte_letters(*made);
  return made;
}

}  // namespace hearth::text
