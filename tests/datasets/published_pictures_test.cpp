// SPDX-License-Identifier: Apache-2.0
// Published data sets of photographs, from small folders in their forms.
#include "hearth/datasets/vision/published_pictures.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/datasets/vision/by_name.h"
#include "hearth/hub/checksum.h"

#include "datasets/pictures.h"
#include "datasets/tar.h"
#include "error_of.h"

namespace hearth::datasets {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace fs = std::filesystem;

const std::string kFiles = "tests/data/vision/datasets/";

struct PublishedPictures : PictureTest {
  /// The classes of a data set and the shades of its pictures.
  template <typename Set>
  static std::vector<int> shades(const Set& set) {
    return PictureTest::shades(*set.pictures());
  }
  template <typename Set>
  static std::vector<int64_t> targets(const Set& set) {
    return classes_of(*set.pictures());
  }
};

TEST_F(PublishedPictures, Pets) {
  add("oxford-iiit-pet/images/american_bulldog_2.png", 10);
  // Their names end in .jpg, whatever they are.
  const std::string images = folder / "oxford-iiit-pet/images/";
  fs::rename(images + "american_bulldog_2.png", images + "american_bulldog_2.jpg");
  write("oxford-iiit-pet/images/Abyssinian_100.jpg", png(11));
  write("oxford-iiit-pet/annotations/trainval.txt",
        "american_bulldog_2 2 2 1\nAbyssinian_100 1 1 1\n");
  const OxfordIIITPet train(folder.path);
  EXPECT_THAT(train.classes(), ElementsAre("Abyssinian", "American Bulldog"));
  EXPECT_THAT(shades(train), ElementsAre(10, 11));
  EXPECT_THAT(targets(train), ElementsAre(1, 0));
  EXPECT_THROW(train.trimap(1), FileError);
  write("oxford-iiit-pet/annotations/trimaps/Abyssinian_100.png", png(3));
  EXPECT_EQ(train.trimap(1).max().item<int>(), 3);
  EXPECT_THROW(train.trimap(2), IndexError);
  EXPECT_THROW(OxfordIIITPet(folder.path, "test"), FileError);
  EXPECT_THAT(error_of<ValueError>([&] { OxfordIIITPet(folder.path, "val"); }),
              HasSubstr("trainval, test, got 'val'"));
  for (const char* wrong : {"Abyssinian_100 1 1\n", "Abyssinian 1 1 1\n", "Abyssinian_1 x 1 1\n",
                            "Abyssinian_1 0 1 1\n", "Abyssinian_1 7 1 1\n"}) {
    write("oxford-iiit-pet/annotations/trainval.txt", wrong);
    EXPECT_THAT(error_of<FormatError>([&] { OxfordIIITPet{folder.path}; }),
                HasSubstr("trainval.txt"))
        << wrong;
  }
}

TEST_F(PublishedPictures, Flowers) {
  for (int i = 1; i <= 8; ++i)
    write("flowers-102/jpg/image_0000" + std::to_string(i) + ".jpg", png(i));
  for (const char* name : {"imagelabels.mat", "setid.mat"})
    fs::copy_file(kFiles + name, folder / ("flowers-102/" + std::string(name)));
  const Flowers102 test(folder.path, "test");
  EXPECT_EQ(test.classes().size(), 102u);
  EXPECT_EQ(test.classes()[0], "pink primrose");
  EXPECT_THAT(shades(test), ElementsAre(8, 4, 6, 7));
  EXPECT_THAT(targets(test), ElementsAre(8, 4, 6, 7));
  EXPECT_THAT(shades(Flowers102(folder.path)), ElementsAre(2, 5));
  EXPECT_THAT(shades(Flowers102(folder.path, "val")), ElementsAre(1, 3));
  EXPECT_EQ(pictures("flowers102", Mode::kTest, PictureOptions().root(folder.path))->size(), 4u);
  fs::copy_file(kFiles + "svhn.mat", folder / "flowers-102/setid.mat",
                fs::copy_options::overwrite_existing);
  EXPECT_THAT(error_of<FormatError>([&] { Flowers102{folder.path}; }), HasSubstr("'trnid'"));
}

TEST_F(PublishedPictures, Dishes) {
  write("food-101/images/apple_pie/1.jpg", png(1));
  write("food-101/images/waffles/2.jpg", png(2));
  write("food-101/meta/test.json", R"({"waffles": ["waffles/2"],
    "apple_pie": ["apple_pie/1"]})");
  const Food101 test(folder.path, "test");
  EXPECT_THAT(test.classes(), ElementsAre("apple_pie", "waffles"));
  EXPECT_THAT(shades(test), ElementsAre(2, 1));
  EXPECT_THAT(targets(test), ElementsAre(1, 0));
  for (const char* wrong : {"", "[]", "{\"a\": 3}", "{\"a\": [3]}", "{\"a\": [\"b\"]"}) {
    write("food-101/meta/test.json", wrong);
    EXPECT_THAT(error_of<FormatError>([&] { Food101(folder.path, "test"); }),
                HasSubstr("test.json"))
        << wrong;
  }
}

