// SPDX-License-Identifier: Apache-2.0
// The index of a model in several files, beside one of them.
#include "hearth/io/tensor_file.h"
#include "hearth/tensor/tensor.h"

#include "fuzz/fuzz.h"
#include "temporary.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const TemporaryFolder folder;
  static const bool written = [] {
    const std::string header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
    write_text(folder / "a.safetensors", std::string(1, static_cast<char>(header.size())) +
                                             std::string(7, '\0') + header + "x");
    return true;
  }();
  return written && hearth::fuzz::read([&] {
           const std::string index = folder / "model.index.json";
           write_text(index, std::string(reinterpret_cast<const char*>(data), size));
           const hearth::TensorFile file(index);
           for (const std::string& key : file.keys()) hearth::fuzz::read([&] { file.tensor(key); });
         });
}
