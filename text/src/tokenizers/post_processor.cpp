// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/post_processor.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "tokenizers/json_fields.h"
#include "tokenizers/vocabulary.h"

namespace hearth::text {
namespace {

using nlohmann::ordered_json;

constexpr int kDeepest = 8;

/// Takes the spaces at a token's ends out of its offsets.
void trim(Encoding& encoding, bool add_prefix_space) {
  for (size_t i = 0; i < encoding.size(); ++i) {
    EdgeSpaces spaces;
    const auto named = encoding.unknown.find(i);
    if (named != encoding.unknown.end())
      spaces = edge_spaces(named->second);
    else if (encoding.vocabulary)
      spaces = encoding.vocabulary->edge_spaces_of(encoding.ids[i]);
    if (spaces.leading == 0 && spaces.trailing == 0) continue;
    Offset& offset = encoding.offsets[i];
    // A single space of the first token is the one that the pre-tokenizer added.
    const bool added = (i == 0 || offset.begin == 0) && add_prefix_space && spaces.leading == 1;
    if (!added) offset.begin = std::min(offset.begin + spaces.leading, offset.end);
    if (offset.end >= spaces.trailing)
      offset.end = std::max(offset.end - spaces.trailing, offset.begin);
  }
}

void set_type(Encoding& encoding, uint32_t type_id) {
  std::fill(encoding.type_ids.begin(), encoding.type_ids.end(), type_id);
}

void set_sequence(Encoding& encoding, size_t sequence) {
  encoding.sequence_ranges[sequence] = {0, static_cast<uint32_t>(encoding.size())};
}

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

PostProcessor::PostProcessor() {
  single_.push_back({.text = 0});
  pair_ = {{.text = 0}, {.text = 1}};
}

PostProcessor::PostProcessor(const simdjson::dom::element& json, const std::string& source)
    : PostProcessor() {
  if (json.is_null()) return;
  present_ = true;
  json_ = read(json, "post_processor", source, 0).dump();
}

ordered_json PostProcessor::read(const simdjson::dom::element& json, const std::string& where,
                                 const std::string& source, int depth) {
  const JsonFields fields(json, where, source);
  const std::string type = fields.string("type");
  if (type == "ByteLevel") {
    const bool add_prefix_space = fields.boolean("add_prefix_space", true);
    const bool trim_offsets = fields.boolean("trim_offsets", true);
    if (trim_offsets) trims_.push_back(add_prefix_space);
    return {{"type", type},
            {"add_prefix_space", add_prefix_space},
            {"trim_offsets", trim_offsets},
            {"use_regex", fields.boolean("use_regex", true)}};
  }
  if (type == "Sequence") {
    if (depth >= kDeepest) fields.fail("processors", "fewer sequences in one another");
    ordered_json processors = ordered_json::array();
    for (const simdjson::dom::element each : fields.array("processors"))
      processors.push_back(read(each, where + ".processors", source, depth + 1));
    return {{"type", type}, {"processors", std::move(processors)}};
  }
  const bool is_template = type == "TemplateProcessing";
  if (!is_template && type != "BertProcessing" && type != "RobertaProcessing")
    fields.fail(
        "type",
        "ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing or Sequence, got " +
            type);
  if (framed_) fields.fail("type", "one that adds special tokens, got another");
  framed_ = true;
  return is_template ? read_template(json, where, source)
                     : read_frame(json, where, source, type == "RobertaProcessing");
}

ordered_json PostProcessor::read_frame(const simdjson::dom::element& json, const std::string& where,
                                       const std::string& source, bool roberta) {
  const JsonFields fields(json, where, source);
  const SpecialToken sep = read_token(fields, "sep"), cls = read_token(fields, "cls");
  const auto special = [](const SpecialToken& token, uint32_t type_id) {
    return Part{.tokens = {token}, .type_id = type_id};
  };
  const auto text = [&](size_t number) {
    Part part{.text = number};
    if (roberta) part.type_id = 0;
    part.type_of_overflow = roberta;
    return part;
  };
  const uint32_t second = roberta ? 0 : 1;
  single_ = {special(cls, 0), text(0), special(sep, 0)};
  pair_ = single_;
  if (roberta) pair_.push_back(special(sep, 0));
  pair_.push_back(text(1));
  pair_.push_back(special(sep, second));
  ordered_json out = {{"type", roberta ? "RobertaProcessing" : "BertProcessing"},
                      {"sep", {sep.token, sep.id}},
                      {"cls", {cls.token, cls.id}}};
  if (roberta) {
    const bool trim_offsets = fields.boolean("trim_offsets", true);
    const bool add_prefix_space = fields.boolean("add_prefix_space", true);
    if (trim_offsets) trims_.push_back(add_prefix_space);
    out["trim_offsets"] = trim_offsets;
    out["add_prefix_space"] = add_prefix_space;
  }
  return out;
}

ordered_json PostProcessor::read_template(const simdjson::dom::element& json,
                                          const std::string& where, const std::string& source) {
  const JsonFields fields(json, where, source);
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
  ordered_json out = {{"type", "TemplateProcessing"}};
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
      pieces.push_back({{kind, {{"id", id}, {"type_id", *part.type_id}}}});
      parts.push_back(std::move(part));
    }
    (pair ? pair_ : single_) = std::move(parts);
    out[name] = std::move(pieces);
  }
  out["special_tokens"] = std::move(special_tokens);
  return out;
}