TEST_F(PublishedPictures, FoldersOfClasses) {
  write("imagenette2-160/val/n03394916/a.JPEG", png(1));
  write("imagenette2-160/val/n01440764/b.JPEG", png(2));
  const Imagenette nette(folder.path, "val", "160px");
  EXPECT_THAT(nette.classes(), ElementsAre("tench", "French horn"));
  EXPECT_THAT(shades(nette), ElementsAre(2, 1));
  EXPECT_THROW(Imagenette(folder.path, "val"), FileError);
  EXPECT_THROW(Imagenette(folder.path, "val", "80px"), ValueError);
  for (int i = 0; i < 5; ++i) {
    write("eurosat/2750/River/" + std::to_string(i) + ".jpg", png(i));
    write("eurosat/2750/Forest/" + std::to_string(i) + ".jpg", png(10 + i));
    write("caltech101/101_ObjectCategories/BACKGROUND_Google/" + std::to_string(i) + ".jpg",
          png(0));
    write("caltech101/101_ObjectCategories/Faces/" + std::to_string(i) + ".jpg", png(20 + i));
    write("caltech101/101_ObjectCategories/ant/" + std::to_string(i) + ".jpg", png(30 + i));
  }
  const auto here = PictureOptions().root(folder.path);
  EXPECT_EQ(EuroSAT(folder.path).size(), 10u);
  EXPECT_EQ(pictures("eurosat", Mode::kTest, here)->size(), 2u);
  const Caltech101 objects(folder.path);
  EXPECT_THAT(objects.classes(), ElementsAre("Faces", "ant"));
  EXPECT_THAT(shades(objects), ElementsAre(20, 21, 22, 23, 24, 30, 31, 32, 33, 34));
  EXPECT_EQ(pictures("caltech101", Mode::kTrain, here)->size(), 8u);
  write("country211/test/AD/1.jpg", png(5));
  EXPECT_THAT(shades(Country211(folder.path, "test")), ElementsAre(5));
}

TEST_F(PublishedPictures, ListsOfPictures) {
  write("dtd/dtd/labels/val3.txt", "zig/zig_1.jpg\nband/band_2.jpg\n");
  write("dtd/dtd/images/zig/zig_1.jpg", png(1));
  write("dtd/dtd/images/band/band_2.jpg", png(2));
  const DTD textures(folder.path, "val", 3);
  EXPECT_THAT(textures.classes(), ElementsAre("band", "zig"));
  EXPECT_THAT(targets(textures), ElementsAre(1, 0));
  EXPECT_THAT(shades(textures), ElementsAre(1, 2));
  EXPECT_THROW(DTD(folder.path, "val", 11), ValueError);
  write("gtsrb/GT-final_test.csv", "Filename;Width;ClassId\r\n00000.png;53;16\r\n");
  write("gtsrb/GTSRB/Final_Test/Images/00000.png", png(3));
  write("gtsrb/GTSRB/Training/00000/1.png", png(4));
  write("gtsrb/GTSRB/Training/00042/2.png", png(5));
  const GTSRB signs(folder.path, "test");
  EXPECT_EQ(signs.classes()[42], "00042");
  EXPECT_THAT(targets(signs), ElementsAre(16));
  EXPECT_THAT(shades(GTSRB(folder.path)), ElementsAre(4, 5));
  write("gtsrb/GT-final_test.csv", "Filename;ClassId\n00000.png;43\n");
  EXPECT_THAT(error_of<FormatError>([&] { GTSRB(folder.path, "test"); }),
              HasSubstr("has class 43"));
  const std::string aircraft = "fgvc-aircraft-2013b/data/";
  write(aircraft + "families.txt", "Boeing 707\nA300\n");
  write(aircraft + "images_family_val.txt", "123 A300\n456 Boeing 707\n");
  write(aircraft + "images/123.jpg", png(6));
  write(aircraft + "images/456.jpg", png(7));
  const FGVCAircraft planes(folder.path, "val", "family");
  EXPECT_THAT(planes.classes(), ElementsAre("Boeing 707", "A300"));
  EXPECT_THAT(targets(planes), ElementsAre(1, 0));
  EXPECT_THAT(shades(planes), ElementsAre(6, 7));
  EXPECT_THROW(FGVCAircraft(folder.path, "val", "colour"), ValueError);
  write(aircraft + "images_family_val.txt", "123 Concorde\n");
  EXPECT_THAT(error_of<FormatError>([&] { FGVCAircraft(folder.path, "val", "family"); }),
              HasSubstr("has class -1"));
}

