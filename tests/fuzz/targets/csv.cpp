// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/readers/lines.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth::data::readers;
  const hearth::fuzz::MemoryFile file(data, size);
  hearth::fuzz::read([&] {
    LineReader lines(file.path(), 1 << 20);
    while (lines.next()) {
    }
  });
  return hearth::fuzz::read([&] {
    CsvReader rows(file.path(), CsvOptions().broken(Broken::Skip).longest_row(1 << 20));
    while (rows.next()) {
    }
  });
}
