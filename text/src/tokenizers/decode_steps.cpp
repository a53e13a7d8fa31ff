// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/decode_steps.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "tokenizers/json_fields.h"
#include "tokenizers/models/byte_letters.h"
#include "tokenizers/parts.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

using nlohmann::ordered_json;

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  if (what.empty()) {
    // It is at both ends of every character.
    std::string out(with);
    for (size_t at = 0; at < text.size();) {
      out += text[at++];
      if (at == text.size() || !unicode::continues(text[at])) out += with;
    }
    text = std::move(out);
    return;
  }
  if (text.find(what) == std::string::npos) return;
  std::string out;
  size_t done = 0;
  for (size_t at; (at = text.find(what, done)) != std::string::npos; done = at + what.size())
    out.append(text, done, at - done).append(with);
  text = out.append(text, done);
}

void join_all(std::vector<std::string>& tokens) {
  std::string all;
  for (const std::string& token : tokens) all += token;
  tokens.assign(1, std::move(all));
}

/// A step for each token on its own; `alone` says what becomes of one.
class StepOfTokens : public DecodeStep {
 public:
  void apply(std::vector<std::string>& tokens) const override {
    for (size_t i = 0; i < tokens.size(); ++i) alone(tokens[i], i == 0);
  }
  bool apply_alone(std::string& token, bool first) const override {
    alone(token, first);
    return true;
  }

 protected:
  virtual void alone(std::string& token, bool first) const = 0;
};

class ByteLevelStep final : public DecodeStep {
 public:
  explicit ByteLevelStep(const JsonFields& fields)
      : json_{{"type", "ByteLevel"},
              {"add_prefix_space", fields.boolean("add_prefix_space", true)},
              {"trim_offsets", fields.boolean("trim_offsets", true)},
              {"use_regex", fields.boolean("use_regex", true)}} {}
  void apply(std::vector<std::string>& tokens) const override {
    std::string bytes;
    for (const std::string& token : tokens) bytes += bytes_of_letters(token);
    tokens.assign(1, unicode::replace_invalid(bytes));
  }
  Joins joins() const override { return Joins::Bytes; }
  ordered_json to_json() const override { return json_; }

 private:
  ordered_json json_;
};

class ByteFallbackStep final : public DecodeStep {
 public:
  void apply(std::vector<std::string>& tokens) const override {
    std::vector<std::string> out;
    std::string bytes;
    const auto flush = [&] {
      if (unicode::find_invalid(bytes) == bytes.size()) {
        if (!bytes.empty()) out.push_back(bytes);
      } else {
        for (size_t i = 0; i < bytes.size(); ++i) out.emplace_back(kReplacementText);
      }
      bytes.clear();
    };
    for (std::string& token : tokens) {
      if (const int byte = byte_of_token(token); byte >= 0) {
        bytes += static_cast<char>(byte);
        continue;
      }
      flush();
      out.push_back(std::move(token));
    }
    flush();
    tokens = std::move(out);
  }
  Joins joins() const override { return Joins::ByteFallback; }
  ordered_json to_json() const override { return {{"type", "ByteFallback"}}; }
};

class FuseStep final : public DecodeStep {
 public:
  void apply(std::vector<std::string>& tokens) const override { join_all(tokens); }
  Joins joins() const override { return Joins::Text; }
  ordered_json to_json() const override { return {{"type", "Fuse"}}; }
};

class WordPieceStep final : public StepOfTokens {
 public:
  explicit WordPieceStep(const JsonFields& fields)
      : prefix_(fields.string("prefix")), cleanup_(fields.boolean("cleanup", true)) {}
  ordered_json to_json() const override {
    return {{"type", "WordPiece"}, {"prefix", prefix_}, {"cleanup", cleanup_}};
  }

 protected:
  void alone(std::string& token, bool first) const override {
    if (!first) {
      if (token.starts_with(prefix_))
        token.erase(0, prefix_.size());
      else
        token.insert(0, 1, ' ');
    }
    if (cleanup_) clean_up_spaces(token, true);
  }

 private:
  std::string prefix_;
  bool cleanup_;
};

class MetaspaceStep final : public StepOfTokens {
 public:
  explicit MetaspaceStep(const JsonFields& fields) : replacement_(fields.string("replacement")) {
    size_t at = 0;
    if (replacement_.empty() || (unicode::next(replacement_, at), at != replacement_.size()))
      fields.fail("replacement", "one character");
    // Older files say add_prefix_space.
    const char* const old = fields.boolean("add_prefix_space", true) ? "always" : "never";
    scheme_ = fields.string("prepend_scheme", old);
    if (scheme_ != "always" && scheme_ != "first" && scheme_ != "never")
      fields.fail("prepend_scheme", "always, first or never, got " + scheme_);
    split_ = fields.boolean("split", true);
  }
  ordered_json to_json() const override {
    return {{"type", "Metaspace"},
            {"replacement", replacement_},
            {"prepend_scheme", scheme_},
            {"split", split_}};
  }

 protected:
  void alone(std::string& token, bool first) const override {
    replace_all(token, replacement_, first && scheme_ != "never" ? "" : " ");
  }

 private:
  std::string replacement_, scheme_;
  bool split_;
};

