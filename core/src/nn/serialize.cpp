// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/serialize.h"

namespace hearth::serialize {

OutputArchive& operator<<(OutputArchive& archive, const nn::Module& module) {
  module.save(archive);
  return archive;
}
InputArchive& operator>>(InputArchive& archive, nn::Module& module) {
  module.load(archive);
  return archive;
}

}  // namespace hearth::serialize
