// SPDX-License-Identifier: Apache-2.0
#include "gguf/gguf_tokenizer.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "hearth/base/error.h"

#include "gguf/gguf_pre.h"
#include "tokenizers/models/build.h"
#include "tokenizers/tokenizer_impl.h"
#include "unicode/utf8.h"

namespace hearth::text {

namespace {

using Json = nlohmann::ordered_json;
using Type = UnigramPiece::Type;

constexpr std::string_view kSpace = "\xe2\x96\x81";  // U+2581, what SentencePiece writes for one

class Builder {
 public:
  explicit Builder(const GgufFile& file)
      : file_(file), kind_(text("model")), tokens_(file.texts("tokenizer.ggml.tokens")) {
    for (const std::string& token : tokens_)
      HEARTH_CHECK_AS(FormatError, unicode::find_invalid(token) == token.size(), "[", file.source(),
                      "] has tokens that are no valid UTF-8");
    types_.assign(tokens_.size(), Type::Normal);
    if (!has("token_type")) return;
    const std::vector<int64_t> types = file.integers("tokenizer.ggml.token_type");
    check_size("token_type", types.size());
    for (size_t i = 0; i < types.size(); ++i) {
      HEARTH_CHECK_AS(FormatError, types[i] >= 1 && types[i] <= 6, "[", file.source(),
                      "] expected types of tokens from 1 to 6, got ", types[i]);
      types_[i] = static_cast<Type>(types[i]);
    }
  }

  PreTrainedTokenizer build() {
    std::unique_ptr<Model> model;
    if (kind_ == "gpt2") {
      model = byte_pairs();
    } else if (kind_ == "llama") {
      model = pieces();
    } else if (kind_ == "bert") {
      model = word_pieces();
    } else {
      throw FormatError(cat_str("[", file_.source(), "] has a tokenizer of kind ", kind_,
                                ", expected one of bert, gpt2, llama"));
    }
    frame_["added_tokens"] = added_tokens();
    set_ends();
    PreTrainedTokenizer out(
        Tokenizer(read_tokenizer_json(frame_.dump(), file_.source(), std::move(model))));
    out.bos_token = token("bos_token_id");
    out.eos_token = token("eos_token_id");
    out.unk_token = token("unknown_token_id");
    out.sep_token = separator();
    out.pad_token = token("padding_token_id");
    out.cls_token =
        token(kind_ == "bert" && !has("cls_token_id") ? "bos_token_id" : "cls_token_id");
    out.mask_token = token("mask_token_id");
    out.token_type_ids = kind_ == "bert";
    out.model_max_length =
        file_.integer(file_.text("general.architecture", "") + ".context_length", out.kNoLimit);
    read_templates(out);
    return out;
  }

 private:
  static std::string key(const char* name) { return cat_str("tokenizer.ggml.", name); }
  bool has(const char* name) const { return file_.has_metadata(key(name)); }
  std::string text(const char* name) const { return file_.text(key(name)); }
  bool flag(const char* name, bool otherwise) const { return file_.boolean(key(name), otherwise); }

  void check_size(const char* name, size_t size) const {
    HEARTH_CHECK_AS(FormatError, size == tokens_.size(), "[", file_.source(), "] has ",
                    tokens_.size(), " tokens and ", size, " of ", key(name));
  }

  std::optional<uint32_t> id(const char* name) const {
    if (!has(name)) return {};
    const int64_t n = file_.integer(key(name));
    HEARTH_CHECK_AS(FormatError, n >= 0 && static_cast<size_t>(n) < tokens_.size(), "[",
                    file_.source(), "] ", key(name), " is ", n, ", which is none of ",
                    tokens_.size(), " tokens");
    return static_cast<uint32_t>(n);
  }
  std::optional<std::string> token(const char* name) const {
    if (const auto n = id(name)) return tokens_[*n];
    return {};
  }
  /// Files call it so by mistake, and later ones not.
  std::optional<std::string> separator() const {
    return has("seperator_token_id") ? token("seperator_token_id") : token("separator_token_id");
  }

  VocabEntries vocab() const {
    VocabEntries all;
    for (size_t i = 0; i < tokens_.size(); ++i)
      all.emplace_back(tokens_[i], static_cast<uint32_t>(i));
    return all;
  }

  std::unique_ptr<Model> byte_pairs() {
    const std::string name = has("pre") ? text("pre") : "";
    // Before there were names, all such files were GPT-2's.
    const bool old = name.empty() && file_.text("general.architecture", "") == "gpt2";
    const GgufPre* pre = gguf_pre(old ? "gpt-2" : name);
    HEARTH_CHECK_AS(FormatError, pre, "[", file_.source(), "] tokenizer.ggml.pre is '", name,
                    "', expected one of ", gguf_pre_names());
    if (pre->nfc) frame_["normalizer"] = {{"type", "NFC"}};
    frame_["pre_tokenizer"] = Json::parse(gguf_pre_tokenizer_json(pre->split));
    frame_["decoder"] = {{"type", "ByteLevel"}};
    add_bos_ = pre->add_bos;
    merges_ = file_.texts("tokenizer.ggml.merges");
    std::vector<RankedMerge> merges;
    for (const std::string& line : merges_) {
      const auto [left, right] = split_merge(line, file_.source());
      merges.push_back({left, right, static_cast<uint32_t>(merges.size())});
    }
    BpeOptions options;
    options.byte_level = true;
    options.ignore_merges = pre->ignore_merges;
    return make_bpe(vocab(), merges, options, file_.source());
  }

