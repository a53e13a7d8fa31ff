// SPDX-License-Identifier: Apache-2.0
// Unigram: of all ways to split a piece into tokens, that with the highest sum of scores.
#include <algorithm>
#include <cmath>
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
float user_defined_score(size_t bytes) {
  return static_cast<float>(0.1 * (static_cast<double>(bytes) - 1));
}

/// Where a sum becomes larger than this, SentencePiece counts from there on anew.
constexpr double kLargestSum = 100000;

constexpr std::string_view kSpaceMark = "\u2581";

/// Watches how near to each other sums come that are compared, to tell behind what other score than
/// `first` a text is split alike.
struct Closeness {
  double first, least = std::numeric_limits<double>::infinity(), largest = 0;

  void see(double sum) { largest = std::max(largest, std::fabs(sum - first)); }
  void compare(double a, double b) { least = std::min(least, std::fabs(a - b)); }
  /// The largest score of which it is certain: of `steps` sums each was rounded to 24 bits here,
  /// and will be there.
  double reach(size_t steps) const {
    const double own = (std::fabs(first) + largest) / 2;
    return least * 0x1p22 / static_cast<double>(steps) - own - largest;
  }
};
struct Unwatched {
  void see(double) {}
  void compare(double, double) {}
};

/// `Sum` is what the scores along a way are added up in: float as SentencePiece does, or double as
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
    if (by_words_) return encode_words(piece, state, out);
    Unwatched unwatched;
    find_ways(piece, 0, state.ways, unwatched);
    go_back(piece, state.ways, out);
  }

 private:
  struct Piece {
    std::string text;
    double score = 0;
  };

  /// All ways of a piece whose score begins with `first`.
  template <class Watch>
  void find_ways(std::string_view piece, Sum first, std::vector<Way>& ways, Watch& watch) const;
  /// Appends the tokens of the best way.
  void go_back(std::string_view piece, const std::vector<Way>& ways,
               std::vector<Symbol>& out) const;
  /// A text whose tokens end where its words do: words that are known, each from the score of those
  /// before it.
  void encode_words(std::string_view text, State& state, std::vector<Symbol>& out) const;
  /// Appends a word's tokens; the score with them.
  Sum encode_word(std::string_view word, const char* end, Sum first, State& state,
                  std::vector<Symbol>& out) const;
  /// Whether no sum within a word of so many bytes can become so large that they begin anew.
  bool stays_small(Sum first, size_t bytes) const {
    return std::fabs(static_cast<double>(first)) + static_cast<double>(bytes) * largest_score_ <=
           kLargestSum;
  }
  /// Whether each token stands for its own text, and so for a score of its own.
  bool plain(ArrayRef<Symbol> symbols) const;
  /// Tokens of a run that no token covers, in reverse.
  void add_unknown(std::string_view run, std::vector<Symbol>& out) const;

  ModelSerial serial_;
  UnigramOptions options_;
  std::vector<Piece> pieces_;
  std::vector<double> scores_;
  /// All pieces; and those that a text is searched for.
  Trie ids_, found_;
  ByteTokens byte_tokens_;
  double unknown_score_ = 0, largest_score_ = 0;  // the latter whatever its sign
  bool by_words_ = false;
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
  double lowest = std::numeric_limits<double>::infinity();
  by_words_ = std::is_same_v<Sum, float>;
  for (const UnigramPiece& piece : pieces)
    if (piece.type == Type::Normal) lowest = std::min(lowest, computed(piece.score));
  for (uint32_t id = 0; id < pieces.size(); ++id) {
    const auto& [text, score, type] = pieces[id];
    pieces_.push_back({std::string(text), score});
    scores_.push_back(type == Type::UserDefined ? double{user_defined_score(text.size())}
                                                : computed(score));
    if (text.empty()) continue;
    ids_.add(text, id);
    if (type != Type::Normal && type != Type::UserDefined) continue;
    found_.add(text, id);
    largest_score_ = std::max(largest_score_, std::fabs(scores_[id]));
    by_words_ = by_words_ && text.find(kSpaceMark, 1) == text.npos;
  }
  by_words_ = by_words_ && found_.find(kSpaceMark) != kNone;
  unknown_score_ = static_cast<Sum>(lowest - kUnknownPenalty);
  largest_score_ = std::max(largest_score_, std::fabs(unknown_score_));
  if (options_.byte_fallback) {
    byte_tokens_.find([&](std::string_view token) { return ids_.find(token); });
  }
}

