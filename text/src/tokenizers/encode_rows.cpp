// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/encode_rows.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "hearth/base/error.h"

#include "tokenizers/encoding_edits.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

Encoding encode_all_words(const Tokenizer::Impl& impl, ArrayRef<std::string> words,
                          OffsetUnit unit) {
  Encoding out;
  out.vocabulary = impl.vocabulary;
  for (size_t i = 0; i < words.size(); ++i) {
    check_utf8(words[i]);
    append(out, encode_text(impl, words[i], 0, unit, static_cast<uint32_t>(i)));
  }
  return out;
}

}  // namespace

void check_utf8(std::string_view text) {
  const size_t invalid = unicode::find_invalid(text);
  HEARTH_CHECK_AS(ValueError, invalid == text.size(),
                  "[Tokenizer] expected UTF-8, got an invalid byte at ", invalid, " of ",
                  text.size());
}

size_t room_for(const Tokenizer::Impl& impl, const Truncation& truncation, bool pair,
                bool add_special_tokens) {
  const size_t added = add_special_tokens ? impl.post_processor.added_tokens(pair) : 0;
  const auto most = static_cast<size_t>(truncation.max_length());
  HEARTH_CHECK_AS(ValueError, most >= added, "[Tokenizer] a max_length of ", most,
                  " has no room for ", added, " special tokens");
  return most - added;
}

Encoding encode_row(const Tokenizer::Impl& impl, const Row& row,
                    const std::optional<Truncation>& truncation, const EncodeOptions& options) {
  std::vector<Encoding> texts;
  if (row.words) {
    texts.push_back(encode_all_words(impl, *row.words, options.offsets()));
  } else {
    check_utf8(row.text);
    texts.push_back(encode_text(impl, row.text, 0, options.offsets()));
  }
  if (row.pair) {
    check_utf8(*row.pair);
    texts.push_back(encode_text(impl, *row.pair, 1, options.offsets()));
  }
  if (truncation)
    truncate_pair(texts[0], row.pair ? &texts[1] : nullptr, *truncation,
                  room_for(impl, *truncation, row.pair.has_value(), options.add_special_tokens()));
  return impl.post_processor.process(std::move(texts), options.add_special_tokens());
}

int threads_of(int64_t num_threads) {
  constexpr int64_t kMost = 1 << 16;
  HEARTH_CHECK_AS(ValueError, num_threads >= 0 && num_threads <= kMost,
                  "[Tokenizer] expected num_threads from 0 to ", kMost, ", got ", num_threads);
  return num_threads == 0 ? get_num_threads() : static_cast<int>(num_threads);
}

}  // namespace hearth::text
