// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/bpe.h"
#include "tokenizers/models/json_text.h"

namespace hearth::text {

void Bpe::write_json(std::string& out, bool pretty) const {
  JsonText json(out, pretty, 1);
  json.open('{');
  json.key("type");
  json.string("BPE");
  json.key("dropout");
  if (options_.dropout) {
    json.number(*options_.dropout);
  } else {
    json.null();
  }
  json.key("unk_token");
  json.string_or_null(options_.unk_token);
  json.key("continuing_subword_prefix");
  json.string_or_null(options_.continuing_subword_prefix);
  json.key("end_of_word_suffix");
  json.string_or_null(options_.end_of_word_suffix);
  json.key("fuse_unk");
  json.boolean(options_.fuse_unk);
  json.key("byte_fallback");
  json.boolean(options_.byte_fallback);
  json.key("ignore_merges");
  // A piece that is a token found whole has no merges.
  json.boolean(options_.ignore_merges || !options_.whole.empty());
  json.key("vocab");
  write_vocab(json, tokens_);
  json.key("merges");
  json.open('[');
  for (size_t i = 0; i < merges_.all().size(); ++i) {
    const Merge& merge = merges_[i];
    if (merges_.find(merge.left, merge.right) != i) continue;
    json.element();
    json.open('[');
    json.element();
    json.string(tokens_.token(merge.left));
    json.element();
    json.string(tokens_.token(merge.right));
    json.close(']');
  }
  json.close(']');
  json.close('}');
}

}  // namespace hearth::text
