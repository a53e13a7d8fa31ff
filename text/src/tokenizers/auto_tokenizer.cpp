// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/tokenizers/auto_tokenizer.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "hearth/base/error.h"

#include "gguf/gguf_tokenizer.h"
#include "tokenizers/encoding_edits.h"
#include "tokenizers/from_file.h"
#include "tokenizers/special_tokens.h"
#include "tokenizers/text_file.h"
#include "tokenizers/tokenizer_impl.h"

namespace hearth::text {
namespace {

namespace fs = std::filesystem;
using data::readers::JsonValue;
using Kind = JsonValue::Kind;

/// Vocabularies, the best first.
constexpr const char* kVocabularies[] = {
    "tokenizer.json",          "vocab.json",        "vocab.txt",
    "tokenizer.model",         "spiece.model",      "spm.model",
    "sentencepiece.bpe.model", "tokenizer.tiktoken"};
/// What else there may be to know.
constexpr const char* kSettings[] = {"tokenizer_config.json", "special_tokens_map.json",
                                     "chat_template.jinja", "config.json"};

/// Paths by name of those files that there are.
struct TokenizerFiles {
  std::string vocabulary;
  std::map<std::string, std::string> settings;
};

bool is_file(const fs::path& path) {
  std::error_code none;
  return fs::is_regular_file(path, none);
}

TokenizerFiles files_in(const fs::path& folder) {
  TokenizerFiles files;
  for (const char* name : kSettings)
    if (is_file(folder / name)) files.settings[name] = (folder / name).string();
  for (const char* name : kVocabularies)
    if (files.vocabulary.empty() && is_file(folder / name))
      files.vocabulary = (folder / name).string();
  if (!files.vocabulary.empty()) return files;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".tiktoken") && (files.vocabulary.empty() || path < files.vocabulary))
      files.vocabulary = path;
  }
  return files;
}

TokenizerFiles files_of_hub(const std::string& repository, const hub::HubOptions& options) {
  std::exception_ptr missing;
  const auto get = [&](const char* name) -> std::string {
    try {
      return hub::try_file(repository, name, options).value_or("");
    } catch (const hub::LocalEntryNotFoundError&) {
      if (!missing) missing = std::current_exception();
      return "";
    }
  };
  TokenizerFiles files;
  for (const char* name : kVocabularies) {
    files.vocabulary = get(name);
    if (files.vocabulary.empty()) continue;
    if (std::string_view(name) == "vocab.json") get("merges.txt");
    break;
  }
  if (files.vocabulary.empty() && missing) std::rethrow_exception(missing);
  for (const char* name : kSettings)
    if (std::string path = get(name); !path.empty()) files.settings[name] = std::move(path);
  return files;
}

/// Whether a file holds weights or says what model they are of: no tokenizer, but what lies beside
/// one.
bool is_of_model(const fs::path& path) {
  const std::string name = path.filename().string(), kind = path.extension().string();
  return name == "config.json" || name.ends_with(".index.json") || kind == ".safetensors" ||
         kind == ".bin";
}

TokenizerFiles find_files(const std::string& name, const hub::HubOptions& options) {
  std::error_code none;
  TokenizerFiles files;
  if (fs::is_directory(name, none)) {
    files = files_in(name);
  } else if (fs::exists(name, none)) {
    files = files_in(fs::path(name).parent_path());
    if (!is_of_model(name)) files.vocabulary = name;
  } else {
    HEARTH_CHECK_AS(FileError, hub::Repository::is_name(name), "[", name,
                    "] is no file or folder, nor a name that a repository of the hub can have");
    files = files_of_hub(name, options);
  }
  HEARTH_CHECK_AS(
      FileError, !files.vocabulary.empty(), "[", name,
      "] holds no tokenizer; expected tokenizer.json, vocab.json with merges.txt, "
      "vocab.txt, tokenizer.model, spiece.model, sentencepiece.bpe.model or a .tiktoken "
      "file");
  return files;
}

/// The member of an object, unless it is null.
std::optional<JsonValue> member(const JsonValue& object, const char* name) {
  if (object.kind() != Kind::Object || !object.contains(name)) return std::nullopt;
  JsonValue value = object.at(name);
  if (value.is_null()) return std::nullopt;
  return value;
}

bool flag(const JsonValue& object, const char* name, bool fallback = false) {
  const auto value = member(object, name);
  return value ? value->boolean() : fallback;
}

/// "[MASK]", or the same as an object that says more.
std::string content_of(const JsonValue& value) {
  return value.kind() == Kind::Object ? value.at("content").string() : value.string();
}

