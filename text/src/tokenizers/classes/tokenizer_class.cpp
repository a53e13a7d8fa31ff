// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/classes/tokenizer_class.h"

#include "tokenizers/assembled.h"

namespace hearth::text {

using nlohmann::ordered_json;

namespace {

ordered_json bert(const SpecialTokenOf& token, const TokenizerSettings&) {
  return bert_frame(token("cls_token"), token("sep_token"));
}

ordered_json roberta(const SpecialTokenOf& token, const TokenizerSettings& settings) {
  return roberta_frame(token("cls_token"), token("sep_token"), settings.flag("trim_offsets", true),
                       settings.flag("add_prefix_space", false));
}

ordered_json mpnet(const SpecialTokenOf& token, const TokenizerSettings&) {
  return roberta_frame(token("cls_token"), token("sep_token"), true, false);
}

ordered_json deberta(const SpecialTokenOf& token, const TokenizerSettings&) {
  return roberta_frame(token("cls_token"), token("sep_token"), false, false);
}

ordered_json bos_eos(const SpecialTokenOf& token, const TokenizerSettings&) {
  return roberta_frame(token("bos_token"), token("eos_token"), false, false);
}

struct Part {
  std::string id;
  uint32_t type_id;
  bool is_text = false;
};

ordered_json list_of(const std::vector<Part>& parts) {
  ordered_json list = ordered_json::array();
  for (const auto& [id, type_id, is_text] : parts)
    list.push_back({{is_text ? "Sequence" : "SpecialToken", {{"id", id}, {"type_id", type_id}}}});
  return list;
}

ordered_json frame(const std::vector<Part>& single, const std::vector<Part>& pair,
                   const std::vector<SpecialToken>& specials) {
  ordered_json tokens = ordered_json::object();
  for (const auto& [id, token] : specials)
    tokens[token] = {{"id", token}, {"ids", {id}}, {"tokens", {token}}};
  return {{"type", "TemplateProcessing"},
          {"single", list_of(single)},
          {"pair", list_of(pair)},
          {"special_tokens", std::move(tokens)}};
}

ordered_json t5(const SpecialTokenOf& token, const TokenizerSettings&) {
  // Its text is fixed.
  const std::string end = "</s>";
  return frame({{"A", 0, true}, {end, 0}}, {{"A", 0, true}, {end, 0}, {"B", 0, true}, {end, 0}},
               {{token("eos_token").id, end}});
}

ordered_json xlnet(const SpecialTokenOf& token, const TokenizerSettings&) {
  constexpr uint32_t kClsType = 2;
  const SpecialToken sep = token("sep_token"), cls = token("cls_token");
  return frame(
      {{"A", 0, true}, {sep.token, 0}, {cls.token, kClsType}},
      {{"A", 0, true}, {sep.token, 0}, {"B", 1, true}, {sep.token, 1}, {cls.token, kClsType}},
      {sep, cls});
}

using Format = VocabularyFormat;

constexpr TokenizerClass kClasses[] = {
    {"albert", Format::SentencePiece, open_albert, bert},
    {"bert", Format::VocabTxt, open_wordpiece, bert},
    {"camembert", Format::SentencePiece, open_camembert, bos_eos, true},
    {"clip", Format::VocabJson, open_clip, bos_eos},
    {"deberta", Format::VocabJson, open_gpt2, deberta},
    {"debertav2", Format::SentencePiece, open_deberta_v2, bert},
    {"gemma", Format::SentencePiece, open_gemma},
    {"gpt2", Format::VocabJson, open_gpt2},
    {"llama", Format::SentencePiece, open_llama},
    {"mpnet", Format::VocabTxt, open_wordpiece, mpnet, true},
    {"qwen2", Format::VocabJson, open_qwen2},
    {"roberta", Format::VocabJson, open_gpt2, roberta},
    {"t5", Format::SentencePiece, open_t5, t5},
    {"xlmroberta", Format::SentencePiece, open_xlm_roberta, bos_eos},
    {"xlnet", Format::SentencePiece, open_xlnet, xlnet, true},
};

}  // namespace

const TokenizerClass* find_class(std::string_view name, VocabularyFormat format) {
  const std::string_view family = tokenizer_family(name);
  for (const TokenizerClass& its : kClasses)
    if (its.name == family && its.format == format) return &its;
  return nullptr;
}

}  // namespace hearth::text
