// SPDX-License-Identifier: Apache-2.0
// LibTorch's MNIST data set, on test files that the program writes first.
#include <cstdio>
#include <fstream>
#include <vector>

#include <torch/torch.h>

static void be32(std::ofstream& out, uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8) out.put(static_cast<char>(v >> shift & 255));
}

static void write_files() {
  std::ofstream images("t10k-images-idx3-ubyte", std::ios::binary);
  be32(images, 0x803);
  be32(images, 10000);
  be32(images, 28);
  be32(images, 28);
  std::vector<char> pixels(28 * 28);
  for (uint32_t i = 0; i < 10000; ++i) {
    for (uint32_t p = 0; p < pixels.size(); ++p)
      pixels[p] = static_cast<char>((i * 31 + p * p) % 251);
    images.write(pixels.data(), static_cast<std::streamsize>(pixels.size()));
  }
  std::ofstream labels("t10k-labels-idx1-ubyte", std::ios::binary);
  be32(labels, 0x801);
  be32(labels, 10000);
  for (uint32_t i = 0; i < 10000; ++i) labels.put(static_cast<char>(i * 7 % 10));
}

int main() {
  write_files();
  auto raw = torch::data::datasets::MNIST(".", torch::data::datasets::MNIST::Mode::kTest);
  std::cout << "train " << raw.is_train() << " images " << raw.images().sizes() << " targets "
            << raw.targets().sizes() << "\n";
  std::cout << "size " << raw.size().value() << " label " << raw.get(3).target.item<int64_t>()
            << " mean " << raw.get(3).data.mean().item<float>() << "\n";
  auto dataset = raw.map(torch::data::transforms::Normalize<>(0.1307, 0.3081))
                     .map(torch::data::transforms::Stack<>());
  auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
      std::move(dataset), torch::data::DataLoaderOptions().batch_size(64).workers(2));
  int64_t batches = 0, labels = 0;
  double sum = 0;
  for (auto& batch : *loader) {
    if (batches++ == 0) std::cout << "batch " << batch.data.sizes() << "\n";
    sum += batch.data.mean().item<double>();
    labels += batch.target.sum().item<int64_t>();
  }
  std::cout << "batches " << batches << " mean " << sum / static_cast<double>(batches) << " labels "
            << labels << "\n";
  try {
    torch::data::datasets::MNIST("no-such-folder");
  } catch (const c10::Error&) {
    std::cout << "a missing folder throws\n";
  }
}