AddedToken token_of(const JsonValue& value) {
  AddedToken token;
  token.content(content_of(value));
  token.special(flag(value, "special", value.kind() != Kind::Object));
  token.normalized(flag(value, "normalized", !token.special()));
  token.single_word(flag(value, "single_word"));
  return token.lstrip(flag(value, "lstrip")).rstrip(flag(value, "rstrip"));
}

Side side_of(const JsonValue& config, const char* name, Side fallback) {
  const auto value = member(config, name);
  if (!value) return fallback;
  const std::string& side = value->string();
  HEARTH_CHECK_AS(FormatError, side == "left" || side == "right", "[tokenizer_config.json] ", name,
                  ": expected left or right, got ", side);
  return side == "left" ? Side::Left : Side::Right;
}

/// What tokenizer_config.json and config.json say of files that hold a vocabulary only.
FileHints hints_of(const JsonValue& config, const JsonValue& model) {
  FileHints hints;
  if (const auto type = member(config, "tokenizer_class"))
    hints.fairseq = type->string().starts_with("XLMRoberta");
  else if (const auto family = member(model, "model_type"))
    hints.fairseq = family->string().starts_with("xlm-roberta");
  hints.do_lower_case = flag(config, "do_lower_case", true);
  hints.tokenize_chinese_chars = flag(config, "tokenize_chinese_chars", true);
  if (const auto strip = member(config, "strip_accents")) hints.strip_accents = strip->boolean();
  hints.add_prefix_space = flag(config, "add_prefix_space");
  return hints;
}

class Loader {
 public:
  explicit Loader(const TokenizerFiles& files)
      : files_(files),
        config_(json_of("tokenizer_config.json")),
        impl_(open_tokenizer(files.vocabulary, hints_of(config_, json_of("config.json")))),
        out_(Tokenizer(impl_)) {}

  PreTrainedTokenizer load() {
    out_.config = config_;
    const JsonValue model = json_of("config.json");
    if (const auto type = member(out_.config, "tokenizer_class"))
      families_.push_back(type->string());
    if (const auto type = member(model, "model_type")) families_.push_back(type->string());
    read_special_tokens();
    for (const std::string& family : families_) set_default_tokens(out_, family);
    read_settings();
    read_padding();
    add_missing_tokens();
    read_frame();
    read_templates();
    return std::move(out_);
  }

 private:
  JsonValue json_of(const char* name) const {
    const auto found = files_.settings.find(name);
    if (found == files_.settings.end()) return {};
    JsonValue value(read_text_file(found->second), found->second);
    HEARTH_CHECK_AS(FormatError, value.kind() == Kind::Object, "[", found->second,
                    "] expected an object, got ", to_string(value.kind()));
    return value;
  }

  /// Where tokenizer_config.json doesn't list the added tokens, special_tokens_map.json counts, and
  /// before it.
  void read_special_tokens() {
    std::vector<JsonValue> sources;
    if (!member(out_.config, "added_tokens_decoder"))
      sources.push_back(json_of("special_tokens_map.json"));
    sources.push_back(out_.config);
    for (const char* name : kSpecialTokenNames) {
      for (const JsonValue& from : sources) {
        const auto value = member(from, name);
        if (!value) continue;
        *special_token_of(out_, name) = content_of(*value);
        named_.push_back(token_of(*value).special(true));
        break;
      }
    }
    for (const JsonValue& from : sources) {
      for (const char* name : {"additional_special_tokens", "extra_special_tokens"}) {
        const auto list = member(from, name);
        if (!list || list->kind() != Kind::Array || !out_.additional_special_tokens.empty())
          continue;
        for (size_t i = 0; i < list->size(); ++i) {
          out_.additional_special_tokens.push_back(content_of(list->at(i)));
          named_.push_back(token_of(list->at(i)).special(true));
        }
      }
    }
  }

  bool says(const char* name) const {
    return out_.config.kind() == Kind::Object && out_.config.contains(name);
  }

  /// How tokenizer.json pads and cuts, where the settings don't say.
  void read_padding() {
    const auto& padding = impl_->padding;
    if (padding && !says("padding_side")) out_.padding_side = padding->direction();
    if (padding && !says("pad_token") && !out_.pad_token) {
      out_.pad_token = padding->pad_token();
      named_.push_back(AddedToken().content(*out_.pad_token).special(true).normalized(false));
    }
    if (impl_->truncation && !says("truncation_side"))
      out_.truncation_side = impl_->truncation->direction();
    // The rest is for who uses tokenizer.json alone.
    impl_->truncation.reset();
    impl_->padding.reset();
  }

  bool is_named(const std::string& content) const {
    return std::any_of(std::begin(kSpecialTokenNames), std::end(kSpecialTokenNames),
                       [&](const char* name) { return *special_token_of(out_, name) == content; });
  }

