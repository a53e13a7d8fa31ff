// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/generation/generation_config.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <type_traits>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"

#include "gguf/gguf_config.h"
#include "models/config_json.h"

namespace hearth::text {
namespace {

namespace fs = std::filesystem;
using data::readers::JsonValue;
using Ids = std::vector<int64_t>;

Ids ids_of(const JsonValue& json) {
  if (json.kind() != JsonValue::Kind::Array) return {json.integer()};
  Ids ids;
  for (size_t i = 0; i < json.size(); ++i) ids.push_back(json.at(i).integer());
  return ids;
}

void read(const JsonValue& json, EarlyStopping& value) {
  if (json.kind() == JsonValue::Kind::String) {
    HEARTH_CHECK_AS(FormatError, json.string() == "never",
                    "[generation_config.json] expected \"early_stopping\" true, false or "
                    "\"never\", got ",
                    json.string());
    value = EarlyStopping::Never;
  } else {
    value = json.boolean() ? EarlyStopping::True : EarlyStopping::False;
  }
}
void read(const JsonValue& json, Ids& value) { value = ids_of(json); }
void read(const JsonValue& json, std::vector<Ids>& value) {
  value.clear();
  for (size_t i = 0; i < json.size(); ++i) value.push_back(ids_of(json.at(i)));
}
void read(const JsonValue& json, GenerationConfig::SequenceBias& value) {
  value.clear();
  for (size_t i = 0; i < json.size(); ++i)
    value.emplace_back(ids_of(json.at(i).at(0)), json.at(i).at(1).number());
}
void read(const JsonValue& json, GenerationConfig::LengthDecay& value) {
  value = {json.at(0).integer(), json.at(1).number()};
}
void read(const JsonValue& json, std::vector<std::string>& value) {
  value.clear();
  if (json.kind() == JsonValue::Kind::String) {
    value.push_back(json.string());
  } else {
    for (size_t i = 0; i < json.size(); ++i) value.push_back(json.at(i).string());
  }
}

template <class T>
concept ReadHere = requires(const JsonValue& json, T& value) {
  read(json, value);
};

/// "[a,b]" of what `text` makes of each.
template <class List, class Text>
JsonValue array_of(const List& list, const Text& text) {
  std::string all = "[";
  for (const auto& item : list) all += (all.size() > 1 ? "," : "") + text(item);
  return JsonValue(all + "]");
}
std::string text_of(const Ids& ids) {
  return array_of(ids, [](int64_t id) { return std::to_string(id); }).dump();
}
/// With all of its digits.
std::string text_of(double number) {
  ConfigEditor editor;
  editor.set("x", number);
  return editor.value().at("x").dump();
}

void write(ConfigEditor& to, const char* name, EarlyStopping value) {
  if (value == EarlyStopping::Never) {
    to.set(name, "never");
  } else {
    to.set(name, value == EarlyStopping::True);
  }
}
void write(ConfigEditor& to, const char* name, const Ids& value) {
  if (value.size() == 1) {
    to.set(name, value[0]);
  } else {
    to.set(name, value);
  }
}
void write(ConfigEditor& to, const char* name, const std::vector<Ids>& value) {
  to.set(name, array_of(value, [](const Ids& ids) { return text_of(ids); }));
}
void write(ConfigEditor& to, const char* name, const GenerationConfig::SequenceBias& value) {
  to.set(name, array_of(value, [](const auto& item) {
           return "[" + text_of(item.first) + "," + text_of(item.second) + "]";
         }));
}
void write(ConfigEditor& to, const char* name, const GenerationConfig::LengthDecay& value) {
  to.set(name, JsonValue("[" + std::to_string(value->first) + "," + text_of(value->second) + "]"));
}
template <class T>
void write(ConfigEditor& to, const char* name, const T& value) {
  to.set(name, value);
}

std::optional<JsonValue> read_file(const fs::path& path) {
  std::error_code none;
  if (!fs::exists(path, none)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  HEARTH_CHECK_AS(FileError, in.good() || in.eof(), "[", path.string(), "] cannot be read");
  return JsonValue(text.str(), path.string());
}

}  // namespace

GenerationConfig GenerationConfig::from_json(const JsonValue& json,
                                             const GenerationConfig& defaults) {
  GenerationConfig config = defaults;
  for_each_arg(
      [&](const char* name, auto& value) {
        if (!json.contains(name) || json.at(name).is_null()) return;
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (ReadHere<T>) {
          read(json.at(name), value);
        } else {
          read_option(json, name, value);
        }
      },
      config);
  // Names of caches that are dynamic ones here: a layer's window is known in any case.
  std::string& kind = config.cache_implementation();
  if (kind == "hybrid" || kind == "sliding_window") kind = "dynamic";
  return config;
}

GenerationConfig GenerationConfig::from_json(const JsonValue& json) { return from_json(json, {}); }

GenerationConfig GenerationConfig::from_pretrained(const std::string& name_or_path,
                                                   const hub::HubOptions& options) {
  std::error_code none;
  const bool is_folder = fs::is_directory(name_or_path, none);
  const bool is_local = is_folder || fs::exists(name_or_path, none);
  const fs::path folder = is_folder ? fs::path(name_or_path) : fs::path(name_or_path).parent_path();
  const auto find = [&](const char* name) -> std::optional<JsonValue> {
    if (is_local) return read_file(folder / name);
    const auto path = hub::try_file(name_or_path, name, options);
    return path ? read_file(*path) : std::nullopt;
  };
  const std::string gguf = find_gguf(name_or_path);
  if (const auto json = gguf.empty() ? find("generation_config.json") : std::nullopt)
    return from_json(*json);
  GenerationConfig config;
  if (const auto json = gguf.empty() ? find("config.json") : gguf_config(GgufFile(gguf))) {
    const auto ids_at = [&](const char* name) {
      return json->contains(name) && !json->at(name).is_null() ? ids_of(json->at(name)) : Ids();
    };
    config.eos_token_id(ids_at("eos_token_id"));
    if (const Ids pad = ids_at("pad_token_id"); pad.size() == 1) config.pad_token_id(pad[0]);
    if (const Ids bos = ids_at("bos_token_id"); bos.size() == 1) config.bos_token_id(bos[0]);
  }
  return config;
}

std::string GenerationConfig::to_json() const {
  ConfigEditor editor;
  const GenerationConfig defaults;
  for_each_arg(
      [&](const char* name, const auto& value, const auto& usual) {
        if (value != usual) write(editor, name, value);
      },
      *this, defaults);
  return editor.text();
}

void GenerationConfig::save_pretrained(const std::string& folder) const {
  write_file_atomically(folder + "/generation_config.json", to_json());
}

void GenerationConfig::check() const {
  HEARTH_CHECK_AS(ValueError,
                  num_beams_ >= 1 && num_beams_ <= 4096 && num_return_sequences_ >= 1 &&
                      num_return_sequences_ <= 4096,
                  "[GenerationConfig] expected one beam or more and one sequence or more, got "
                  "num_beams ",
                  num_beams_, " and num_return_sequences ", num_return_sequences_);
  if (num_beams_ > 1) {
    HEARTH_CHECK_AS(ValueError, num_return_sequences_ <= num_beams_,
                    "[GenerationConfig] expected num_return_sequences of at most num_beams (",
                    num_beams_, "), got ", num_return_sequences_);
    HEARTH_CHECK_AS(ValueError, prompt_lookup_num_tokens_ == 0,
                    "[GenerationConfig] expected no prompt_lookup_num_tokens with beams");
  } else {
    HEARTH_CHECK_AS(ValueError, num_return_sequences_ == 1 || do_sample_,
                    "[GenerationConfig] expected do_sample or beams for several sequences: without "
                    "chance they are the same");
  }
  const auto positive = [](const std::optional<int64_t>& n) { return !n || *n >= 1; };
  HEARTH_CHECK_AS(ValueError,
                  positive(max_length_) && positive(max_new_tokens_) && min_length_ >= 0 &&
                      min_new_tokens_.value_or(0) >= 0 && prefill_chunk_size_ >= 0 && top_k_ >= 0 &&
                      no_repeat_ngram_size_ >= 0 && prompt_lookup_num_tokens_ >= 0 &&
                      max_matching_ngram_size_ >= 1,
                  "[GenerationConfig] expected positive lengths and no negative numbers, got "
                  "max_length ",
                  max_length_.value_or(1), ", max_new_tokens ", max_new_tokens_.value_or(1),
                  ", min_length ", min_length_, ", top_k ", top_k_, ", no_repeat_ngram_size ",
                  no_repeat_ngram_size_);
  HEARTH_CHECK_AS(ValueError,
                  (!max_new_tokens_ || *max_new_tokens_ <= int64_t{1} << 32) &&
                      (!max_length_ || *max_length_ <= int64_t{1} << 32),
                  "[GenerationConfig] expected lengths below 2^32");
}

}  // namespace hearth::text
