// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/half.h"

struct __nv_bfloat16 {
  hearth::BFloat16 value;
};
inline __nv_bfloat16 __float2bfloat16_rn(float v) { return {hearth::BFloat16(v)}; }
inline unsigned short __bfloat16_as_ushort(__nv_bfloat16 h) { return h.value.bits; }
