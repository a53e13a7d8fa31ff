// SPDX-License-Identifier: Apache-2.0
// tokenizer.json: what it says of each part, and the same written again.
#include <algorithm>

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include "hearth/base/error.h"

#include "tokenizers/json_fields.h"
#include "tokenizers/models/build.h"
#include "tokenizers/pre_tokenizers.h"
#include "tokenizers/tokenizer_impl.h"

namespace hearth::text {
namespace {

using nlohmann::ordered_json;

Side read_side(const JsonFields& fields) {
  const std::string side = fields.string("direction", "Right");
  if (side != "Left" && side != "Right") fields.fail("direction", "Left or Right, got " + side);
  return side == "Left" ? Side::Left : Side::Right;
}

const char* name_of(Side side) { return side == Side::Left ? "Left" : "Right"; }

const char* name_of(TruncationStrategy strategy) {
  switch (strategy) {
    case TruncationStrategy::OnlyFirst:
      return "OnlyFirst";
    case TruncationStrategy::OnlySecond:
      return "OnlySecond";
    case TruncationStrategy::LongestFirst:
      break;
  }
  return "LongestFirst";
}

Truncation read_truncation(const JsonFields& fields) {
  Truncation out;
  out.max_length(fields.number("max_length")).stride(fields.number("stride", 0));
  out.direction(read_side(fields));
  const std::string strategy = fields.string("strategy", "LongestFirst");
  for (const auto each : {TruncationStrategy::LongestFirst, TruncationStrategy::OnlyFirst,
                          TruncationStrategy::OnlySecond}) {
    if (strategy != name_of(each)) continue;
    out.strategy(each);
    return out;
  }
  fields.fail("strategy", "LongestFirst, OnlyFirst or OnlySecond, got " + strategy);
}

Padding read_padding(const JsonFields& fields) {
  Padding out;
  out.direction(read_side(fields));
  out.pad_to_multiple_of(fields.number("pad_to_multiple_of", 0));
  out.pad_id(fields.number("pad_id")).pad_type_id(fields.number("pad_type_id", 0));
  out.pad_token(fields.string("pad_token"));
  const auto strategy = fields.get("strategy");
  if (strategy.is_object()) {
    out.length(fields.object("strategy").number("Fixed"));
  } else if (fields.string("strategy") != "BatchLongest") {
    fields.fail("strategy", "BatchLongest or {\"Fixed\": length}");
  }
  return out;
}

std::vector<AddedToken> read_added_tokens(const JsonFields& top) {
  std::vector<AddedToken> out;
  if (!top.find("added_tokens")) return out;
  for (const simdjson::dom::element element : top.array("added_tokens")) {
    const JsonFields fields(element, "added_tokens", top.source());
    AddedToken token;
    token.content(fields.string("content"));
    token.single_word(fields.boolean("single_word", false)).lstrip(fields.boolean("lstrip", false));
    token.rstrip(fields.boolean("rstrip", false)).special(fields.boolean("special", false));
    token.normalized(fields.boolean("normalized", !token.special()));
    out.push_back(std::move(token));
  }
  return out;
}

bool is_bpe(const JsonFields& top) {
  const JsonFields model = top.object("model");
  return model.find("type") ? model.string("type") == "BPE" : model.find("merges").has_value();
}

ordered_json to_json(const Truncation& truncation) {
  return {{"direction", name_of(truncation.direction())},
          {"max_length", truncation.max_length()},
          {"strategy", name_of(truncation.strategy())},
          {"stride", truncation.stride()}};
}

ordered_json to_json(const Padding& padding) {
  ordered_json strategy = "BatchLongest";
  if (padding.length()) strategy = {{"Fixed", *padding.length()}};
  ordered_json multiple;
  if (padding.pad_to_multiple_of() > 0) multiple = padding.pad_to_multiple_of();
  return {{"strategy", std::move(strategy)},           {"direction", name_of(padding.direction())},
          {"pad_to_multiple_of", std::move(multiple)}, {"pad_id", padding.pad_id()},
          {"pad_type_id", padding.pad_type_id()},      {"pad_token", padding.pad_token()}};
}

/// The regular expression for a text.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}/-#&~ ").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// Tokens that SentencePiece finds whole are pieces of their own in Hugging Face's terms.
ordered_json pre_tokenizer_json(const Tokenizer::Impl& impl) {
  ordered_json json = impl.pre_tokenizer ? impl.pre_tokenizer->to_json() : nullptr;
  const Model& model = impl.vocabulary->model();
  const std::optional<BpeOptions> bpe = bpe_options(model);
  if (!bpe || bpe->whole.empty()) return json;
  std::vector<std::string_view> tokens;
  for (const uint32_t id : bpe->whole) tokens.push_back(model.id_to_token(id));
  std::stable_sort(tokens.begin(), tokens.end(),
                   [](std::string_view a, std::string_view b) { return a.size() > b.size(); });
  std::string any;
  for (const std::string_view token : tokens) any += (any.empty() ? "" : "|") + quoted(token);
  const ordered_json split = {{"type", "Split"},
                              {"pattern", {{"Regex", any}}},
                              {"behavior", "Isolated"},
                              {"invert", false}};
  ordered_json steps = ordered_json::array();
  if (!json.is_null()) steps.push_back(std::move(json));
  steps.push_back(split);
  return {{"type", "Sequence"}, {"pretokenizers", std::move(steps)}};
}

}  // namespace

std::shared_ptr<Tokenizer::Impl> read_tokenizer_json(const std::string& json,
                                                     const std::string& source,
                                                     std::unique_ptr<Model> model) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const auto failed = parser.parse(json).get(root);
  HEARTH_CHECK_AS(
      FormatError, !failed, "[", source,
      "] expected the JSON of a tokenizer, got something else: ", simdjson::error_message(failed));
  const JsonFields top(root, "", source);
  const std::string version = top.string("version", "1.0");
  if (version != "1.0") top.fail("version", "1.0, got " + version);
  const auto part = [&](const char* name) {
    simdjson::dom::element value;
    return root.at_key(name).get(value) ? std::nullopt : std::optional(value);
  };
  auto impl = std::make_shared<Tokenizer::Impl>();
  if (const auto its = part("normalizer")) impl->normalizer = make_normalizer(*its, source);
  std::unique_ptr<PreTokenizer> pre_tokenizer;
  if (const auto its = part("pre_tokenizer")) pre_tokenizer = make_pre_tokenizer(*its, source);
  if (!model) impl->is_bpe = is_bpe(top);
  const bool byte_level =
      pre_tokenizer && (model || impl->is_bpe) && leave_out_byte_letters(*pre_tokenizer);
  if (!model) model = make_model(top.get("model"), byte_level, source);
  impl->pre_tokenizer = std::move(pre_tokenizer);
  if (const auto its = part("post_processor")) impl->post_processor = PostProcessor(*its, source);
  if (const auto its = part("decoder")) impl->decoder = std::make_shared<Decoder>(*its, source);
  if (top.find("truncation")) impl->truncation = read_truncation(top.object("truncation"));
  if (top.find("padding")) impl->padding = read_padding(top.object("padding"));
  impl->vocabulary = std::make_shared<Vocabulary>(std::move(model));
  impl->add(read_added_tokens(top));
  return impl;
}

