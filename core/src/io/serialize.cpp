// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/serialize.h"

namespace hearth::detail {

serialize::OutputArchive archive_of(TensorList tensors) {
  serialize::OutputArchive archive;
  for (size_t i = 0; i < tensors.size(); ++i) archive.write(std::to_string(i), tensors[i]);
  return archive;
}

void read_list(serialize::InputArchive& archive, std::vector<Tensor>& tensors) {
  // As torch::load: what the file has is added at the end.
  for (size_t i = 0;; ++i) {
    Tensor t;
    if (!archive.try_read(std::to_string(i), t)) return;
    tensors.push_back(std::move(t));
  }
}

}  // namespace hearth::detail
