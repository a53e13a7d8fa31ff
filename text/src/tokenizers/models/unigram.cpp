// SPDX-License-Identifier: Apache-2.0
// Unigram: of all ways to split a piece into tokens, that with the highest sum of scores.
#include <algorithm>
#include <limits>
#include <type_traits>

#include "hearth/base/error.h"

#include "tokenizers/models/build.h"
#include "tokenizers/models/byte_tokens.h"
#include "tokenizers/models/json_text.h"
#include "tokenizers/models/piece_loop.h"
#include "tokenizers/models/score_as_read.h"
#include "tokenizers/models/token_table.h"
#include "tokenizers/models/trie.h"
#include "tokenizers/parts.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

constexpr double kUnknownPenalty = 10;
constexpr uint32_t kNone = UINT32_MAX;

using Type = UnigramPiece::Type;

/// What SentencePiece gives user-defined pieces, so that they are nearly always chosen.
double user_defined_score(size_t bytes, double highest) {
  return static_cast<double>(bytes) * std::max(highest, 0.0) - 0.1;
}

/// `Sum` is what the scores along a way are kept in: float as SentencePiece does, or double as
/// Hugging Face's library.
template <typename Sum>
class Unigram final : public Model {
 public:
  /// The best way to a place in the piece.
  struct Way {
    Sum score = 0;
    uint32_t id = 0, begin = kNone;
  };
  struct State : ThreadState {
    State() : ThreadState(size_t{1} << 14) {}
    std::vector<Way> ways;
  };

  Unigram(const std::vector<UnigramPiece>& pieces, const UnigramOptions& options,
          const std::string& source);

  void encode(std::string_view text, ArrayRef<Offset> pieces, Tokens& out) const override {
    encode_pieces(*this, thread_state<State>(serial_), text, pieces, out);
  }
  std::optional<uint32_t> token_to_id(std::string_view token) const override {
    const uint32_t id = ids_.find(token);
    return id == kNone ? std::nullopt : std::optional(id);
  }
  std::string_view id_to_token(uint32_t id) const override {
    return id < pieces_.size() ? std::string_view(pieces_[id].text) : std::string_view();
  }
  size_t vocab_size() const override { return pieces_.size(); }
  std::optional<uint32_t> named_by_text() const override { return options_.unk_id; }
  void write_json(std::string& out, bool pretty) const override;

  bool caches() const { return true; }
  uint32_t covered(uint32_t id) const { return static_cast<uint32_t>(pieces_[id].text.size()); }
  void encode_piece(std::string_view piece, State& state, std::vector<Symbol>& out) const {
    find_ways(piece, state.ways);
    go_back(piece, state.ways, out);
  }

 private:
  struct Piece {
    std::string text;
    double score = 0;
  };

  void find_ways(std::string_view piece, std::vector<Way>& ways) const;
  void go_back(std::string_view piece, const std::vector<Way>& ways,
               std::vector<Symbol>& out) const;
  /// Tokens of a run that no token covers, in reverse.
  void add_unknown(std::string_view run, std::vector<Symbol>& out) const;

  ModelSerial serial_;
  UnigramOptions options_;
  std::vector<Piece> pieces_;
  std::vector<double> scores_;
  /// All pieces; and those that a text is searched for.
  Trie ids_, found_;
  ByteTokens byte_tokens_;
  double unknown_score_ = 0;
};

template <typename Sum>
Unigram<Sum>::Unigram(const std::vector<UnigramPiece>& pieces, const UnigramOptions& options,
                      const std::string& source)
    : options_(options) {
  HEARTH_CHECK_AS(FormatError, !options.unk_id || *options.unk_id < pieces.size(), "[", source,
                  "] expected unk_id below the number of pieces, ", pieces.size(), ", got ",
                  options.unk_id.value_or(0));
  size_t bytes = 0;
  for (const UnigramPiece& piece : pieces) bytes += piece.text.size();
  ids_.reserve(bytes, source);
  found_.reserve(bytes, source);
  const auto computed = [](double score) {
    return std::is_same_v<Sum, double> ? score_as_read(score) : score;
  };
  double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
  for (const UnigramPiece& piece : pieces) {
    if (piece.type != Type::Normal) continue;
    lowest = std::min(lowest, computed(piece.score));
    highest = std::max(highest, computed(piece.score));
  }
  for (uint32_t id = 0; id < pieces.size(); ++id) {
    const auto& [text, score, type] = pieces[id];
    pieces_.push_back({std::string(text), score});
    scores_.push_back(type == Type::UserDefined ? user_defined_score(text.size(), highest)
                                                : computed(score));
    if (text.empty()) continue;
    ids_.add(text, id);
    if (type == Type::Normal || type == Type::UserDefined) found_.add(text, id);
  }
  unknown_score_ = static_cast<Sum>(lowest - kUnknownPenalty);
  if (options_.byte_fallback) {
    byte_tokens_.find([&](std::string_view token) { return ids_.find(token); });
  }
}

