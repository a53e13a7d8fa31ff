// SPDX-License-Identifier: Apache-2.0
// Post-processors of tokenizer.json.
#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "tokenizers/json_fields.h"
#include "tokenizers/post_processor.h"

namespace hearth::text {
namespace {

using nlohmann::ordered_json;

constexpr int kDeepest = 8;
/// Of a template: pieces that truncation makes are combined with those of the others.
constexpr std::ptrdiff_t kMostTexts = 4;

/// ["[SEP]", 102]
SpecialToken read_token(const JsonFields& fields, const char* name) {
  const simdjson::dom::array pair = fields.array(name);
  SpecialToken token;
  std::string_view text;
  uint64_t id = 0;
  if (pair.size() != 2 || pair.at(0).get(text) || pair.at(1).get(id) || id > UINT32_MAX)
    fields.fail(name, "[\"token\", id]");
  token.token = text;
  token.id = static_cast<uint32_t>(id);
  return token;
}

}  // namespace

PostProcessor::PostProcessor(const simdjson::dom::element& json, const std::string& source) {
  if (json.is_null()) return;
  present_ = true;
  json_ = read(json, "post_processor", source, 0).dump();
  find_frame();
}

ordered_json PostProcessor::read(const simdjson::dom::element& json, const std::string& where,
                                 const std::string& source, int depth) {
  const JsonFields fields(json, where, source);
  const std::string type = fields.string("type");
  if (type == "Sequence") {
    if (depth >= kDeepest) fields.fail("processors", "fewer sequences in one another");
    ordered_json processors = ordered_json::array();
    for (const simdjson::dom::element each : fields.array("processors"))
      processors.push_back(read(each, where + ".processors", source, depth + 1));
    return {{"type", type}, {"processors", std::move(processors)}};
  }
  Step step;
  ordered_json out = {{"type", type}};
  const auto read_trimming = [&] {
    step.trim_offsets = fields.boolean("trim_offsets", true);
    step.add_prefix_space = fields.boolean("add_prefix_space", true);
  };
  if (type == "ByteLevel") {
    read_trimming();
    out["add_prefix_space"] = step.add_prefix_space;
    out["trim_offsets"] = step.trim_offsets;
    out["use_regex"] = fields.boolean("use_regex", true);
  } else if (type == "TemplateProcessing") {
    step.kind = Kind::Template;
    read_template(fields, where, source, step, out);
  } else {
    const bool roberta = type == "RobertaProcessing";
    if (!roberta && type != "BertProcessing")
      fields.fail(
          "type",
          "ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing or Sequence, got " +
              type);
    step.kind = roberta ? Kind::Roberta : Kind::Bert;
    step.sep = read_token(fields, "sep");
    step.cls = read_token(fields, "cls");
    out["sep"] = {step.sep.token, step.sep.id};
    out["cls"] = {step.cls.token, step.cls.id};
    if (roberta) {
      read_trimming();
      out["trim_offsets"] = step.trim_offsets;
      out["add_prefix_space"] = step.add_prefix_space;
    }
  }
  steps_.push_back(std::move(step));
  return out;
}

void PostProcessor::read_template(const JsonFields& fields, const std::string& where,
                                  const std::string& source, Step& step, ordered_json& out) {
  std::map<std::string, std::vector<SpecialToken>, std::less<>> known;
  ordered_json special_tokens = ordered_json::object();
  if (fields.find("special_tokens")) {
    const JsonFields list = fields.object("special_tokens");
    for (const auto& [name, value] : list.members()) {
      const JsonFields one(value, where + ".special_tokens", source);
      std::vector<SpecialToken> tokens;
      const simdjson::dom::array ids = one.array("ids"), texts = one.array("tokens");
      if (ids.size() != texts.size()) one.fail("tokens", "as many as ids");
      auto text = texts.begin();
      for (const simdjson::dom::element id : ids) {
        uint64_t number = 0;
        std::string_view content;
        if (id.get(number) || number > UINT32_MAX) one.fail("ids", "whole numbers below 2^32");
        if ((*text).get(content)) one.fail("tokens", "strings");
        tokens.push_back({static_cast<uint32_t>(number), std::string(content)});
        ++text;
      }
      known.emplace(std::string(name), std::move(tokens));
    }
    // Hugging Face writes them in order.
    for (const auto& [name, tokens] : known) {
      ordered_json ids = ordered_json::array(), texts = ordered_json::array();
      for (const SpecialToken& token : tokens) {
        ids.push_back(token.id);
        texts.push_back(token.token);
      }
      special_tokens[name] = {{"id", name}, {"ids", std::move(ids)}, {"tokens", std::move(texts)}};
    }
  }
  for (const bool pair : {false, true}) {
    const char* const name = pair ? "pair" : "single";
    std::vector<Part> parts;
    ordered_json pieces = ordered_json::array();
    for (const simdjson::dom::element element : fields.array(name)) {
      const JsonFields piece(element, cat_str(where, ".", name), source);
      const bool is_text = piece.find("Sequence").has_value();
      const char* const kind = is_text ? "Sequence" : "SpecialToken";
      const JsonFields inside = piece.object(kind);
      const std::string id = inside.string("id");
      Part part{.type_id = inside.number("type_id")};
      if (is_text) {
        if (id != "A" && (id != "B" || !pair)) inside.fail("id", pair ? "A or B" : "A");
        part.text = id == "A" ? 0 : 1;
      } else {
        const auto found = known.find(id);
        if (found == known.end()) inside.fail("id", "one of special_tokens, got " + id);
        part.tokens = found->second;
      }
      pieces.push_back({{kind, {{"id", id}, {"type_id", part.type_id}}}});
      parts.push_back(std::move(part));
    }
    if (std::count_if(parts.begin(), parts.end(), [](const Part& part) { return part.text; }) >
        kMostTexts)
      fields.fail(name, "at most 4 texts");
    (pair ? step.pair : step.single) = std::move(parts);
    out[name] = std::move(pieces);
  }
  out["special_tokens"] = std::move(special_tokens);
}

}  // namespace hearth::text
