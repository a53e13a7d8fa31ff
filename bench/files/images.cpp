// SPDX-License-Identifier: Apache-2.0
// What comes from JPEG files into batches of a training: for bench/peers/images.py.
//
//   hearth-bench-images FOLDER THREADS SECONDS      prints images per second
//   hearth-bench-images FILE TOP LEFT HEIGHT WIDTH FLIP OUT   writes 224 x 224 x 3 bytes of a part
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/io/image.h"
#include "hearth/vision/transforms/image_pipeline.h"

namespace {

using hearth::vision::transforms::ImagePipeline;
using hearth::vision::transforms::ImagePipelineOptions;

void write_part(char** arg) {
  const auto number = [&](int i) { return std::atoll(arg[i]); };
  const hearth::vision::transforms::ImageView view{
      number(2), number(3), number(4), number(5), {224, 224}, 0, 0, number(6) != 0};
  hearth::Tensor out = hearth::empty({224, 224, 3}, hearth::kByte);
  ImagePipeline(ImagePipelineOptions(224))
      .run(hearth::vision::io::read_image(arg[1]), view, out.permute({2, 0, 1}));
  hearth::vision::io::write_file(arg[7], out.flatten());
}

double images_per_second(const std::string& folder, int threads, double seconds) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".jpg") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  const ImagePipeline pipeline(ImagePipelineOptions(224).scale({{0.08, 1.0}}).horizontal_flip(0.5));
  constexpr int64_t kBatch = 64;
  std::atomic<int64_t> next_batch{0}, images{0};
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto spent = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  const auto work = [&] {
    const hearth::ThreadLimitGuard one(1);
    while (spent() < seconds) {
      const hearth::Tensor batch = hearth::empty({kBatch, 3, 224, 224});
      const int64_t first = next_batch.fetch_add(1) * kBatch;
      for (int64_t i = 0; i < kBatch; ++i) {
        hearth::Generator generator(static_cast<uint64_t>(first + i));
        const std::string& file = files[static_cast<size_t>(first + i) % files.size()];
        pipeline.run_encoded(hearth::vision::io::read_file(file), generator, batch[i], file);
      }
      images += kBatch;
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(work);
  work();
  for (std::thread& t : others) t.join();
  return static_cast<double>(images) / spent();
}

}  // namespace

int main(int count, char** arg) {
  try {
    if (count == 8) {
      write_part(arg);
    } else if (count == 4) {
      std::printf("%.1f\n", images_per_second(arg[1], std::atoi(arg[2]), std::atof(arg[3])));
    } else {
      std::fprintf(stderr, "usage: %s FOLDER THREADS SECONDS\n", arg[0]);
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
