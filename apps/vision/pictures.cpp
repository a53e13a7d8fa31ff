// SPDX-License-Identifier: Apache-2.0
#include "vision/pictures.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <numeric>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/datasets/vision/picture_files.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/io/image.h"

namespace io = hearth::vision::io;
using hearth::Tensor;

namespace {

constexpr size_t kLargestStdin = size_t{256} << 20;

Tensor read_stdin() {
  std::string bytes;
  char part[65536];
  while (const size_t n = std::fread(part, 1, sizeof part, stdin)) {
    bytes.append(part, n);
    HEARTH_CHECK_AS(hearth::FileError, bytes.size() <= kLargestStdin,
                    "[-] expected a picture of at most 256 MiB on stdin");
  }
  Tensor out = hearth::empty({static_cast<int64_t>(bytes.size())}, hearth::kByte);
  if (!bytes.empty()) std::memcpy(out.data_ptr(), bytes.data(), bytes.size());
  return out;
}

}  // namespace

void FitChoice::declare(OptionList& options) {
  options
      .add("--crop", crop,
           "For models of gray images: find the shape on a photograph, such as a digit on paper, "
           "and cut it out as their data set does (auto), or take pictures whole (none)")
      .one_of({"auto", "none"});
  options
      .add("--invert", invert,
           "Turn brightness around: yes, no, or auto. Models of gray images learn from bright "
           "shapes on black; auto turns a picture whose shape is darker than what is around it")
      .one_of({"auto", "yes", "no"});
}

hearth::vision::FitOptions FitChoice::options() const {
  using hearth::vision::Crop;
  using hearth::vision::Invert;
  return {invert == "yes"  ? Invert::Yes
          : invert == "no" ? Invert::No
                           : Invert::Auto,
          crop == "none" ? Crop::None : Crop::Auto};
}

std::vector<Input> find_pictures(const std::vector<std::string>& arguments) {
  std::vector<std::string> extensions = hearth::datasets::picture_extensions();
  extensions.emplace_back(".gif");
  return find_inputs(arguments, extensions);
}

Tensor read_picture(const std::string& path) {
  io::DecodeOptions decoding;
  decoding.apply_exif_orientation = true;
  return path == "-" ? io::decode_image(read_stdin(), decoding) : io::read_image(path, decoding);
}

std::vector<FittedPicture> read_fitted(const hearth::vision::Classifier& classifier,
                                       const std::vector<std::string>& paths,
                                       const hearth::vision::FitOptions& options) {
  std::vector<FittedPicture> pictures(paths.size());
  hearth::parallel_for(0, static_cast<int64_t>(paths.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      FittedPicture& p = pictures[static_cast<size_t>(i)];
      try {
        p.picture = read_picture(paths[static_cast<size_t>(i)]);
        p.input = classifier.fit(p.picture, options, &p.done);
      } catch (const hearth::Error& error) {
        p = {};
        p.error = error.what();
      }
    }
  });
  return pictures;
}

std::vector<Prediction> best_classes(const Tensor& probabilities,
                                     const std::vector<std::string>& classes, int64_t count) {
  const Tensor row = probabilities.contiguous();
  const auto* p = row.const_data_ptr<float>();
  std::vector<size_t> order(classes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t wanted = std::min(order.size(), static_cast<size_t>(count));
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(wanted), order.end(),
                    [p](size_t a, size_t b) { return p[a] > p[b] || (p[a] == p[b] && a < b); });
  std::vector<Prediction> best;
  for (size_t i = 0; i < wanted; ++i)
    best.push_back({static_cast<int64_t>(order[i]), classes[order[i]], p[order[i]]});
  return best;
}
