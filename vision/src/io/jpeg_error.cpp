// SPDX-License-Identifier: Apache-2.0
#ifdef HEARTH_WITH_JPEG
#include "io/jpeg_error.h"

#include <jerror.h>

namespace hearth::vision::io {
namespace {

[[noreturn]] void on_error(j_common_ptr info) {
  auto* failure = reinterpret_cast<JpegFailure*>(info->err);
  info->err->format_message(info, failure->text);
  std::longjmp(failure->jump, 1);
}

void on_message(j_common_ptr info, int level) {
  // Of libjpeg's warnings, these mean that pixels are missing.
  const int code = info->err->msg_code;
  if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER)) on_error(info);
}

}  // namespace

jpeg_error_mgr* install(JpegFailure& failure) {
  jpeg_error_mgr* manager = jpeg_std_error(&failure.manager);
  manager->error_exit = on_error;
  manager->emit_message = on_message;
  return manager;
}

}  // namespace hearth::vision::io
#endif
