// SPDX-License-Identifier: Apache-2.0
#include "vision/training/picture_changes.h"

namespace {

/// torchvision's, of a part of the picture's area.
constexpr double kLeastArea = 0.08;

template <class T>
void fill(std::optional<T>& option, const std::optional<T>& value) {
  if (!option) option = value;
}

}  // namespace

void PictureChanges::declare(OptionList& options) {
  options
      .add("--shift", shift, "Move training images by up to so many pixels, differently each time")
      .between(0, 256)
      .by_default("1 for images of 28 pixels and more");
  options
      .add("--flip", flip,
           "Mirror training images half of the time; auto: all but characters and digits")
      .one_of({"auto", "yes", "no"});
  options
      .add("--random-crop", crop,
           "Least part of a photograph's area that is cut out at random; 1: none is, pictures are "
           "taken whole")
      .between(0.01, 1)
      .by_default("0.08, or by recipe");
  options
      .add("--trivial-augment", trivial_augment,
           "Change each training image in one more way, of color or shape, at random")
      .one_of({"yes", "no"})
      .by_default("no, or by recipe");
  options.add("--erase", erase, "Probability that a rectangle of a training image is erased")
      .between(0, 1)
      .by_default("0, or by recipe");
  options.add("--mixup", mixup, "Lay training images over each other, by Beta(ALPHA, ALPHA); 0: no")
      .value("ALPHA")
      .between(0, 100)
      .by_default("0, or by recipe");
  options.add("--cutmix", cutmix, "Put rectangles of training images into others, likewise; 0: no")
      .value("ALPHA")
      .between(0, 100)
      .by_default("0, or by recipe");
}

void PictureChanges::settle(const PictureChanges& recipe) {
  fill(shift, recipe.shift);
  fill(crop, recipe.crop);
  fill(trivial_augment, recipe.trivial_augment);
  fill(erase, recipe.erase);
  fill(mixup, recipe.mixup);
  fill(cutmix, recipe.cutmix);
}

hearth::vision::Augmentation PictureChanges::augmentation(bool flips, bool crops,
                                                          int64_t width) const {
  hearth::vision::Augmentation a;
  a.shift = shift.value_or(width >= 28 && !crops ? 1 : 0);
  a.flip = flip == "auto" ? flips : flip == "yes";
  if (crops && crop.value_or(kLeastArea) < 1) a.crop = {crop.value_or(kLeastArea), 1.0};
  a.trivial_augment = trivial_augment == "yes";
  a.erase = erase.value_or(0);
  a.mixup = mixup.value_or(0);
  a.cutmix = cutmix.value_or(0);
  return a;
}
