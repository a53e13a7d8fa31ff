// SPDX-License-Identifier: Apache-2.0
// Names of efficientnet_pytorch and of what derives from it, such as efficientnet_lite_pytorch.
#include "weights/key_map.h"

namespace hearth::vision::weights {

const std::vector<Convention>& lukemelas_conventions() {
  // Never destroyed: programs may load weights while they end.
  static const auto* const all = new std::vector<Convention>{
      {"efficientnet_pytorch",
       "_conv_stem.weight",
       {{"features.0.0.**", "_conv_stem.<1>"},
        {"features.0.1.**", "_bn0.<1>"},
        {"features.1.*.block.0.0.**", "_blocks.<n>._depthwise_conv.<2>"},
        {"features.1.*.block.0.1.**", "_blocks.<n>._bn1.<2>"},
        {"features.*.*.block.*.fc1.**", "_blocks.<n>._se_reduce.<4>"},
        {"features.*.*.block.*.fc2.**", "_blocks.<n>._se_expand.<4>"},
        {"features.1.*.block.*.0.**", "_blocks.<n>._project_conv.<3>"},
        {"features.1.*.block.*.1.**", "_blocks.<n>._bn2.<3>"},
        {"features.*.*.block.0.0.**", "_blocks.<n>._expand_conv.<3>"},
        {"features.*.*.block.0.1.**", "_blocks.<n>._bn0.<3>"},
        {"features.*.*.block.1.0.**", "_blocks.<n>._depthwise_conv.<3>"},
        {"features.*.*.block.1.1.**", "_blocks.<n>._bn1.<3>"},
        {"features.*.*.block.*.0.**", "_blocks.<n>._project_conv.<4>"},
        {"features.*.*.block.*.1.**", "_blocks.<n>._bn2.<4>"},
        {"features.*.0.**", "_conv_head.<2>"},
        {"features.*.1.**", "_bn1.<2>"},
        {"classifier.1.**", "_fc.<1>"}}}};
  return *all;
}

}  // namespace hearth::vision::weights
