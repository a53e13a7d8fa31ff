// SPDX-License-Identifier: Apache-2.0
#include "gguf/gguf_types.h"

namespace hearth::text {

namespace {

constexpr GgmlType plain(uint32_t id, std::string_view name, ScalarType dtype) {
  return {id, name, dtype, {}};
}
constexpr GgmlType blocks(uint32_t id, std::string_view name, BlockFormat format) {
  return {id, name, ScalarType::Undefined, format};
}
constexpr GgmlType unread(uint32_t id, std::string_view name) {
  return {id, name, ScalarType::Undefined, {}};
}

constexpr GgmlType kTypes[] = {plain(0, "F32", kFloat),
                               plain(1, "F16", kHalf),
                               blocks(2, "Q4_0", BlockFormat::Q4_0),
                               blocks(3, "Q4_1", BlockFormat::Q4_1),
                               blocks(6, "Q5_0", BlockFormat::Q5_0),
                               blocks(7, "Q5_1", BlockFormat::Q5_1),
                               blocks(8, "Q8_0", BlockFormat::Q8_0),
                               unread(9, "Q8_1"),
                               unread(10, "Q2_K"),
                               unread(11, "Q3_K"),
                               blocks(12, "Q4_K", BlockFormat::Q4_K),
                               blocks(13, "Q5_K", BlockFormat::Q5_K),
                               blocks(14, "Q6_K", BlockFormat::Q6_K),
                               unread(15, "Q8_K"),
                               unread(16, "IQ2_XXS"),
                               unread(17, "IQ2_XS"),
                               unread(18, "IQ3_XXS"),
                               unread(19, "IQ1_S"),
                               blocks(20, "IQ4_NL", BlockFormat::IQ4_NL),
                               unread(21, "IQ3_S"),
                               unread(22, "IQ2_S"),
                               unread(23, "IQ4_XS"),
                               plain(24, "I8", kChar),
                               plain(25, "I16", kShort),
                               plain(26, "I32", kInt),
                               plain(27, "I64", kLong),
                               plain(28, "F64", kDouble),
                               unread(29, "IQ1_M"),
                               plain(30, "BF16", kBFloat16),
                               unread(34, "TQ1_0"),
                               unread(35, "TQ2_0"),
                               unread(39, "MXFP4")};

}  // namespace

const GgmlType* ggml_type(uint32_t id) {
  for (const GgmlType& t : kTypes)
    if (t.id == id) return &t;
  return nullptr;
}

}  // namespace hearth::text