void Tokenizer::Impl::set_frame(const std::optional<SpecialToken>& bos,
                                const std::optional<SpecialToken>& eos) {
  ordered_json single = ordered_json::array(), pair = ordered_json::array();
  ordered_json tokens = ordered_json::object();
  const auto add_part = [](ordered_json& parts, const char* kind, const std::string& id,
                           int type_id) {
    parts.push_back({{kind, {{"id", id}, {"type_id", type_id}}}});
  };
  for (const int type_id : {0, 1}) {
    if (bos) add_part(pair, "SpecialToken", bos->token, type_id);
    add_part(pair, "Sequence", type_id == 0 ? "A" : "B", type_id);
    if (eos) add_part(pair, "SpecialToken", eos->token, type_id);
    if (type_id == 0) single = pair;
  }
  for (const auto* token : {&bos, &eos})
    if (*token)
      tokens[(*token)->token] = {
          {"id", (*token)->token}, {"ids", {(*token)->id}}, {"tokens", {(*token)->token}}};
  const ordered_json frame = {{"type", "TemplateProcessing"},
                              {"single", std::move(single)},
                              {"pair", std::move(pair)},
                              {"special_tokens", std::move(tokens)}};
  set_post_processor(frame.dump());
}

void Tokenizer::Impl::set_post_processor(const std::string& json) {
  simdjson::dom::parser parser;
  post_processor = PostProcessor(parser.parse(json), "Tokenizer");
}

void Tokenizer::Impl::set_decoder(std::string_view json) {
  simdjson::dom::parser parser;
  decoder = std::make_shared<Decoder>(parser.parse(json.data(), json.size()), "Tokenizer");
}

std::string Tokenizer::to_json(bool pretty) const {
  ordered_json added = ordered_json::array();
  for (const auto& [id, token] : impl_->vocabulary->added())
    added.push_back({{"id", id},
                     {"content", token.content()},
                     {"single_word", token.single_word()},
                     {"lstrip", token.lstrip()},
                     {"rstrip", token.rstrip()},
                     {"normalized", token.normalized()},
                     {"special", token.special()}});
  ordered_json top = {{"version", "1.0"}};
  top["truncation"] = impl_->truncation ? hearth::text::to_json(*impl_->truncation) : nullptr;
  top["padding"] = impl_->padding ? hearth::text::to_json(*impl_->padding) : nullptr;
  top["added_tokens"] = std::move(added);
  top["normalizer"] = impl_->normalizer ? impl_->normalizer->to_json() : nullptr;
  top["pre_tokenizer"] = pre_tokenizer_json(*impl_);
  top["post_processor"] = ordered_json::parse(impl_->post_processor.json());
  top["decoder"] = ordered_json::parse(impl_->decoder->json());
  // The model, which may be large, is written by itself, as the last member.
  std::string out = top.dump(pretty ? 2 : -1, ' ', false, ordered_json::error_handler_t::replace);
  out.resize(out.rfind(pretty ? "\n}" : "}"));
  out += pretty ? ",\n  \"model\": " : ",\"model\":";
  impl_->vocabulary->model().write_json(out, pretty);
  out += pretty ? "\n}" : "}";
  return out;
}

}  // namespace hearth::text
