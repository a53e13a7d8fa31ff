// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/cifar.h"

#include <cstring>
#include <filesystem>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/io/pickle.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"
#include "hearth/vision/io/image.h"

#include "archives.h"
#include "listing.h"
#include "vision/sources.h"

namespace hearth::datasets {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSide = 32, kSamples = 3 * kSide * kSide;

/// Where one of the two data sets has what.
struct Layout {
  const char* name;
  /// The version for C.
  const char* binary;
  const char* binary_names;
  std::vector<std::string> binary_train, binary_test;
  int64_t labels;
  /// The version for Python.
  std::vector<std::string> train, test;
  const char *names, *names_key, *targets_key;
};

const Layout& cifar10() {
  static const Layout layout{
      "cifar10",
      "cifar-10-batches-bin",
      "batches.meta.txt",
      {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
       "data_batch_5.bin"},
      {"test_batch.bin"},
      1,
      {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"},
      {"test_batch"},
      "batches.meta",
      "label_names",
      "labels"};
  return layout;
}

const Layout& cifar100() {
  static const Layout layout{"cifar100",         "cifar-100-binary", "fine_label_names.txt",
                             {"train.bin"},      {"test.bin"},       2,
                             {"train"},          {"test"},           "meta",
                             "fine_label_names", "fine_labels"};
  return layout;
}

std::vector<std::string> names_of_pickle(const std::string& path, const char* key) {
  std::vector<std::string> names;
  for (const pickle::Value& name : pickle::load_pickle(path).at(key).elements())
    names.push_back(name.toStringRef());
  return names;
}

LabeledImages load(const Layout& layout, const Archive& archive, const std::string& root, Mode mode,
                   bool download) {
  const std::string binary = root_of(root, layout.name) + "/" + layout.binary + "/";
  std::error_code error;
  const bool is_binary = fs::is_directory(binary, error);
  const std::string folder = is_binary ? binary : find(archive, root, download) + "/";
  const bool train = mode == Mode::kTrain;
  std::vector<Tensor> images, targets;
  for (const std::string& file : is_binary ? (train ? layout.binary_train : layout.binary_test)
                                           : (train ? layout.train : layout.test)) {
    CifarBatch batch = is_binary ? read_cifar(folder + file, layout.labels)
                                 : read_cifar_pickle(folder + file, layout.targets_key);
    images.push_back(std::move(batch.images));
    targets.push_back(std::move(batch.targets));
  }
  return LabeledImages(layout.name, cat(images), cat(targets),
                       is_binary ? listing::lines(folder + layout.binary_names)
                                 : names_of_pickle(folder + layout.names, layout.names_key),
                       mode);
}

}  // namespace

CifarBatch read_cifar(const std::string& path, int64_t labels) {
  HEARTH_CHECK_AS(ValueError, labels == 1 || labels == 2,
                  "[read_cifar] records have 1 label or 2, got ", labels);
  const Tensor bytes = vision::io::read_file(path);
  const int64_t record = labels + kSamples, n = bytes.numel() / record;
  HEARTH_CHECK_AS(FormatError, bytes.numel() % record == 0 && n > 0, "[", path,
                  "] expected records of ", record, " bytes, got a file of ", bytes.numel());
  CifarBatch batch{empty({n, 3, kSide, kSide}, kByte), empty({n}, kLong)};
  const auto* from = bytes.const_data_ptr<uint8_t>();
  auto* image = batch.images.data_ptr<uint8_t>();
  auto* target = batch.targets.data_ptr<int64_t>();
  for (int64_t i = 0; i < n; ++i, from += record, image += kSamples) {
    target[i] = from[labels - 1];
    std::memcpy(image, from + labels, static_cast<size_t>(kSamples));
  }
  return batch;
}

CifarBatch read_cifar_pickle(const std::string& path, const std::string& labels) {
  const pickle::Value batch = pickle::load_pickle(path);
  const Tensor data = batch.at("data").toTensor();
  const std::vector<pickle::Value> targets = batch.at(labels).elements();
  const auto n = static_cast<int64_t>(targets.size());
  HEARTH_CHECK_AS(FormatError,
                  data.scalar_type() == kByte && data.dim() == 2 && data.size(0) == n && n > 0 &&
                      data.size(1) == kSamples,
                  "[", path, "] expected uint8 data [", n, ", ", kSamples, "] for ", n,
                  " labels, got ", data.scalar_type(), " ", data.sizes());
  CifarBatch result{data.contiguous().view({n, 3, kSide, kSide}), empty({n}, kLong)};
  for (int64_t i = 0; i < n; ++i)
    result.targets.data_ptr<int64_t>()[i] = targets[static_cast<size_t>(i)].toInt();
  return result;
}

CIFAR10::CIFAR10(const std::string& root, Mode mode, bool download)
    : LabeledImages(load(cifar10(), sources::cifar10(), root, mode, download)) {}

CIFAR100::CIFAR100(const std::string& root, Mode mode, bool download)
    : LabeledImages(load(cifar100(), sources::cifar100(), root, mode, download)) {}

}  // namespace hearth::datasets
