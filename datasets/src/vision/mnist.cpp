// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/mnist.h"

#include <unistd.h>

#include "hearth/datasets/cache.h"
#include "hearth/datasets/idx.h"
#include "hearth/hub/archive.h"
#include "hearth/hub/download.h"

namespace hearth::datasets {
namespace {

struct Source {
  const char* name;
  std::vector<std::string> mirrors;
  /// MD5s of the gzipped files in the order of kFiles.
  const char* md5[4];
  std::vector<std::string> classes;
  /// Where the system keeps the files if it has them.
  const char* system_folder = nullptr;
};

constexpr const char* kFiles[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                  "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// The file in the folder, plain or gzipped; empty if there is neither.
std::string find(const std::string& folder, const std::string& file) {
  for (const char* ending : {"", ".gz"}) {
    if (std::string path = folder + "/" + file + ending; exists(path)) return path;
  }
  return "";
}

[[noreturn]] void missing(const std::string& name, const std::string& file,
                          const std::string& folder) {
  throw FileError(cat_str("[", name, "] there is no ", file, " or ", file, ".gz in ", folder,
                          "; construct with download = true, or put the file there"));
}

LabeledImages from_files(const std::string& name, const std::string& images,
                         const std::string& labels, std::vector<std::string> classes, Mode mode) {
  Tensor pixels = read_idx(images);
  HEARTH_CHECK_AS(FormatError, pixels.dim() == 3, "[", images, "] expected images [N, H, W], got ",
                  pixels.sizes());
  return LabeledImages(name, pixels.unsqueeze(1), read_idx(labels), std::move(classes), mode);
}

hub::RemoteFile remote_file(const Source& source, int file) {
  hub::RemoteFile remote{
      std::string(kFiles[file]) + ".gz", {}, {hub::Hash::Md5, source.md5[file]}, {}};
  for (const std::string& mirror : source.mirrors) remote.urls.push_back(mirror + remote.name);
  return remote;
}

LabeledImages load(const Source& source, const std::string& root, Mode mode, bool download_it) {
  const std::string folder = root.empty() ? cache_folder(source.name) : root;
  std::string paths[2];
  for (int i = 0; i < 2; ++i) {
    const int file = (mode == Mode::kTrain ? 0 : 2) + i;
    paths[i] = find(folder, kFiles[file]);
    if (paths[i].empty() && root.empty() && source.system_folder)
      paths[i] = find(source.system_folder, kFiles[file]);
    if (paths[i].empty()) {
      if (!download_it) missing(source.name, kFiles[file], folder);
      paths[i] = hub::download(remote_file(source, file), folder);
    }
  }
  return from_files(source.name, paths[0], paths[1], source.classes, mode);
}

const Source& mnist() {
  static const Source source{
      "mnist",
      {"https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"},
      {"f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432",
       "9fb629c4189551a2d022fa330f9573f3", "ec29112dd5afa0611ce80d1b7f02629c"},
      {"0 - zero", "1 - one", "2 - two", "3 - three", "4 - four", "5 - five", "6 - six",
       "7 - seven", "8 - eight", "9 - nine"}};
  return source;
}

const Source& fashion_mnist() {
  static const Source source{
      "fashion-mnist",
      {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"},
      {"8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe",
       "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310"},
      {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
       "Ankle boot"},
      "/usr/share/datasets/fashion-mnist"};
  return source;
}

const Source& kmnist() {
  static const Source source{
      "kmnist",
      {"http://codh.rois.ac.jp/kmnist/dataset/kmnist/"},
      {"bdb82020997e1d708af4cf47b453dcf7", "e144d726b3acfaa3e44228e80efcd344",
       "5c965bf0a639b31b8f53240b1b52f4d7", "7320c461ea6c1c855c0b718fb2a4b134"},
      {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"}};
  return source;
}

std::vector<std::string> emnist_classes(const std::string& split) {
  std::string digits = "0123456789", upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string lower = "abcdefghijklmnopqrstuvwxyz", all;
  if (split == "byclass") {
    all = digits + upper + lower;
  } else if (split == "bymerge" || split == "balanced") {
    // The letters whose two cases look alike count once.
    all = digits + upper + "abdefghnqrt";
  } else if (split == "digits" || split == "mnist") {
    all = digits;
  } else if (split == "letters") {
    all = lower;
  } else {
    throw ValueError(cat_str("[emnist] there is no split '", split,
                             "'; it is byclass, bymerge, balanced, letters, digits or mnist"));
  }
  std::vector<std::string> classes;
  if (split == "letters") classes.push_back("N/A");
  for (char c : all) classes.emplace_back(1, c);
  return classes;
}

hub::RemoteFile emnist_archive() {
  return {"gzip.zip",
          {"https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"},
          {hub::Hash::Md5, "58c8d27c78d21e728a6bc7b3cc06412e"},
          {}};
}

LabeledImages load_emnist(const std::string& root, const std::string& split, Mode mode,
                          bool download_it) {
  std::vector<std::string> classes = emnist_classes(split);
  const std::string folder = root.empty() ? cache_folder("emnist") : root;
  std::string paths[2];
  const char* kinds[] = {"-images-idx3-ubyte", "-labels-idx1-ubyte"};
  for (int i = 0; i < 2; ++i) {
    const std::string file =
        "emnist-" + split + (mode == Mode::kTrain ? "-train" : "-test") + kinds[i];
    paths[i] = find(folder, file);
    if (!paths[i].empty()) continue;
    if (!download_it) missing("emnist", file, folder);
    const std::string archive = hub::download(emnist_archive(), folder);
    paths[i] = folder + "/" + file + ".gz";
    hub::extract_member(archive, "gzip/" + file + ".gz", paths[i]);
  }
  LabeledImages stored = from_files("emnist", paths[0], paths[1], std::move(classes), mode);
  return LabeledImages("emnist", stored.pixels().transpose(2, 3).contiguous(), stored.targets(),
                       stored.classes(), mode);
}

}  // namespace

std::vector<hub::RemoteFile> mnist_files(const std::string& name) {
  if (name == "emnist") return {emnist_archive()};
  std::vector<hub::RemoteFile> files;
  for (const Source* source : {&mnist(), &fashion_mnist(), &kmnist()})
    if (name == source->name)
      for (int file = 0; file < 4; ++file) files.push_back(remote_file(*source, file));
  return files;
}

MNIST::MNIST(const std::string& root, Mode mode, bool download)
    : LabeledImages(load(mnist(), root, mode, download)) {}

FashionMNIST::FashionMNIST(const std::string& root, Mode mode, bool download)
    : LabeledImages(load(fashion_mnist(), root, mode, download)) {}

KMNIST::KMNIST(const std::string& root, Mode mode, bool download)
    : LabeledImages(load(kmnist(), root, mode, download)) {}

EMNIST::EMNIST(const std::string& root, const std::string& split, Mode mode, bool download)
    : LabeledImages(load_emnist(root, split, mode, download)) {}

}  // namespace hearth::datasets
