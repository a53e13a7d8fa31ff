// SPDX-License-Identifier: Apache-2.0
// The handshake between core and a backend's library, which stands above all ops.
#pragma once

#include "backends/fingerprint.h"
#include "backends/registry.h"
#include "ops/rows.h"
#include "pointwise/rows.h"

namespace hearth {

/// Differs where core and a backend were built from headers that do not fit: the backend is refused
/// then, instead of reading fields at wrong places.
consteval uint64_t abi_fingerprint() {
  uint64_t h = fingerprint::of_shared_structs(1);
#define HEARTH_ROW(Type) h = fingerprint::of_op<ops::Type>(h);
#include "ops/ops.def"
#undef HEARTH_ROW
  h = fingerprint::fields_of(
      h, std::type_identity<decltype(std::declval<ops::Pointwise&>().fields())>());
  return fingerprint::of_pointwise(h);
}

}  // namespace hearth

/// In a backend library: `HEARTH_BACKEND(install)` makes `void install(hearth::Registry&)` what
/// load_backend calls.
#define HEARTH_BACKEND(install)                                                       \
  extern "C" HEARTH_API uint64_t hearth_abi() { return ::hearth::abi_fingerprint(); } \
  extern "C" HEARTH_API void hearth_install(::hearth::Registry& registry) { install(registry); }
