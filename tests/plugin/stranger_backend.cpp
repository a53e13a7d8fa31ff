// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

extern "C" __attribute__((visibility("default"))) uint64_t hearth_abi() { return 12345; }
extern "C" __attribute__((visibility("default"))) void hearth_install(void*) { __builtin_trap(); }
