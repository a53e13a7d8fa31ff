// SPDX-License-Identifier: Apache-2.0
// Models from what describes them, whatever file it came from. Texts are valid UTF-8 and need to
// live during the call only. FormatError, which begins with [source], for what doesn't fit
// together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth::text {

class Model;

using VocabEntries = std::vector<std::pair<std::string_view, uint32_t>>;

/// Names and meaning are those of Hugging Face's `tokenizers.models.BPE`.
struct BpeOptions {
  std::optional<float> dropout;
  std::optional<std::string> unk_token, continuing_subword_prefix, end_of_word_suffix;
  bool fuse_unk = false, byte_fallback = false, ignore_merges = false;
  /// The vocabulary is written in GPT-2's letters for bytes, and the model gets raw bytes.
  bool byte_level = false;
  /// Tokens that are found before any merge, the longest first, and never merge (SentencePiece's
  /// user-defined symbols).
  std::vector<uint32_t> whole;
};

/// Two tokens that become one. Of merges that are possible at a time, that with the lowest rank
/// comes first, and of those the leftmost.
struct RankedMerge {
  std::string_view left, right;
  uint32_t rank = 0;
};

std::unique_ptr<Model> make_bpe(const VocabEntries& vocab, const std::vector<RankedMerge>& merges,
                                const BpeOptions& options, const std::string& source);

/// The two tokens of a line of merges, with a space between them.
std::pair<std::string_view, std::string_view> split_merge(std::string_view line,
                                                          const std::string& source);

/// Each two tokens whose joined text is a token too, with the rank of that (`ranks` is in the order
/// of `vocab`): ordered by rank, then by the ids of both parts.
std::vector<RankedMerge> all_merges(const VocabEntries& vocab, const std::vector<uint32_t>& ranks,
                                    const std::string& source);

struct WordPieceOptions {
  std::string unk_token = "[UNK]", continuing_subword_prefix = "##";
  size_t max_input_chars_per_word = 100;
};

std::unique_ptr<Model> make_wordpiece(const VocabEntries& vocab, const WordPieceOptions& options,
                                      const std::string& source);
std::unique_ptr<Model> make_wordlevel(const VocabEntries& vocab, const std::string& unk_token,
                                      const std::string& source);

/// The settings of a model; none if it is of another kind.
std::optional<BpeOptions> bpe_options(const Model& model);
std::optional<WordPieceOptions> wordpiece_options(const Model& model);
std::optional<std::string> wordlevel_unk_token(const Model& model);

struct UnigramPiece {
  /// What a SentencePiece file calls its pieces. Only normal and user-defined ones are found in a
  /// text.
  enum class Type : uint8_t { Normal = 1, Unknown, Control, UserDefined, Unused, Byte };
  std::string_view text;
  double score = 0;
  Type type = Type::Normal;
};

struct UnigramOptions {
  std::optional<uint32_t> unk_id;
  bool byte_fallback = false;
  /// Sums scores in float, as SentencePiece does, instead of in double as HF.
  bool float_scores = false;
};

/// Pieces by id.
std::unique_ptr<Model> make_unigram(const std::vector<UnigramPiece>& pieces,
                                    const UnigramOptions& options, const std::string& source);
/// SentencePiece's BPE: of pairs whose joined text is a piece, that with the highest score first.
std::unique_ptr<Model> make_sentencepiece_bpe(const std::vector<UnigramPiece>& pieces,
                                              const UnigramOptions& options,
                                              const std::string& source);

}  // namespace hearth::text
