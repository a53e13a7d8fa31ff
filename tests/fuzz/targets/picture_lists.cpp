// SPDX-License-Identifier: Apache-2.0
// Lists and archives of pictures.
#include "hearth/datasets/vision/listed_pictures.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth::datasets;
  const hearth::fuzz::MemoryFile file(data, size);
  const auto options = PictureOptions().broken(hearth::data::readers::Broken::Skip);
  hearth::fuzz::read([&] { listed_pictures(file.path(), Mode::kTrain, options); });
  return hearth::fuzz::read([&] { archived_pictures(file.path(), Mode::kTest, options); });
}
