// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/byte_order_mark.h"

#include "hearth/base/error.h"

namespace hearth {

std::string_view without_byte_order_mark(std::string_view text, std::string_view source) {
  HEARTH_CHECK_AS(FormatError, !text.starts_with("\xff\xfe") && !text.starts_with("\xfe\xff"), "[",
                  source,
                  "] expected UTF-8, got UTF-16; write it anew, as iconv does: iconv -f UTF-16 -t "
                  "UTF-8 OLD > NEW");
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

}  // namespace hearth