template <typename Sum>
template <class Watch>
void Unigram<Sum>::find_ways(std::string_view piece, Sum first, std::vector<Way>& ways,
                             Watch& watch) const {
  ways.assign(piece.size() + 1, {});
  ways[0].score = first;
  size_t reached = 0;  // the furthest place
  const auto offer = [&](size_t begin, size_t end, Sum sum, uint32_t id) {
    reached = std::max(reached, end);
    Way& way = ways[end];
    watch.see(sum);
    if (way.begin != kNone) {
      watch.compare(sum, way.score);
      if (!(sum > way.score)) return;
    }
    way = {sum, id, static_cast<uint32_t>(begin)};
  };
  for (size_t at = 0; at < piece.size();) {
    const size_t character = std::min(unicode::length_of(piece[at]), piece.size() - at);
    if (std::is_same_v<Sum, float> && std::fabs(ways[at].score) > kLargestSum) {
      const Sum by = ways[at].score;
      for (size_t i = at; i <= reached; ++i)
        if (i == at || ways[i].begin != kNone) ways[i].score -= by;
    }
    const Sum here = ways[at].score;
    bool covered = false;
    uint32_t node = Trie::kRoot;
    for (size_t end = at; end < piece.size();) {
      node = found_.step(node, piece[end++]);
      if (node == Trie::kNone) break;
      const uint32_t id = found_.value(node);
      if (id == Trie::kNone) continue;
      offer(at, end, static_cast<Sum>(scores_[id]) + here, id);
      covered = covered || end - at == character;
    }
    if (!covered) {
      const Sum sum = static_cast<Sum>(unknown_score_) + here;
      const Way& other = ways[at + character];
      HEARTH_CHECK_AS(ValueError, options_.unk_id || (other.begin != kNone && other.score >= sum),
                      "[Unigram] expected an unk_id, for '", piece.substr(at, character),
                      "', which is no token");
      offer(at, at + character, sum, options_.unk_id.value_or(kNone));
    }
    at += character;
  }
}

template <typename Sum>
void Unigram<Sum>::go_back(std::string_view piece, const std::vector<Way>& ways,
                           std::vector<Symbol>& out) const {
  const auto before = static_cast<std::ptrdiff_t>(out.size());
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
  std::reverse(out.begin() + before, out.end());
}

template <typename Sum>
bool Unigram<Sum>::plain(ArrayRef<Symbol> symbols) const {
  return std::all_of(symbols.begin(), symbols.end(), [&](const Symbol& symbol) {
    return !symbol.again && symbol.size == covered(symbol.id) && symbol.id != options_.unk_id;
  });
}

template <typename Sum>
Sum Unigram<Sum>::encode_word(std::string_view word, const char* end, Sum first, State& state,
                              std::vector<Symbol>& out) const {
  PieceCache::Entry* entry = nullptr;
  PieceCache::Key key;
  if (word.size() <= PieceCache::kMostBytes) {
    key = PieceCache::key_of(word, end);
    entry = &state.cache.entry(key);
    if (entry->key == key && entry->plain && entry->reaches(std::fabs(first)) &&
        stays_small(first, word.size())) {
      for (size_t k = 0; k < entry->count; ++k) {
        const uint32_t id = entry->id(k);
        out.push_back({id, covered(id)});
        first = static_cast<Sum>(scores_[id]) + first;
      }
      return first;
    }
  }
  const size_t before = out.size();
  Closeness closeness{first};
  find_ways(word, first, state.ways, closeness);
  go_back(word, state.ways, out);
  if (entry && !(entry->key == key)) {
    const ArrayRef<Symbol> tokens(out.data() + before, out.size() - before);
    const double reach = closeness.reach(word.size());
    if (reach >= PieceCache::kLeastReach && plain(tokens) && stays_small(first, word.size()))
      entry->set(key, tokens, true, reach);
  }
  return state.ways.back().score;
}

template <typename Sum>
void Unigram<Sum>::encode_words(std::string_view text, State& state,
                                std::vector<Symbol>& out) const {
  Sum score = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t next = std::min(text.find(kSpaceMark, at + 1), text.size());
    score = encode_word(text.substr(at, next - at), text.data() + text.size(), score, state, out);
    at = next;
  }
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
