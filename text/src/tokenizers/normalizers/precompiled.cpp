// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tokenizers/base64.h"
#include "tokenizers/edit.h"
#include "tokenizers/json_fields.h"
#include "tokenizers/models/trie.h"
#include "tokenizers/normalizers/charsmap.h"
#include "tokenizers/normalizers/normalizers.h"
#include "unicode/graphemes.h"
#include "unicode/utf8.h"

namespace hearth::text::normalizers {
namespace {

/// Rewrites a text and counts as HF does what comes from where. What nothing is put in place of
/// goes to the character before it, even one that was added; at the front there is none, and
/// everything that follows comes from so many characters earlier.
class Rewriter {
 public:
  explicit Rewriter(Text& text) : text_(text.bytes), edit_(text) {}

  std::string_view left() const { return text_.substr(at_); }

  void keep(size_t bytes) {
    settle();
    if (at_ == edit_.at()) {
      edit_.keep(bytes);
      at_ += bytes;
    } else {
      for (const size_t end = at_ + bytes; at_ < end;) at_ += write(left());
    }
    written_ = true;
  }

  void replace(size_t bytes, std::string_view with) {
    int64_t codes = 0;
    for (const char byte : left().substr(0, bytes)) codes += !unicode::continues(byte);
    at_ += bytes;
    if (with.empty() && !written_) return edit_.drop(0);
    if (!with.empty()) settle();
    for (; !with.empty() && codes; --codes) with.remove_prefix(write(with));
    if (!with.empty()) {
      size_t last = with.size() - 1;
      while (unicode::continues(with[last])) --last;
      edit_.add(with.substr(0, last));
      added_ = with.substr(last);
    } else if (codes && !added_.empty()) {
      edit_.replace(bytes_of_codes(edit_.left(), codes), added_);
      added_ = {};
    } else if (codes) {
      edit_.drop(bytes_of_codes(edit_.left(), codes));
    }
    written_ = true;
  }

  void finish() {
    settle();
    if (at_ != edit_.at()) edit_.drop(edit_.left().size());
    edit_.finish();
  }

 private:
  /// Writes the first character of a text in place of the next one; its bytes.
  size_t write(std::string_view text) {
    const size_t bytes = unicode::length_of(text[0]);
    edit_.replace(unicode::length_of(edit_.left()[0]), text.substr(0, bytes));
    return bytes;
  }
  void settle() {
    if (!added_.empty()) edit_.add(added_);
    added_ = {};
  }

  std::string_view text_;
  Edit edit_;
  size_t at_ = 0;
  /// An added character that isn't written yet.
  std::string_view added_;
  bool written_ = false;
};

class Precompiled final : public Normalizer {
 public:
  /// `kept`: texts that stay what they are; only where the longest rule counts.
  Precompiled(std::string base64, const std::string& bytes, bool longest,
              const std::vector<std::string>& kept, const std::string& source)
      : base64_(std::move(base64)), map_(bytes, source), longest_(longest) {
    size_t size = 0;
    for (const std::string& text : kept) size += text.size();
    kept_.reserve(size, source);
    for (const std::string& text : kept) {
      if (text.empty()) continue;
      kept_.add(text, 0);
      begins_kept_[static_cast<uint8_t>(text[0])] = true;
    }
    for (uint8_t byte = 0x20; byte < 0x7f; ++byte) {
      const char letter = static_cast<char>(byte);
      plain_[byte] = !begins_kept_[byte] && !map_.find(std::string_view(&letter, 1));
      // What begins with two ASCII characters would have to be looked for.
      for (int next = 1; longest && plain_[byte] && next < 0x80; ++next) {
        const char both[2] = {letter, static_cast<char>(next)};
        plain_[byte] = !map_.begins(std::string_view(both, 2));
      }
    }
  }

  void normalize(Text& text) const override {
    Rewriter rewriter(text);
    if (longest_) return replace_longest(rewriter);
    while (!rewriter.left().empty()) {
      const std::string_view left = rewriter.left();
      if (const size_t plain = plain_prefix(left)) {
        rewriter.keep(plain);
        continue;
      }
      const size_t size = unicode::next_cluster(left, unicode::Tables::Hf);
      if (size < 6 && replace(rewriter, left.substr(0, size))) continue;
      for (size_t at = 0; at < size;) {
        const std::string_view code = left.substr(at, unicode::length_of(left[at]));
        at += code.size();
        if (!replace(rewriter, code)) rewriter.keep(code.size());
      }
    }
    rewriter.finish();
  }

  nlohmann::ordered_json to_json() const override {
    return {{"type", "Precompiled"}, {"precompiled_charsmap", base64_}};
  }

 private:
  /// Characters each in a cluster of its own that stay what they are.
  size_t plain_prefix(std::string_view text) const {
    size_t at = 0;
    const auto plain = [&](size_t i) {
      const auto byte = static_cast<uint8_t>(text[i]);
      return byte < 0x80 && plain_[byte];
    };
    while (at < text.size() && plain(at)) ++at;
    // What follows the last may belong to it.
    if (at && at < text.size() && (text[at] & 0x80)) --at;
    return at;
  }

  /// How long the longest text is that is kept here.
  size_t kept_prefix(std::string_view text) const {
    size_t longest = 0;
    if (text.empty() || !begins_kept_[static_cast<uint8_t>(text[0])]) return longest;
    uint32_t node = Trie::kRoot;
    for (size_t at = 0; at < text.size();) {
      node = kept_.step(node, text[at++]);
      if (node == Trie::kNone) break;
      if (kept_.value(node) != Trie::kNone) longest = at;
    }
    return longest;
  }

  /// As SentencePiece does it.
  void replace_longest(Rewriter& rewriter) const {
    while (!rewriter.left().empty()) {
      const std::string_view left = rewriter.left();
      std::optional<Charsmap::Match> match;
      size_t kept = 0;
      while (kept < left.size()) {
        kept += plain_prefix(left.substr(kept));
        if (const size_t symbol = kept_prefix(left.substr(kept))) {
          kept += symbol;
          continue;
        }
        if (kept == left.size() || (match = map_.find(left.substr(kept), true))) break;
        kept += unicode::length_of(left[kept]);
      }
      if (kept) rewriter.keep(kept);
      if (match) rewriter.replace(match->size, match->with);
    }
    rewriter.finish();
  }

  bool replace(Rewriter& rewriter, std::string_view old) const {
    const auto with = map_.find(old);
    if (with) rewriter.replace(old.size(), with->with);
    return with.has_value();
  }

  std::string base64_;
  Charsmap map_;
  /// Whether the longest text that has a rule is replaced, wherever it is; else, as Hugging Face
  /// has it, whole clusters, by the rule of their shortest beginning.
  bool longest_;
  /// Letters that stay what they are, unless marks follow.
  bool plain_[128] = {};
  Trie kept_;
  bool begins_kept_[256] = {};
};

}  // namespace

std::unique_ptr<Normalizer> make_precompiled(const JsonFields& fields) {
  std::string base64 = fields.string("precompiled_charsmap");
  const auto bytes = from_base64(base64);
  if (!bytes) fields.fail("precompiled_charsmap", "base64");
  std::vector<std::string> kept;
  if (fields.find("kept"))
    for (const simdjson::dom::element text : fields.array("kept")) {
      std::string_view read;
      if (text.get(read)) fields.fail("kept", "a list of strings");
      kept.emplace_back(read);
    }
  return std::make_unique<Precompiled>(
      std::move(base64), *bytes, fields.boolean("longest_match", false), kept, fields.source());
}

}  // namespace hearth::text::normalizers
