// SPDX-License-Identifier: Apache-2.0
// A maker for each normalizer of tokenizer.json; make_normalizer knows which one is asked for.
#pragma once

#include <memory>

#include "tokenizers/parts.h"

namespace hearth::text {

class JsonFields;

namespace normalizers {

std::unique_ptr<Normalizer> make_bert(const JsonFields& fields);
/// NFC, NFD, NFKC, NFKD.
std::unique_ptr<Normalizer> make_unicode_form(const JsonFields& fields);
std::unique_ptr<Normalizer> make_lowercase(const JsonFields& fields);
std::unique_ptr<Normalizer> make_nmt(const JsonFields& fields);
std::unique_ptr<Normalizer> make_strip_accents(const JsonFields& fields);
std::unique_ptr<Normalizer> make_strip(const JsonFields& fields);
std::unique_ptr<Normalizer> make_replace(const JsonFields& fields);
std::unique_ptr<Normalizer> make_prepend(const JsonFields& fields);
std::unique_ptr<Normalizer> make_precompiled(const JsonFields& fields);
std::unique_ptr<Normalizer> make_byte_level(const JsonFields& fields);

}  // namespace normalizers
}  // namespace hearth::text
