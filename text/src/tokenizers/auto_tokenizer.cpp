// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/tokenizers/auto_tokenizer.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "hearth/base/error.h"

#include "gguf/gguf_tokenizer.h"
#include "tokenizers/assembled.h"
#include "tokenizers/classes/tokenizer_class.h"
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
                                     "added_tokens.json", "chat_template.jinja", "config.json"};

/// CLIP's class writes a space for the end of a word, and none at the ends of a text.
constexpr std::string_view kClipDecoder = R"({"type":"Sequence","decoders":[
    {"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
    {"type":"Replace","pattern":{"String":"</w>"},"content":" "},
    {"type":"Strip","content":" ","start":4294967295,"stop":4294967295}]})";

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

Side side_of(const JsonValue& config, const char* name, Side fallback) {
  const auto value = member(config, name);
  if (!value) return fallback;
  const std::string& side = value->string();
  HEARTH_CHECK_AS(FormatError, side == "left" || side == "right", "[tokenizer_config.json] ", name,
                  ": expected left or right, got ", side);
  return side == "left" ? Side::Left : Side::Right;
}

/// Settings with the special tokens that a class has where nothing else is said.
TokenizerSettings with_defaults(TokenizerSettings settings) {
  for (size_t i = 0; i < std::size(kSpecialTokenNames); ++i) {
    const char* name = kSpecialTokenNames[i];
    const std::string_view token = default_token(settings.family, name);
    if (!settings.named[i] && !settings.says(name) && !token.empty())
      settings.named[i] = special_token(std::string(token));
  }
  return settings;
}

class Loader {
 public:
  explicit Loader(const TokenizerFiles& files)
      : files_(files),
        model_(json_of("config.json")),
        settings_(read_settings(json_of("tokenizer_config.json"),
                                json_of("special_tokens_map.json"), model_)),
        opened_(open_tokenizer(files.vocabulary, with_defaults(settings_))),
        impl_(opened_.impl),
        out_(Tokenizer(impl_)) {
    for (const auto& token : settings_.named)
      if (token) said_special_.insert(token->content());
    if (!settings_.additional_of_map)
      for (const AddedToken& token : settings_.additional) said_special_.insert(token.content());
    if (opened_.by) settings_ = with_defaults(std::move(settings_));
    for (size_t i = 0; i < std::size(kSpecialTokenNames); ++i)
      for (const auto& [name, token] : opened_.names)
        if (name == kSpecialTokenNames[i] && !settings_.named[i] && !settings_.says(name))
          settings_.named[i] = special_token(token);
  }