template <typename Sum>
void Unigram<Sum>::find_ways(std::string_view piece, std::vector<Way>& ways) const {
  ways.assign(piece.size() + 1, {});
  const auto sum = [&](size_t begin, double score) {
    return static_cast<Sum>(score) + ways[begin].score;
  };
  const auto better = [&](size_t begin, size_t end, double score) {
    return ways[end].begin == kNone || sum(begin, score) > ways[end].score;
  };
  const auto take = [&](size_t begin, size_t end, double score, uint32_t id) {
    ways[end] = {sum(begin, score), id, static_cast<uint32_t>(begin)};
  };
  for (size_t at = 0; at < piece.size();) {
    const size_t character = std::min(unicode::length_of(piece[at]), piece.size() - at);
    bool covered = false;
    uint32_t node = Trie::kRoot;
    for (size_t end = at; end < piece.size();) {
      node = found_.step(node, piece[end++]);
      if (node == Trie::kNone) break;
      const uint32_t id = found_.value(node);
      if (id == Trie::kNone) continue;
      if (better(at, end, scores_[id])) take(at, end, scores_[id], id);
      covered = covered || end - at == character;
    }
    if (!covered && better(at, at + character, unknown_score_)) {
      HEARTH_CHECK_AS(ValueError, options_.unk_id, "[Unigram] expected an unk_id, for '",
                      piece.substr(at, character), "', which is no token");
      take(at, at + character, unknown_score_, *options_.unk_id);
    }
    at += character;
  }
}

template <typename Sum>
void Unigram<Sum>::go_back(std::string_view piece, const std::vector<Way>& ways,
                           std::vector<Symbol>& out) const {
  for (size_t end = piece.size(); end > 0;) {
    const Way& way = ways[end];
    if (!options_.unk_id || way.id != *options_.unk_id) {
      out.push_back({way.id, static_cast<uint32_t>(end) - way.begin});
      end = way.begin;
      continue;
    }
    // Unknown neighbours are one.
    size_t begin = way.begin;
    while (begin > 0 && ways[begin].id == way.id) begin = ways[begin].begin;
    add_unknown(piece.substr(begin, end - begin), out);
    end = begin;
  }
  std::reverse(out.begin(), out.end());
}

template <typename Sum>
void Unigram<Sum>::add_unknown(std::string_view run, std::vector<Symbol>& out) const {
  const auto size = static_cast<uint32_t>(run.size());
  // HF looks the whole run up.
  const uint32_t whole = options_.float_scores ? kNone : ids_.find(run);
  if (whole != kNone) {
    out.push_back({whole, size});
  } else if (options_.byte_fallback && byte_tokens_.cover(run)) {
    for (size_t i = run.size(); i-- > 0;) out.push_back({byte_tokens_[run[i]], size, i > 0});
  } else {
    out.push_back({*options_.unk_id, size});
  }
}

template <typename Sum>
void Unigram<Sum>::write_json(std::string& out, bool pretty) const {
  JsonText json(out, pretty, 1);
  json.open('{');
  json.key("type");
  json.string("Unigram");
  json.key("unk_id");
  options_.unk_id ? json.number(uint64_t{*options_.unk_id}) : json.null();
  json.key("vocab");
  json.open('[');
  for (const Piece& piece : pieces_) {
    json.element();
    json.open('[');
    json.element();
    json.string(piece.text);
    json.element();
    json.number(piece.score);
    json.close(']');
  }
  json.close(']');
  json.key("byte_fallback");
  json.boolean(options_.byte_fallback);
  json.close('}');
}

}  // namespace

std::unique_ptr<Model> make_unigram(const std::vector<UnigramPiece>& pieces,
                                    const UnigramOptions& options, const std::string& source) {
  if (options.float_scores) return std::make_unique<Unigram<float>>(pieces, options, source);
  return std::make_unique<Unigram<double>>(pieces, options, source);
}

}  // namespace hearth::text