class ReplaceStep final : public StepOfTokens {
 public:
  ReplaceStep(const simdjson::dom::element& json, const std::string& source)
      : normalizer_(make_normalizer(json, source)) {}
  ordered_json to_json() const override { return normalizer_->to_json(); }

 protected:
  void alone(std::string& token, bool /*first*/) const override {
    Text text;
    text.bytes = std::move(token);
    text.track = false;
    normalizer_->normalize(text);
    token = std::move(text.bytes);
  }

 private:
  std::unique_ptr<Normalizer> normalizer_;
};

class StripStep final : public StepOfTokens {
 public:
  explicit StripStep(const JsonFields& fields)
      : content_(fields.string("content")),
        start_(fields.number("start")),
        stop_(fields.number("stop")) {
    size_t at = 0;
    if (content_.empty() || (unicode::next(content_, at), at != content_.size()))
      fields.fail("content", "one character");
  }
  ordered_json to_json() const override {
    return {{"type", "Strip"}, {"content", content_}, {"start", start_}, {"stop", stop_}};
  }

 protected:
  void alone(std::string& token, bool /*first*/) const override {
    std::string_view rest = token;
    for (uint32_t i = 0; i < start_ && rest.starts_with(content_); ++i)
      rest.remove_prefix(content_.size());
    for (uint32_t i = 0; i < stop_ && rest.ends_with(content_); ++i)
      rest.remove_suffix(content_.size());
    token = std::string(rest);
  }

 private:
  std::string content_;
  uint32_t start_, stop_;
};

class BpeStep final : public DecodeStep {
 public:
  explicit BpeStep(const JsonFields& fields) : suffix_(fields.string("suffix", "</w>")) {}
  void apply(std::vector<std::string>& tokens) const override {
    for (size_t i = 0; i < tokens.size(); ++i)
      replace_all(tokens[i], suffix_, i + 1 == tokens.size() ? "" : " ");
  }
  ordered_json to_json() const override { return {{"type", "BPEDecoder"}, {"suffix", suffix_}}; }

 private:
  std::string suffix_;
};

class CtcStep final : public DecodeStep {
 public:
  explicit CtcStep(const JsonFields& fields)
      : pad_token_(fields.string("pad_token", "<pad>")),
        delimiter_(fields.string("word_delimiter_token", "|")),
        cleanup_(fields.boolean("cleanup", true)) {}
  void apply(std::vector<std::string>& tokens) const override {
    tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
    for (std::string& token : tokens) {
      replace_all(token, pad_token_, "");
      if (!cleanup_) continue;
      clean_up_spaces(token, true);
      replace_all(token, delimiter_, " ");
    }
    tokens.erase(std::remove(tokens.begin(), tokens.end(), std::string()), tokens.end());
  }
  ordered_json to_json() const override {
    return {{"type", "CTC"},
            {"pad_token", pad_token_},
            {"word_delimiter_token", delimiter_},
            {"cleanup", cleanup_}};
  }

 private:
  std::string pad_token_, delimiter_;
  bool cleanup_;
};

}  // namespace

bool DecodeStep::apply_alone(std::string& /*token*/, bool /*first*/) const { return false; }

std::unique_ptr<DecodeStep> make_decode_step(const JsonFields& fields,
                                             const simdjson::dom::element& json,
                                             const std::string& type) {
  if (type == "ByteLevel") return std::make_unique<ByteLevelStep>(fields);
  if (type == "WordPiece") return std::make_unique<WordPieceStep>(fields);
  if (type == "BPEDecoder") return std::make_unique<BpeStep>(fields);
  if (type == "Metaspace") return std::make_unique<MetaspaceStep>(fields);
  if (type == "CTC") return std::make_unique<CtcStep>(fields);
  if (type == "ByteFallback") return std::make_unique<ByteFallbackStep>();
  if (type == "Fuse") return std::make_unique<FuseStep>();
  if (type == "Strip") return std::make_unique<StripStep>(fields);
  if (type == "Replace") return std::make_unique<ReplaceStep>(json, fields.source());
  fields.fail("type",
              "ByteLevel, WordPiece, BPEDecoder, Metaspace, CTC, ByteFallback, Fuse, Strip, "
              "Replace or Sequence, got " +
                  type);
}

void clean_up_spaces(std::string& text, bool do_not) {
  static constexpr std::pair<std::string_view, std::string_view> kForms[] = {
      {" .", "."},   {" ?", "?"},     {" !", "!"},     {" ,", ","},
      {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},   {" do not", " don't"},
      {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
  };
  for (const auto& [form, better] : kForms)
    if (do_not || form != " do not") replace_all(text, form, better);
}

std::string bytes_of_letters(std::string_view token) {
  std::string bytes;
  return letters_to_bytes(token, bytes) ? bytes : std::string(token);
}

int byte_of_token(std::string_view token) {
  constexpr size_t kLength = 6;  // <0x0A>
  if (token.size() != kLength || !token.starts_with("<0x") || token.back() != '>') return -1;
  int byte = 0;
  for (const char c : token.substr(3, 2)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                             : -1;
    // Rust's from_str_radix takes a sign.
    if (digit < 0 && !(c == '+' && token[3] == '+' && &c == token.data() + 3)) return -1;
    if (digit >= 0) byte = byte * 16 + digit;
  }
  return byte;
}

}  // namespace hearth::text
