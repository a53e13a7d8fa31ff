// SPDX-License-Identifier: Apache-2.0
// Checkpoints of Hearth's own, every value of them.
#include "hearth/io/archive.h"

#include "hearth/tensor/tensor.h"

#include "fuzz/fuzz.h"

namespace {

void read_all(hearth::serialize::InputArchive& archive, int depth) {
  for (const std::string& key : archive.keys()) {
    hearth::serialize::Value value;
    hearth::Tensor tensor;
    hearth::serialize::InputArchive nested;
    hearth::fuzz::read([&] { archive.try_read(key, value); });
    hearth::fuzz::read([&] { archive.try_read(key, tensor); });
    hearth::fuzz::read([&] {
      if (depth < 8 && archive.try_read(key, nested)) read_all(nested, depth + 1);
    });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return hearth::fuzz::read([&] {
    hearth::serialize::InputArchive archive;
    archive.load_from(reinterpret_cast<const char*>(data), size);
    read_all(archive, 0);
  });
}
