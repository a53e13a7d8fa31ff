// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/half.h"

struct __half {
  hearth::Half value;
};
inline __half __ushort_as_half(unsigned short bits) {
  __half h;
  h.value.bits = bits;
  return h;
}
inline unsigned short __half_as_ushort(__half h) { return h.value.bits; }
inline float __half2float(__half h) { return static_cast<float>(h.value); }
inline __half __float2half_rn(float v) { return {hearth::Half(v)}; }
