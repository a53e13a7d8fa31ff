// SPDX-License-Identifier: Apache-2.0
// How libjpeg's errors come out of it.
#pragma once

#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>

namespace hearth::vision::io {

/// libjpeg reports errors by longjmp, which must not pass over anything with a destructor. So what
/// owns memory lives in the callers of the functions that set the jump.
struct JpegFailure {
  jpeg_error_mgr manager;  // first, so that libjpeg's pointer is ours
  jmp_buf jump;
  char text[JMSG_LENGTH_MAX] = "";
};

/// libjpeg's error manager, which writes the message into `failure` and jumps. Warnings that mean
/// missing pixels are errors.
jpeg_error_mgr* install(JpegFailure& failure);

}  // namespace hearth::vision::io