  /// SentencePiece's BPE, by scores.
  std::unique_ptr<Model> pieces() {
    const std::vector<double> scores = file_.numbers("tokenizer.ggml.scores");
    check_size("scores", scores.size());
    const bool prefix = flag("add_space_prefix", true);
    Json replace = {
        {"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", std::string(kSpace)}};
    if (prefix) {
      frame_["normalizer"] = {
          {"type", "Sequence"},
          {"normalizers",
           Json::array({{{"type", "Prepend"}, {"prepend", std::string(kSpace)}}, replace})}};
    } else {
      frame_["normalizer"] = replace;
    }
    Json decoders = Json::array(
        {{{"type", "Replace"}, {"pattern", {{"String", std::string(kSpace)}}}, {"content", " "}},
         {{"type", "ByteFallback"}},
         {{"type", "Fuse"}}});
    if (prefix)
      decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    frame_["decoder"] = {{"type", "Sequence"}, {"decoders", std::move(decoders)}};
    add_bos_ = true;
    UnigramOptions options;
    options.unk_id = id("unknown_token_id");
    std::vector<UnigramPiece> all;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      all.push_back({tokens_[i], scores[i], types_[i]});
      if (types_[i] == Type::Byte) options.byte_fallback = true;
      if (types_[i] == Type::Unknown && !options.unk_id) options.unk_id = static_cast<uint32_t>(i);
    }
    return make_sentencepiece_bpe(all, options, file_.source());
  }

  /// BERT's; files have U+2581 before what begins a word, and nothing before what goes on with one.
  std::unique_ptr<Model> word_pieces() {
    frame_["normalizer"] = {{"type", "BertNormalizer"},
                            {"clean_text", true},
                            {"handle_chinese_chars", true},
                            {"strip_accents", nullptr},
                            {"lowercase", true}};
    frame_["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
    frame_["decoder"] = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (types_[i] != Type::Normal) continue;
      std::string& t = tokens_[i];
      if (t.starts_with(kSpace)) {
        t.erase(0, kSpace.size());
      } else {
        t.insert(0, "##");
      }
    }
    WordPieceOptions options;
    if (const auto unknown = token("unknown_token_id")) options.unk_token = *unknown;
    return make_wordpiece(vocab(), options, file_.source());
  }

  Json added_tokens() const {
    Json all = Json::array();
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const bool special = types_[i] == Type::Control || types_[i] == Type::Unknown;
      if ((!special && types_[i] != Type::UserDefined) || tokens_[i].empty()) continue;
      all.push_back({{"id", i},
                     {"content", tokens_[i]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", special}});
    }
    return all;
  }

  /// What is put around texts.
  void set_ends() {
    const bool bert = kind_ == "bert";
    std::optional<uint32_t> first, last;
    if (bert) {
      first = id("cls_token_id");
      if (!first) first = id("bos_token_id");
      last = has("seperator_token_id") ? id("seperator_token_id") : id("separator_token_id");
      if (!last) last = id("eos_token_id");
    } else {
      if (flag("add_bos_token", add_bos_)) first = id("bos_token_id");
      if (flag("add_eos_token", false)) last = id("eos_token_id");
    }
    if (!first && !last) return;
    Json special = Json::object();
    const auto end = [&](uint32_t token, int type) -> Json {
      const std::string& name = tokens_[token];
      special[name] = {{"id", name}, {"ids", {token}}, {"tokens", {name}}};
      return {{"SpecialToken", {{"id", name}, {"type_id", type}}}};
    };
    const auto add = [&](Json& parts, const char* sequence, int type, bool begins) {
      if (first && begins) parts.push_back(end(*first, type));
      parts.push_back({{"Sequence", {{"id", sequence}, {"type_id", type}}}});
      if (last) parts.push_back(end(*last, type));
    };
    Json single = Json::array(), pair = Json::array();
    add(single, "A", 0, true);
    add(pair, "A", 0, true);
    add(pair, "B", 1, !bert);
    frame_["post_processor"] = {{"type", "TemplateProcessing"},
                                {"single", std::move(single)},
                                {"pair", std::move(pair)},
                                {"special_tokens", std::move(special)}};
  }

  void read_templates(PreTrainedTokenizer& out) const {
    constexpr const char* kTemplate = "tokenizer.chat_template";
    if (file_.has_metadata(kTemplate))
      out.chat_templates.emplace_back("default", file_.text(kTemplate));
    if (!file_.has_metadata("tokenizer.chat_templates")) return;
    for (const std::string& name : file_.texts("tokenizer.chat_templates"))
      out.chat_templates.emplace_back(name, file_.text(cat_str(kTemplate, ".", name)));
  }

  const GgufFile& file_;
  const std::string kind_;
  std::vector<std::string> tokens_, merges_;
  std::vector<Type> types_;
  bool add_bos_ = false;
  /// tokenizer.json without its model.
  Json frame_ = {{"version", "1.0"}};
};

}  // namespace

PreTrainedTokenizer gguf_tokenizer(const GgufFile& file) { return Builder(file).build(); }

}  // namespace hearth::text
