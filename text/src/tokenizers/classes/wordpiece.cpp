// SPDX-License-Identifier: Apache-2.0
// Of vocab.txt: BERT's and MPNet's.
#include "tokenizers/assembled.h"
#include "tokenizers/classes/tokenizer_class.h"

namespace hearth::text {

OpenedTokenizer open_wordpiece(const TokenizerClass& its, std::string_view file,
                               const std::string& path, const TokenizerSettings& settings) {
  Parts parts;
  parts.normalizer = bert_normalizer(settings);
  parts.pre_tokenizer = {{"type", "BertPreTokenizer"}};
  parts.decoder = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
  return {parts.with(read_bert_vocab(file, path, settings.token("unk_token")), path), &its};
}

}  // namespace hearth::text
