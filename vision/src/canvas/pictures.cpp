// SPDX-License-Identifier: Apache-2.0
#include "canvas/pictures.h"

const hearth::vision::draw::canvas::Pictures* hearth_pictures() {
  using namespace hearth::vision::draw;
  static constexpr canvas::Pictures kPictures{&canvas::image_grid};
  return &kPictures;
}
