// SPDX-License-Identifier: Apache-2.0
#include "hearth/pretrained/text.h"

#include "hearth/hub/model_files.h"

#include "open.h"

namespace hearth::pretrained {

text::LanguageIdentifier language_identifier(const std::string& name_or_path) {
  const Entry* entry = entry_of(name_or_path, kLanguages, {});
  return text::LanguageIdentifier::load(entry ? weights_of(*entry)
                                              : TensorFile(hub::model_files(name_or_path).weights));
}

}  // namespace hearth::pretrained