  PreTrainedTokenizer load() {
    out_.config = settings_.config;
    if (!settings_.family.empty()) families_.push_back(settings_.family);
    if (const auto type = member(model_, "model_type")) families_.push_back(type->string());
    take_special_tokens();
    if (!opened_.by)
      for (const std::string& family : families_) set_default_tokens(out_, family);
    read_use();
    read_padding();
    add_missing_tokens();
    read_frame();
    if (tokenizer_family(settings_.family) == "clip") impl_->set_decoder(kClipDecoder);
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

  void take_special_tokens() {
    for (size_t i = 0; i < std::size(kSpecialTokenNames); ++i) {
      std::optional<AddedToken>& token = settings_.named[i];
      if (!token) continue;
      const bool mask = std::string_view(kSpecialTokenNames[i]) == "mask_token";
      if (mask && opened_.by && opened_.by->mask_takes_spaces && settings_.mask_is_text)
        token->lstrip(true);
      *special_token_of(out_, kSpecialTokenNames[i]) = token->content();
      named_.push_back(*token);
    }
    // What the vocabulary's file marks counts where tokenizer_config.json names none.
    if (!opened_.marked.empty() && settings_.additional_of_map)
      settings_.additional = opened_.marked;
    for (const AddedToken& token : settings_.additional) {
      if (token.special()) out_.additional_special_tokens.push_back(token.content());
      named_.push_back(token);
    }
  }

  /// How tokenizer.json pads and cuts, where the settings don't say.
  void read_padding() {
    const auto& padding = impl_->padding;
    if (padding && !settings_.says("padding_side")) out_.padding_side = padding->direction();
    if (padding && !settings_.says("pad_token") && !out_.pad_token) {
      out_.pad_token = padding->pad_token();
      named_.push_back(AddedToken().content(*out_.pad_token).special(true).normalized(false));
    }
    if (impl_->truncation && !settings_.says("truncation_side"))
      out_.truncation_side = impl_->truncation->direction();
    // The rest is for who uses tokenizer.json alone.
    impl_->truncation.reset();
    impl_->padding.reset();
  }

  bool is_named(const std::string& content) const {
    return std::any_of(std::begin(kSpecialTokenNames), std::end(kSpecialTokenNames),
                       [&](const char* name) { return *special_token_of(out_, name) == content; });
  }

  /// By id: those of added_tokens_decoder, or of the added_tokens.json that older folders have.
  std::map<uint64_t, AddedToken> listed_tokens() const {
    std::map<uint64_t, AddedToken> by_id;
    if (const auto decoder = member(out_.config, "added_tokens_decoder")) {
      for (const std::string& id : decoder->keys()) {
        char* end = nullptr;
        const uint64_t number = std::strtoull(id.c_str(), &end, 10);
        HEARTH_CHECK_AS(FormatError, !id.empty() && *end == '\0',
                        "[tokenizer_config.json] added_tokens_decoder: expected ids, got ", id);
        by_id.emplace(number, read_token(decoder->at(id)));
      }
      return by_id;
    }
    const std::map<uint32_t, AddedToken>& known = impl_->vocabulary->added();
    for (const auto& [id, token] : known)
      if (!token.special() && is_named(token.content())) by_id.emplace(id, token);
    const JsonValue older = json_of("added_tokens.json");
    if (older.is_null()) return by_id;
    for (const std::string& content : older.keys()) {
      const int64_t id = older.at(content).integer();
      HEARTH_CHECK_AS(FormatError, id >= 0, "[added_tokens.json] expected ids, got ", id, " of ",
                      content);
      // What tokenizer.json has there stays.
      if (id <= UINT32_MAX && known.count(static_cast<uint32_t>(id))) continue;
      const bool special = said_special_.count(content) > 0;
      by_id.emplace(static_cast<uint64_t>(id),
                    AddedToken().content(content).special(special).normalized(!special));
    }
    return by_id;
  }

  void add_missing_tokens() {
    std::vector<AddedToken> listed;
    for (auto& [id, token] : listed_tokens()) {
      if (is_named(token.content())) token.special(true);
      if (opened_.finds_added_as_written) token.normalized(false);
      listed.push_back(std::move(token));
    }
    if (!listed.empty()) impl_->add(listed);
    std::vector<AddedToken> missing;
    for (AddedToken& token : named_) {
      const auto id = impl_->vocabulary->id(token.content());
      if (!id || !impl_->vocabulary->added().count(*id)) missing.push_back(std::move(token));
    }
    if (!missing.empty()) impl_->add(missing);
  }

  /// A special token in the vocabulary, by its name.
  std::optional<SpecialToken> special(const char* name) const {
    const auto& token = *special_token_of(out_, name);
    const auto id = token ? impl_->vocabulary->id(*token) : std::nullopt;
    return id ? std::optional(SpecialToken{*id, *token}) : std::nullopt;
  }

  /// What stands around a text: as the class has it, or as add_bos_token and add_eos_token say,
  /// which go before the post-processor of tokenizer.json for the classes that look at them.
  void read_frame() {
    if (opened_.by && opened_.by->post_processor) {
      bool all = true;
      const auto json = opened_.by->post_processor(
          [&](const char* name) {
            const auto token = special(name);
            all = all && token;
            return token.value_or(SpecialToken{});
          },
          settings_);
      if (all) impl_->set_post_processor(json.dump());
      return;
    }
    const bool asked = settings_.says("add_bos_token") || settings_.says("add_eos_token");
    const bool looks =
        opened_.by || opened_.takes_frame || (asked && frames_texts(settings_.family));
    if (!looks) return;
    const auto part = [&](const char* asked_by, const char* name) {
      return settings_.flag(asked_by, false) ? special(name) : std::nullopt;
    };
    impl_->set_frame(part("add_bos_token", "bos_token"), part("add_eos_token", "eos_token"));
  }

  void read_use() {
    const JsonValue& config = out_.config;
    if (const auto length = member(config, "model_max_length")) {
      // Who knows no limit writes 1e30.
      constexpr double kLongest = 1e15;
      const double value = length->number();
      if (value > 0 && value < kLongest) out_.model_max_length = static_cast<int64_t>(value);
    }
    out_.padding_side =
        side_of(config, "padding_side", pads_left(settings_.family) ? Side::Left : Side::Right);
    out_.truncation_side = side_of(config, "truncation_side", Side::Right);
    out_.clean_up_tokenization_spaces = settings_.flag("clean_up_tokenization_spaces", false);
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
  JsonValue model_;
  TokenizerSettings settings_;
  OpenedTokenizer opened_;
  std::shared_ptr<Tokenizer::Impl> impl_;
  PreTrainedTokenizer out_;
  std::vector<std::string> families_;
  std::vector<AddedToken> named_;
  /// Contents that the settings name as special.
  std::set<std::string> said_special_;
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
