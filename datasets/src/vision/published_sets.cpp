// SPDX-License-Identifier: Apache-2.0
#include "vision/published_sets.h"

#include "hearth/base/error.h"
#include "hearth/datasets/vision/cifar.h"
#include "hearth/datasets/vision/digits.h"
#include "hearth/datasets/vision/mnist.h"
#include "hearth/datasets/vision/published_pictures.h"
#include "hearth/datasets/vision/stl10.h"
#include "hearth/datasets/vision/svhn.h"

#include "archives.h"
#include "vision/folder_sets.h"

namespace hearth::datasets {
namespace {

using Options = PictureOptions;
using PictureSourcePtr = std::shared_ptr<vision::PictureSource>;

std::string split_of(const Options& options, Mode mode, const char* train, const char* test) {
  if (!options.split().empty()) return options.split();
  return mode == Mode::kTest ? test : train;
}

/// Of a data set that is its constructor with a root, a split and whether to download.
template <typename Set>
PictureSourcePtr open(const Options& o, Mode mode, const char* train, const char* test) {
  return Set(o.root(), split_of(o, mode, train, test), o.download()).pictures();
}

}  // namespace

const std::vector<PublishedSet>& published_sets() {
  constexpr const char* kUnstated = "none stated";
  static const std::vector<PublishedSet> sets = {
      {{"caltech101", "objects", "CC BY 4.0", 8677, 0, 101, 137},
       nullptr,
       [](Mode mode, const Options& o) {
         return caltech101_pictures(o.root(), mode, o, o.download());
       }},
      {{"cifar10", "animals and vehicles, 32 x 32", kUnstated, 50000, 10000, 10, 170, true},
       [](Mode mode, const Options& o) -> LabeledImages {
         return CIFAR10(o.root(), mode, o.download());
       },
       nullptr},
      {{"cifar100", "things and beings, 32 x 32", kUnstated, 50000, 10000, 100, 169, true},
       [](Mode mode, const Options& o) -> LabeledImages {
         return CIFAR100(o.root(), mode, o.download());
       },
       nullptr},
      {{"country211", "photographs by country", "CC licences of the photographs", 31650, 21100, 211,
        11500},
       nullptr,
       [](Mode mode, const Options& o) { return open<Country211>(o, mode, "train", "test"); }},
      {{"digits", "handwritten digits, 8 x 8", "CC BY 4.0", 1437, 360, 10, 0, true},
       [](Mode mode, const Options&) -> LabeledImages { return Digits(mode); },
       nullptr},
      {{"dtd", "textures", "for research", 1880, 1880, 47, 625},
       nullptr,
       [](Mode mode, const Options& o) {
         return DTD(o.root(), split_of(o, mode, "train", "test"), 1, o.download()).pictures();
       }},
      {{"emnist", "handwritten letters and digits, 28 x 28", kUnstated, 112800, 18800, 47, 560,
        true},
       [](Mode mode, const Options& o) -> LabeledImages {
         return EMNIST(o.root(), o.split().empty() ? "balanced" : o.split(), mode, o.download());
       },
       nullptr},
      {{"eurosat", "land from a satellite, 64 x 64", "MIT", 27000, 0, 10, 94},
       nullptr,
       [](Mode mode, const Options& o) {
         return eurosat_pictures(o.root(), mode, o, o.download());
       }},
      {{"fashion-mnist", "articles of clothing, 28 x 28", "MIT", 60000, 10000, 10, 31, true},
       [](Mode mode, const Options& o) -> LabeledImages {
         return FashionMNIST(o.root(), mode, o.download());
       },
       nullptr},
      {{"fgvc-aircraft", "aircraft by variant", "non-commercial research", 6667, 3333, 100, 2753},
       nullptr,
       [](Mode mode, const Options& o) {
         return FGVCAircraft(o.root(), split_of(o, mode, "trainval", "test"), "variant",
                             o.download())
             .pictures();
       }},
      {{"flowers102", "flowers", kUnstated, 1020, 6149, 102, 345},
       nullptr,
       [](Mode mode, const Options& o) { return open<Flowers102>(o, mode, "train", "test"); }},
      {{"food101", "dishes", "fair use of the photographs", 75750, 25250, 101, 4996},
       nullptr,
       [](Mode mode, const Options& o) { return open<Food101>(o, mode, "train", "test"); }},
      {{"gtsrb", "German traffic signs", kUnstated, 26640, 12630, 43, 276},
       nullptr,
       [](Mode mode, const Options& o) { return open<GTSRB>(o, mode, "train", "test"); }},
      {{"imagenet", "ILSVRC 2012", "non-commercial research, on request", 1281167, 50000, 1000, 0},
       nullptr,
       [](Mode mode, const Options& o) {
         return ImageNet(root_of(o.root(), "imagenet"), split_of(o, mode, "train", "val"))
             .pictures();
       }},
      {{"imagenette", "ten easy classes of ImageNet", "non-commercial research", 9469, 3925, 10,
        1557},
       nullptr,
       [](Mode mode, const Options& o) {
         return Imagenette(o.root(), split_of(o, mode, "train", "val"), "full", o.download())
             .pictures();
       }},
      {{"kmnist", "cursive Japanese, 28 x 28", "CC BY-SA 4.0", 60000, 10000, 10, 21, true},
       [](Mode mode, const Options& o) -> LabeledImages {
         return KMNIST(o.root(), mode, o.download());
       },
       nullptr},
      {{"mnist", "handwritten digits, 28 x 28", "CC BY-SA 3.0", 60000, 10000, 10, 12, true},
       [](Mode mode, const Options& o) -> LabeledImages {
         return MNIST(o.root(), mode, o.download());
       },
       nullptr},
      {{"oxford-iiit-pet", "breeds of cats and dogs", "CC BY-SA 4.0", 3680, 3669, 37, 811},
       nullptr,
       [](Mode mode, const Options& o) {
         return open<OxfordIIITPet>(o, mode, "trainval", "test");
       }},
      {{"stl10", "animals and vehicles, 96 x 96", kUnstated, 5000, 8000, 10, 2640, true},
       [](Mode mode, const Options& o) -> LabeledImages {
         return STL10(o.root(), split_of(o, mode, "train", "test"), std::nullopt, o.download());
       },
       nullptr},
      {{"svhn", "house numbers, 32 x 32", "non-commercial", 73257, 26032, 10, 246, true},
       [](Mode mode, const Options& o) -> LabeledImages {
         return SVHN(o.root(), split_of(o, mode, "train", "test"), o.download());
       },
       nullptr},
  };
  return sets;
}

const PublishedSet* find_set(const std::string& name) {
  for (const PublishedSet& set : published_sets())
    if (name == set.info.name) return &set;
  return nullptr;
}

const PublishedSet& get_set(const std::string& name) {
  if (const PublishedSet* set = find_set(name)) return *set;
  std::string known;
  for (const PublishedSet& set : published_sets())
    known += cat_str(known.empty() ? "" : ", ", set.info.name);
  throw ValueError(cat_str("[datasets] there is no '", name, "'; known are ", known,
                           ", and folders, lists and archives of images"));
}

}  // namespace hearth::datasets