size_t PostProcessor::added_tokens(bool pair) const {
  size_t n = 0;
  for (const Part& part : pair ? pair_ : single_) n += part.tokens.size();
  return n;
}

bool PostProcessor::is_frame() const {
  return std::count_if(single_.begin(), single_.end(),
                       [](const Part& part) { return part.text.has_value(); }) == 1;
}

bool PostProcessor::tells_pairs_apart() const {
  return std::any_of(pair_.begin(), pair_.end(),
                     [](const Part& part) { return part.text == 1 && part.type_id != 0; }) &&
         framed_;
}

void PostProcessor::surround(std::vector<uint32_t>& ids, size_t begin) const {
  bool before = true;
  for (const Part& part : single_) {
    if (part.text) {
      before = false;
      begin = ids.size();
      continue;
    }
    for (const SpecialToken& token : part.tokens) {
      ids.insert(before ? ids.begin() + static_cast<std::ptrdiff_t>(begin) : ids.end(), token.id);
      ++begin;
    }
  }
}

Encoding PostProcessor::process(std::vector<Encoding> texts, bool add_special_tokens) const {
  if (!present_ && texts.size() == 1) return std::move(texts[0]);
  for (size_t i = 0; i < texts.size(); ++i) {
    set_sequence(texts[i], i);
    set_type(texts[i], static_cast<uint32_t>(i));
    for (Encoding& piece : texts[i].overflowing) set_sequence(piece, i);
    for (const bool add_prefix_space : trims_) {
      trim(texts[i], add_prefix_space);
      for (Encoding& piece : texts[i].overflowing) trim(piece, add_prefix_space);
    }
  }
  Encoding out;
  out.vocabulary = texts[0].vocabulary;
  for (const Part& part : texts.size() == 2 ? pair_ : single_) {
    if (!part.text) {
      if (!add_special_tokens) continue;
      Encoding special;
      special.vocabulary = out.vocabulary;
      for (const SpecialToken& token : part.tokens) push_special(special, token, *part.type_id);
      append(out, special);
      continue;
    }
    Encoding& text = texts[*part.text];
    if (part.type_id) {
      set_type(text, *part.type_id);
      if (part.type_of_overflow && add_special_tokens)
        for (Encoding& piece : text.overflowing) set_type(piece, *part.type_id);
    }
    append(out, text);
  }
  return out;
}

}  // namespace hearth::text
