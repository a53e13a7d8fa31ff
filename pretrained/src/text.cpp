// SPDX-License-Identifier: Apache-2.0
#include "hearth/pretrained/text.h"

#include <filesystem>

#include "hearth/hub/model_files.h"

#include "embedded.h"
#include "open.h"

namespace hearth::pretrained {

text::LanguageIdentifier language_identifier(const std::string& name_or_path) {
  const Entry* entry = entry_of(name_or_path, kLanguages, {});
  return text::LanguageIdentifier::load(entry ? weights_of(*entry)
                                              : TensorFile(hub::model_files(name_or_path).weights));
}

text::PreTrainedTokenizer tokenizer(const std::string& name_or_path) {
  std::error_code none;
  if (name_or_path != "bpe" || std::filesystem::exists(name_or_path, none))
    return text::AutoTokenizer::from_pretrained(name_or_path);
  const std::string file = name_or_path + "/tokenizer.json";
  text::PreTrainedTokenizer own(text::Tokenizer::from_json(embedded_file(file), file));
  own.bos_token = own.eos_token = own.unk_token = "<|endoftext|>";
  own.token_type_ids = false;
  return own;
}

}  // namespace hearth::pretrained
