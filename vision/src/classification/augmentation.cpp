// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/augmentation.h"

#include "hearth/base/error.h"

namespace hearth::vision {

std::string Augmentation::describe() const {
  std::string text = cat_str("shift ", shift, ", flip ", flip);
  if (crop) text += cat_str(", crops of ", crop->first, " to ", crop->second);
  if (trivial_augment) text += ", TrivialAugmentWide";
  if (erase > 0) text += cat_str(", erasing ", erase);
  if (mixup > 0) text += cat_str(", mixup ", mixup);
  if (cutmix > 0) text += cat_str(", cutmix ", cutmix);
  return text;
}

}  // namespace hearth::vision