  void add_missing_tokens() {
    std::vector<AddedToken> listed;
    if (const auto decoder = member(out_.config, "added_tokens_decoder")) {
      // By id, as numbers.
      std::map<uint64_t, AddedToken> by_id;
      for (const std::string& id : decoder->keys()) {
        char* end = nullptr;
        const uint64_t number = std::strtoull(id.c_str(), &end, 10);
        HEARTH_CHECK_AS(FormatError, !id.empty() && *end == '\0',
                        "[tokenizer_config.json] added_tokens_decoder: expected ids, got ", id);
        by_id.emplace(number, token_of(decoder->at(id)));
      }
      for (auto& [id, token] : by_id) listed.push_back(std::move(token));
    } else {
      for (const auto& [id, token] : impl_->vocabulary->added())
        if (!token.special() && is_named(token.content())) listed.push_back(token);
    }
    for (AddedToken& token : listed)
      if (is_named(token.content())) token.special(true);
    if (!listed.empty()) impl_->add(listed);
    std::vector<AddedToken> missing;
    for (AddedToken& token : named_) {
      const auto id = impl_->vocabulary->id(token.content());
      if (!id || !impl_->vocabulary->added().count(*id)) missing.push_back(std::move(token));
    }
    if (!missing.empty()) impl_->add(missing);
  }

  /// add_bos_token and add_eos_token, where the file says either, go before the post-processor, for
  /// the classes that look at them.
  void read_frame() {
    if (out_.config.kind() != Kind::Object) return;
    if (families_.empty() || !frames_texts(families_[0])) return;
    if (!out_.config.contains("add_bos_token") && !out_.config.contains("add_eos_token")) return;
    const auto part = [&](const char* name, const std::optional<std::string>& token) {
      std::optional<SpecialToken> special;
      if (!flag(out_.config, name) || !token) return special;
      if (const auto id = impl_->vocabulary->id(*token)) special = SpecialToken{*id, *token};
      return special;
    };
    impl_->set_frame(part("add_bos_token", out_.bos_token), part("add_eos_token", out_.eos_token));
  }

  void read_settings() {
    const JsonValue& config = out_.config;
    if (const auto length = member(config, "model_max_length")) {
      // Who knows no limit writes 1e30.
      constexpr double kLongest = 1e15;
      const double value = length->number();
      if (value > 0 && value < kLongest) out_.model_max_length = static_cast<int64_t>(value);
    }
    const bool left = !families_.empty() && pads_left(families_[0]);
    out_.padding_side = side_of(config, "padding_side", left ? Side::Left : Side::Right);
    out_.truncation_side = side_of(config, "truncation_side", Side::Right);
    out_.clean_up_tokenization_spaces = flag(config, "clean_up_tokenization_spaces");
    out_.token_type_ids = reads_token_types();
  }

  bool reads_token_types() const {
    if (const auto names = member(out_.config, "model_input_names")) {
      for (size_t i = 0; i < names->size(); ++i)
        if (names->at(i).string() == "token_type_ids") return true;
      return false;
    }
    for (const std::string& family : families_)
      if (const auto takes = takes_token_types(family)) return *takes;
    if (!families_.empty()) return false;
    // Nobody says what model it is for: one that tells two texts apart, if the tokenizer does.
    return impl_->post_processor.tells_pairs_apart();
  }

  void read_templates() {
    const auto jinja = files_.settings.find("chat_template.jinja");
    if (jinja != files_.settings.end())
      out_.chat_templates.emplace_back("default", read_text_file(jinja->second));
    const auto value = member(out_.config, "chat_template");
    if (!value) return;
    const auto add = [&](const std::string& name, const std::string& text) {
      if (!out_.chat_template(name)) out_.chat_templates.emplace_back(name, text);
    };
    if (value->kind() == Kind::String) return add("default", value->string());
    for (size_t i = 0; i < value->size(); ++i)
      add(value->at(i).at("name").string(), value->at(i).at("template").string());
  }

  const TokenizerFiles& files_;
  JsonValue config_;
  std::shared_ptr<Tokenizer::Impl> impl_;
  PreTrainedTokenizer out_;
  std::vector<std::string> families_;
  std::vector<AddedToken> named_;
};

}  // namespace

PreTrainedTokenizer AutoTokenizer::from_pretrained(const std::string& name_or_path,
                                                   const hub::HubOptions& options) {
  if (const std::string gguf = find_gguf(name_or_path); !gguf.empty())
    return gguf_tokenizer(GgufFile(gguf));
  const TokenizerFiles files = find_files(name_or_path, options);
  return Loader(files).load();
}

}  // namespace hearth::text
