// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/settings.h"

#include <algorithm>

namespace hearth::text {

using data::readers::JsonValue;
using Kind = JsonValue::Kind;

namespace {

bool flag_of(const JsonValue& object, const char* name, bool fallback) {
  const auto value = member(object, name);
  return value ? value->boolean() : fallback;
}

/// Models whose tokenizer is what their vocabulary's file makes of it, whatever class is named.
constexpr std::string_view kPlainModels[] = {
    "ministral", "mistral", "mistral3", "mixtral", "modernbert", "modernbertdecoder",
    "olmo2",     "phi3",    "pixtral",  "smolvlm", "stablelm",   "xlmrobertaxl"};

std::string family_of(const JsonValue& config, const JsonValue& model) {
  const auto type = member(model, "model_type");
  const std::string of_model = type ? plain_family(type->string()) : "";
  if (std::find(std::begin(kPlainModels), std::end(kPlainModels), of_model) !=
      std::end(kPlainModels))
    return "";
  for (const JsonValue& from : {config, model})
    if (const auto name = member(from, "tokenizer_class")) return plain_family(name->string());
  // Llama's class counts where it is named only.
  return of_model == "llama" ? "" : of_model;
}

std::vector<AddedToken> additional_of(const JsonValue& from) {
  std::vector<AddedToken> out;
  for (const char* name : {"extra_special_tokens", "additional_special_tokens"}) {
    const auto list = member(from, name);
    if (!list || list->kind() != Kind::Array || !out.empty()) continue;
    for (size_t i = 0; i < list->size(); ++i) out.push_back(read_token(list->at(i)).special(true));
  }
  return out;
}

}  // namespace

std::optional<JsonValue> member(const JsonValue& object, const char* name) {
  if (object.kind() != Kind::Object || !object.contains(name)) return std::nullopt;
  JsonValue value = object.at(name);
  if (value.is_null()) return std::nullopt;
  return value;
}

AddedToken read_token(const JsonValue& value) {
  const bool object = value.kind() == Kind::Object;
  AddedToken token;
  token.content(object ? value.at("content").string() : value.string());
  token.special(flag_of(value, "special", !object));
  token.normalized(flag_of(value, "normalized", !token.special()));
  token.single_word(flag_of(value, "single_word", false));
  return token.lstrip(flag_of(value, "lstrip", false)).rstrip(flag_of(value, "rstrip", false));
}

bool TokenizerSettings::says(std::string_view name) const {
  return config.kind() == Kind::Object && config.contains(name);
}

bool TokenizerSettings::flag(const char* name, bool fallback) const {
  return flag_of(config, name, fallback);
}

std::string TokenizerSettings::token(std::string_view name) const {
  for (size_t i = 0; i < named.size(); ++i)
    if (name == kSpecialTokenNames[i] && named[i]) return named[i]->content();
  return "";
}

TokenizerSettings read_settings(const JsonValue& config, const JsonValue& special_tokens_map,
                                const JsonValue& model) {
  TokenizerSettings out;
  out.of_library = false;
  out.config = config;
  out.family = family_of(config, model);
  // Where tokenizer_config.json doesn't list the added tokens, special_tokens_map.json counts, and
  // before it.
  const JsonValue map = member(config, "added_tokens_decoder") ? JsonValue() : special_tokens_map;
  for (size_t i = 0; i < out.named.size(); ++i)
    for (const JsonValue& from : {map, config})
      if (const auto value = member(from, kSpecialTokenNames[i]); value && !out.named[i]) {
        out.named[i] = read_token(*value).special(true);
        if (std::string_view(kSpecialTokenNames[i]) == "mask_token")
          out.mask_is_text = value->kind() != Kind::Object;
      }
  out.additional = additional_of(config);
  out.additional_of_map = out.additional.empty();
  if (out.additional_of_map) out.additional = additional_of(map);
  return out;
}

}  // namespace hearth::text
