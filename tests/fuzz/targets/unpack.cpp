// SPDX-License-Identifier: Apache-2.0
// Archives of data sets.
#include "hearth/hub/archive.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"
#include "temporary.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const hearth::fuzz::MemoryFile file(data, size);
  const TemporaryFolder folder;
  const auto limits = hearth::hub::ExtractOptions().max_bytes(1 << 20).max_entries(100);
  hearth::fuzz::read([&] { hearth::hub::extract(file.path(), folder / "all", limits); });
  return hearth::fuzz::read(
      [&] { hearth::hub::extract_member(file.path(), "a.txt", folder / "one", limits); });
}
