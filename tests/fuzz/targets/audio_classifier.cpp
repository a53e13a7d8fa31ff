// SPDX-License-Identifier: Apache-2.0
// A classifier of sounds by what its file says of itself, and by a config.json.
#include "hearth/audio/classification/classifier.h"
#include "hearth/audio/from_pretrained.h"
#include "hearth/audio/models/ast.h"

#include "fuzz/fuzz.h"
#include "temporary.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  static const TemporaryFolder folder;
  if (size == 0 || data[0] != '{')
    return fuzz::read([&] { audio::Classifier::load(TensorFile(data, size)); });
  static const bool written = [] {
    const std::string header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
    write_text(folder / "model.safetensors", std::string(1, static_cast<char>(header.size())) +
                                                 std::string(7, '\0') + header + "x");
    return true;
  }();
  write_text(folder / "config.json", std::string(reinterpret_cast<const char*>(data), size));
  fuzz::read([&] { audio::models::ast::from_pretrained(folder.path); });
  return written && fuzz::read([&] { audio::from_pretrained(folder.path); });
}
