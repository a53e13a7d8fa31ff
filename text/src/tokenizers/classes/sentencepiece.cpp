// SPDX-License-Identifier: Apache-2.0
// Of SentencePiece's .model: Llama's and Gemma's, which are BPE, and those of Unigram. All pieces
// are tokens that a text may give, whatever their type; that special ones are found first comes of
// adding them.
#include <algorithm>

#include "hearth/base/error.h"

#include "tokenizers/assembled.h"
#include "tokenizers/classes/tokenizer_class.h"

namespace hearth::text {

using nlohmann::ordered_json;

namespace {

std::vector<AddedToken> marked_in(const SentencePieceFile& file) {
  using Type = UnigramPiece::Type;
  std::vector<AddedToken> out;
  for (const UnigramPiece& piece : file.pieces)
    if (piece.type == Type::Control || piece.type == Type::UserDefined)
      out.push_back(special_token(std::string(piece.text)).special(piece.type == Type::Control));
  return out;
}

/// Any two pieces merge that together are one: that with the lowest id first, and of its halves
/// those with the shortest left one.
std::unique_ptr<Model> make_ranked_bpe(const SentencePieceFile& file, BpeOptions options,
                                       const std::string& path) {
  VocabEntries vocab;
  std::vector<uint32_t> ids;
  for (const UnigramPiece& piece : file.pieces) {
    ids.push_back(static_cast<uint32_t>(ids.size()));
    vocab.emplace_back(piece.text, ids.back());
  }
  std::vector<RankedMerge> merges = all_merges(vocab, ids, path);
  std::stable_sort(merges.begin(), merges.end(), [](const RankedMerge& a, const RankedMerge& b) {
    return a.rank != b.rank ? a.rank < b.rank : a.left.size() < b.left.size();
  });
  for (size_t i = 0; i < merges.size(); ++i) merges[i].rank = static_cast<uint32_t>(i);
  options.fuse_unk = true;
  options.byte_fallback = true;
  return make_bpe(vocab, merges, options, path);
}

OpenedTokenizer opened_bpe(const TokenizerClass& its, const Parts& parts,
                           const SentencePieceFile& file, BpeOptions options,
                           const std::string& path) {
  OpenedTokenizer out{parts.with(make_ranked_bpe(file, std::move(options), path), path), &its,
                      marked_in(file)};
  out.impl->is_bpe = true;
  return out;
}

ordered_json decoders(bool strip) {
  ordered_json list = {
      replace("String", kSpaceMark, " "), {{"type", "ByteFallback"}}, {{"type", "Fuse"}}};
  if (strip) list.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  return sequence("decoders", std::move(list));
}

/// Of words between white space, each with U+2581 before it. Gives `pieces` to tokens of Unigram.
OpenedTokenizer opened_words(const TokenizerClass& its, ordered_json normalizers,
                             std::vector<UnigramPiece> pieces, uint32_t unk_id,
                             const std::string& path, const TokenizerSettings& settings,
                             bool prefix_counts = true) {
  for (UnigramPiece& piece : pieces) piece.type = UnigramPiece::Type::Normal;
  UnigramOptions options;
  options.unk_id = unk_id;
  const bool prefix = !prefix_counts || settings.flag("add_prefix_space", true);
  const ordered_json mark = metaspace(prefix ? "always" : "never", true);
  Parts parts;
  parts.normalizer = std::move(normalizers);
  parts.pre_tokenizer = sequence("pretokenizers", {{{"type", "WhitespaceSplit"}}, mark});
  parts.decoder = mark;
  return {parts.with(make_unigram(pieces, options, path), path), &its};
}

ordered_json charsmap_of(const SentencePieceFile& file) {
  return file.precompiled_charsmap.empty() ? ordered_json()
                                           : precompiled(file.precompiled_charsmap);
}

/// ALBERT's and XLNet's.
ordered_json folding(const SentencePieceFile& file, bool keep_accents, bool lower_case) {
  ordered_json list = {replace("String", "``", "\""), replace("String", "''", "\"")};
  if (!keep_accents) {
    list.push_back({{"type", "NFKD"}});
    list.push_back({{"type", "StripAccents"}});
  }
  if (lower_case) list.push_back({{"type", "Lowercase"}});
  if (ordered_json charsmap = charsmap_of(file); !charsmap.is_null())
    list.push_back(std::move(charsmap));
  return sequence("normalizers", std::move(list));
}

}  // namespace

OpenedTokenizer open_llama(const TokenizerClass& its, std::string_view text,
                           const std::string& path, const TokenizerSettings& settings) {
  const SentencePieceFile file = read_sentencepiece(text, path);
  const bool prefix = settings.flag("add_prefix_space", true);
  const char* scheme = settings.flag("legacy", false) ? "always" : "first";
  Parts parts;
  parts.pre_tokenizer = metaspace(prefix ? scheme : "never", false);
  parts.decoder = decoders(prefix);
  return opened_bpe(its, parts, file, {}, path);
}

OpenedTokenizer open_gemma(const TokenizerClass& its, std::string_view text,
                           const std::string& path, const TokenizerSettings& settings) {
  Parts parts;
  parts.normalizer = replace("String", " ", kSpaceMark);
  parts.pre_tokenizer = {{"type", "Split"},
                         {"pattern", {{"String", " "}}},
                         {"behavior", "MergedWithPrevious"},
                         {"invert", false}};
  parts.decoder = decoders(false);
  BpeOptions options;
  options.unk_token = settings.token("unk_token");
  return opened_bpe(its, parts, read_sentencepiece(text, path), options, path);
}

OpenedTokenizer open_t5(const TokenizerClass& its, std::string_view text, const std::string& path,
                        const TokenizerSettings& settings) {
  constexpr uint32_t kUnknown = 2;
  constexpr int64_t kMostExtra = 100000;
  const SentencePieceFile file = read_sentencepiece(text, path);
  const auto said = member(settings.config, "extra_ids");
  const int64_t extra = said ? said->integer() : 100;
  HEARTH_CHECK_AS(FormatError, extra >= 0 && extra <= kMostExtra,
                  "[tokenizer_config.json] extra_ids: expected 0 to ", kMostExtra, ", got ", extra);
  std::vector<std::string> sentinels;
  for (int64_t i = extra; i-- > 0;) sentinels.push_back(cat_str("<extra_id_", i, ">"));
  std::vector<UnigramPiece> pieces = file.pieces;
  for (const std::string& sentinel : sentinels) pieces.push_back({sentinel});
  OpenedTokenizer out =
      opened_words(its, charsmap_of(file), std::move(pieces), kUnknown, path, settings, false);
  out.marked = marked_in(file);
  for (std::string& sentinel : sentinels) out.marked.push_back(special_token(std::move(sentinel)));
  return out;
}

OpenedTokenizer open_xlm_roberta(const TokenizerClass& its, std::string_view text,
                                 const std::string& path, const TokenizerSettings& settings) {
  SentencePieceFile file = read_sentencepiece(text, path);
  std::vector<AddedToken> marked = marked_in(file);
  use_fairseq_ids(file, path);
  const std::string names[] = {settings.token("bos_token"), settings.token("pad_token"),
                               settings.token("eos_token"), settings.token("unk_token"),
                               settings.token("mask_token")};
  for (size_t i = 0; i < 4; ++i) file.pieces[i].text = names[i];
  file.pieces.back().text = names[4];
  OpenedTokenizer out =
      opened_words(its, charsmap_of(file), file.pieces, file.unk_id, path, settings);
  out.marked = std::move(marked);
  return out;
}

OpenedTokenizer open_camembert(const TokenizerClass& its, std::string_view text,
                               const std::string& path, const TokenizerSettings& settings) {
  constexpr uint32_t kUnknown = 3;
  const SentencePieceFile file = read_sentencepiece(text, path);
  const std::string pad = settings.token("pad_token"), unk = settings.token("unk_token"),
                    mask = settings.token("mask_token");
  std::vector<UnigramPiece> pieces{
      {"<s>NOTUSED"}, {pad}, {"</s>NOTUSED"}, {unk}, {"<unk>NOTUSED", -100}};
  pieces.insert(pieces.end(), file.pieces.begin() + 1, file.pieces.end());
  pieces.push_back({mask});
  OpenedTokenizer out =
      opened_words(its, charsmap_of(file), std::move(pieces), kUnknown, path, settings);
  out.marked = marked_in(file);
  return out;
}

OpenedTokenizer open_albert(const TokenizerClass& its, std::string_view text,
                            const std::string& path, const TokenizerSettings& settings) {
  constexpr uint32_t kUnknown = 1;
  const SentencePieceFile file = read_sentencepiece(text, path);
  OpenedTokenizer out = opened_words(
      its,
      folding(file, settings.flag("keep_accents", false), settings.flag("do_lower_case", true)),
      file.pieces, kUnknown, path, settings);
  out.marked = marked_in(file);
  return out;
}

OpenedTokenizer open_xlnet(const TokenizerClass& its, std::string_view text,
                           const std::string& path, const TokenizerSettings& settings) {
  const SentencePieceFile file = read_sentencepiece(text, path);
  OpenedTokenizer out =
      opened_words(its, folding(file, false, settings.flag("do_lower_case", false)), file.pieces,
                   file.unk_id, path, settings, false);
  out.marked = marked_in(file);
  return out;
}

OpenedTokenizer open_deberta_v2(const TokenizerClass& its, std::string_view text,
                                const std::string& path, const TokenizerSettings& settings) {
  const SentencePieceFile file = read_sentencepiece(text, path);
  const std::string unk = settings.token("unk_token");
  UnigramOptions options;
  options.unk_id = file.unk_id;
  std::vector<UnigramPiece> pieces = file.pieces;
  for (size_t id = pieces.size(); id-- > 0;) {
    if (pieces[id].text == unk && pieces[id].score == 0) options.unk_id = static_cast<uint32_t>(id);
    pieces[id].type = UnigramPiece::Type::Normal;
  }
  ordered_json normalizers = ordered_json::array(), splits = ordered_json::array();
  if (settings.flag("do_lower_case", false)) normalizers.push_back({{"type", "Lowercase"}});
  normalizers.push_back(replace("Regex", "\\s{2,}|[\\n\\r\\t]", " "));
  normalizers.push_back({{"type", "NFC"}});
  normalizers.push_back({{"type", "Strip"}, {"strip_left", false}, {"strip_right", true}});
  if (settings.flag("split_by_punct", false))
    splits.push_back({{"type", "Punctuation"}, {"behavior", "Isolated"}});
  const ordered_json mark =
      metaspace(settings.flag("add_prefix_space", true) ? "always" : "first", true);
  splits.push_back(mark);
  Parts parts;
  parts.normalizer = sequence("normalizers", std::move(normalizers));
  parts.pre_tokenizer = sequence("pretokenizers", std::move(splits));
  parts.decoder = mark;
  return {parts.with(make_unigram(pieces, options, path), path), &its, marked_in(file)};
}

}  // namespace hearth::text