TEST_F(PublishedPictures, ImageNetInFoldersOrFlat) {
  write("a/train/n01/x.JPEG", png(1));
  write("a/train/n02/y.JPEG", png(2));
  EXPECT_THAT(ImageNet(folder / "a").classes(), ElementsAre("n01", "n02"));
  write("a/LOC_synset_mapping.txt", "n01 tench, Tinca tinca\nn02 hen\n");
  EXPECT_THAT(ImageNet(folder / "a").classes(), ElementsAre("tench", "hen"));
  write("a/val/ILSVRC2012_val_00000002.JPEG", png(4));
  write("a/val/ILSVRC2012_val_00000001.JPEG", png(3));
  EXPECT_THAT(error_of<FileError>([&] { ImageNet(folder / "a", "val"); }),
              HasSubstr("LOC_val_solution.csv"));
  write("a/LOC_val_solution.csv",
        "ImageId,PredictionString\nILSVRC2012_val_00000001,n02 1 2 3 4 n02 1 2 3 4\n"
        "ILSVRC2012_val_00000002,n01 1 2 3 4\n");
  const ImageNet val(folder / "a", "val");
  EXPECT_THAT(val.classes(), ElementsAre("tench", "hen"));
  EXPECT_THAT(shades(val), ElementsAre(3, 4));
  EXPECT_THAT(targets(val), ElementsAre(1, 0));
  write("a/val/ILSVRC2012_val_00000003.JPEG", png(4));
  EXPECT_THAT(error_of<FormatError>([&] { ImageNet(folder / "a", "val"); }),
              HasSubstr("00000003.JPEG] has no class"));
  // Kaggle's folders, and the devkit's names and numbers.
  const std::string kit = "b/ILSVRC2012_devkit_t12/data/";
  write("b/ILSVRC/Data/CLS-LOC/val/v_1.JPEG", png(5));
  write("b/ILSVRC/Data/CLS-LOC/val/v_2.JPEG", png(6));
  write(kit + "ILSVRC2012_validation_ground_truth.txt", "2\n1\n");
  fs::copy_file(kFiles + "meta.mat", folder / (kit + "meta.mat"));
  const ImageNet flat(folder / "b", "val");
  EXPECT_THAT(flat.classes(), ElementsAre("tench", "great white shark", "hen"));
  EXPECT_THAT(shades(flat), ElementsAre(5, 6));
  EXPECT_THAT(targets(flat), ElementsAre(0, 1));
  write(kit + "ILSVRC2012_validation_ground_truth.txt", "2\n4\n");
  EXPECT_THAT(error_of<FormatError>([&] { ImageNet(folder / "b", "val"); }),
              HasSubstr("has the class 4"));
  EXPECT_THAT(error_of<FileError>([&] { ImageNet(folder / "c"); }), HasSubstr("image-net.org"));
  // torchvision's names.
  write("d/train/n01/x.JPEG", png(1));
  write("d/train/n02/y.JPEG", png(2));
  fs::copy_file(kFiles + "imagenet_meta.bin", folder / "d/meta.bin");
  EXPECT_THAT(ImageNet(folder / "d").classes(), ElementsAre("tench", "great white shark"));
}

TEST_F(PublishedPictures, ArchivesThatAreThereAreUnpacked) {
  // Its authors publish no checksum, so any archive of that name will do.
  const std::string data = "fgvc-aircraft-2013b/data/";
  const auto archive = [&](const std::string& last) {
    write("fgvc-aircraft-2013b.tar.gz",
          gzipped(tar({{data + "variants.txt", "707-320\n"},
                       {data + "images_variant_test.txt", "9 707-320\n"},
                       {last, png(8)}})));
  };
  archive("../outside.jpg");
  EXPECT_THAT(error_of<FormatError>([&] { FGVCAircraft(folder.path, "test"); }),
              HasSubstr("fgvc-aircraft-2013b.tar.gz"));
  EXPECT_FALSE(folder.has("fgvc-aircraft-2013b"));
  EXPECT_FALSE(folder.has("outside.jpg"));
  archive(data + "images/9.jpg");
  EXPECT_TRUE(is_picture_dataset_present("fgvc-aircraft", folder.path));
  EXPECT_THAT(shades(FGVCAircraft(folder.path, "test")), ElementsAre(8));
  EXPECT_TRUE(picture_dataset_files("fgvc-aircraft", folder.path)[0].unpacked);
  // Others are checked first.
  write("food-101.tar.gz", gzipped(tar({{"food-101/meta/test.json", "{}"}})));
  EXPECT_THAT(error_of<FormatError>([&] { Food101(folder.path, "test"); }),
              AllOf(HasSubstr("food-101.tar.gz"), HasSubstr("md5")));
}

}  // namespace
}  // namespace hearth::datasets
