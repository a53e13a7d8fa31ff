// SPDX-License-Identifier: Apache-2.0
#include "vision/sources.h"

#include "hearth/base/error.h"
#include "hearth/datasets/vision/mnist.h"

namespace hearth::datasets::sources {
namespace {

hub::RemoteFile md5(const std::string& url, const char* digest) {
  return remote(url, hub::Checksum(hub::Hash::Md5, digest));
}

constexpr const char* kToronto = "https://www.cs.toronto.edu/~kriz/";
constexpr const char* kOxford = "https://www.robots.ox.ac.uk/~vgg/data/";
constexpr const char* kErda =
    "https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/";

}  // namespace

Archive cifar10() {
  return {"cifar10",
          md5(cat_str(kToronto, "cifar-10-python.tar.gz"), "c58f30108f718f92721af3b95e74349a"),
          "cifar-10-batches-py", "cifar-10-batches-py"};
}

Archive cifar100() {
  return {"cifar100",
          md5(cat_str(kToronto, "cifar-100-python.tar.gz"), "eb9058c3a382ffc7106e4002c42a8d85"),
          "cifar-100-python", "cifar-100-python"};
}

hub::RemoteFile svhn(const std::string& split) {
  const char* digest = split == "train"   ? "e26dedcc434d2e4c54c9b2d4a06d8373"
                       : split == "test"  ? "eb5a983be6a315427106f1b164d9cef3"
                       : split == "extra" ? "a93ce644f1a588dc4d68dda5feec44a7"
                                          : nullptr;
  HEARTH_CHECK_AS(ValueError, digest, "[svhn] expected a split of train, test, extra, got '", split,
                  "'");
  return md5(cat_str("http://ufldl.stanford.edu/housenumbers/", split, "_32x32.mat"), digest);
}

Archive stl10() {
  return {"stl10",
          md5("http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
              "91f7769df0f17e558f3565bffb0c7dfb"),
          "stl10_binary", "stl10_binary"};
}

Archive pet_images() {
  return {"oxford-iiit-pet",
          md5(cat_str(kOxford, "pets/data/images.tar.gz"), "5c4f3ee8e5d25df40f4fd59a7f44e54c"),
          "images", "oxford-iiit-pet/images"};
}

Archive pet_annotations() {
  return {"oxford-iiit-pet",
          md5(cat_str(kOxford, "pets/data/annotations.tar.gz"), "95a8c909bbe2e81eed6a22bccdf3f68f"),
          "annotations", "oxford-iiit-pet/annotations"};
}

Archive flower_images() {
  return {"flowers102",
          md5(cat_str(kOxford, "flowers/102/102flowers.tgz"), "52808999861908f626f3c1f4e79d11fa"),
          "jpg", "flowers-102/jpg"};
}

hub::RemoteFile flower_labels() {
  return md5(cat_str(kOxford, "flowers/102/imagelabels.mat"), "e0620be6f572b9609742df49c70aed4d");
}

hub::RemoteFile flower_splits() {
  return md5(cat_str(kOxford, "flowers/102/setid.mat"), "a5357ecc9cb78c4bef273ce3793fc85c");
}

Archive food101() {
  return {
      "food101",
      md5("http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz", "85eeb15f3717b99a5da872d97d918f87"),
      "food-101", "food-101"};
}

Archive imagenette(const std::string& size) {
  const char* digest = size == "full"    ? "fe2fc210e6bb7c5664d602c3cd71e612"
                       : size == "320px" ? "3df6f0d01a2c9592104656642f5e78a3"
                       : size == "160px" ? "e793b78cc4c9e9a4ccc0c1155377a412"
                                         : nullptr;
  HEARTH_CHECK_AS(ValueError, digest, "[imagenette] expected a size of full, 320px, 160px, got '",
                  size, "'");
  const std::string name =
      size == "full" ? "imagenette2" : "imagenette2-" + size.substr(0, size.size() - 2);
  return {"imagenette",
          md5(cat_str("https://s3.amazonaws.com/fast-ai-imageclas/", name, ".tgz"), digest), name,
          name};
}

Archive eurosat() {
  return {"eurosat",
          md5("https://huggingface.co/datasets/torchgeo/eurosat/resolve/"
              "c877bcd43f099cd0196738f714544e355477f3fd/EuroSAT.zip",
              "c8fa014336c82ac7804f0398fcb19387"),
          "2750", "eurosat/2750"};
}

Archive dtd() {
  return {
      "dtd",
      md5(cat_str(kOxford, "dtd/download/dtd-r1.0.1.tar.gz"), "fff73e5086ae6bdbea199a49dfb8a4c1"),
      "dtd", "dtd/dtd"};
}

Archive gtsrb_training() {
  return {"gtsrb",
          md5(cat_str(kErda, "GTSRB-Training_fixed.zip"), "513f3c79a4c5141765e10e952eaa2478"),
          "GTSRB/Training", "gtsrb/GTSRB/Training"};
}

Archive gtsrb_test() {
  return {"gtsrb",
          md5(cat_str(kErda, "GTSRB_Final_Test_Images.zip"), "c7e4e6327067d32654124b0fe9e82185"),
          "GTSRB/Final_Test/Images", "gtsrb/GTSRB/Final_Test/Images"};
}

Archive gtsrb_test_labels() {
  return {"gtsrb",
          md5(cat_str(kErda, "GTSRB_Final_Test_GT.zip"), "fe31e9c9270bbcd7b84b7f21a9d9d9e5"),
          "GT-final_test.csv", "gtsrb/GT-final_test.csv"};
}

Archive fgvc_aircraft() {
  return {"fgvc-aircraft",
          remote(cat_str(kOxford, "fgvc-aircraft/archives/fgvc-aircraft-2013b.tar.gz"), ""),
          "fgvc-aircraft-2013b", "fgvc-aircraft-2013b"};
}

Archive country211() {
  return {"country211",
          md5("https://openaipublic.azureedge.net/clip/data/country211.tgz",
              "84988d7644798601126c29e9877aab6a"),
          "country211", "country211"};
}

Archive caltech101_packed() {
  return {"caltech101",
          md5("https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip",
              "3138e1922a9193bfa496528edbbc45d0"),
          "caltech-101/101_ObjectCategories.tar.gz", "101_ObjectCategories.tar.gz"};
}

Archive caltech101() {
  hub::RemoteFile file;
  file.name = caltech101_packed().folder;
  return {"caltech101", std::move(file), "101_ObjectCategories", "caltech101/101_ObjectCategories"};
}

namespace {

Part packed(const Archive& archive) { return {archive.file, "", {archive.folder}}; }

/// The idx files of MNIST and the like, plain instead of gzipped, or of a package of the system.
std::vector<Part> idx_parts(const std::string& name) {
  std::vector<Part> parts;
  for (hub::RemoteFile& file : mnist_files(name)) {
    const std::string plain = file.name.substr(0, file.name.rfind('.'));
    Part part{std::move(file), "", {plain}};
    if (name == "emnist")
      part.unpacked = {"emnist-balanced-train-images-idx3-ubyte",
                       "emnist-balanced-train-images-idx3-ubyte.gz"};
    if (name == "fashion-mnist")
      part.unpacked.push_back("/usr/share/datasets/fashion-mnist/" + part.file.name);
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

std::vector<Part> parts_of(const std::string& name) {
  if (name == "cifar10") {
    Part part = packed(cifar10());
    part.unpacked.push_back("cifar-10-batches-bin");
    return {part};
  }
  if (name == "cifar100") {
    Part part = packed(cifar100());
    part.unpacked.push_back("cifar-100-binary");
    return {part};
  }
  if (name == "svhn") return {{svhn("train"), "", {}}, {svhn("test"), "", {}}};
  if (name == "stl10") return {packed(stl10())};
  if (name == "oxford-iiit-pet") return {packed(pet_images()), packed(pet_annotations())};
  if (name == "flowers102")
    return {packed(flower_images()),
            {flower_labels(), "flowers-102", {}},
            {flower_splits(), "flowers-102", {}}};
  if (name == "food101") return {packed(food101())};
  if (name == "imagenette") return {packed(imagenette("full"))};
  if (name == "eurosat") return {packed(eurosat())};
  if (name == "dtd") return {packed(dtd())};
  if (name == "gtsrb")
    return {packed(gtsrb_training()), packed(gtsrb_test()), packed(gtsrb_test_labels())};
  if (name == "fgvc-aircraft") return {packed(fgvc_aircraft())};
  if (name == "country211") return {packed(country211())};
  if (name == "caltech101") {
    Part part = packed(caltech101_packed());
    part.unpacked.push_back(caltech101().folder);
    return {part};
  }
  return idx_parts(name);
}

}  // namespace hearth::datasets::sources
