// SPDX-License-Identifier: Apache-2.0
// Runs a target, without a fuzzer, on files and on damaged copies of them.
// usage: replay FILE|FOLDER[:EXTENSION]...   (HEARTH_FUZZ_ROUNDS: damaged copies of each file)
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"

namespace {

namespace fs = std::filesystem;

constexpr size_t kLargest = 1 << 20;  // larger seeds would take long to damage everywhere

std::vector<fs::path> files_of(const std::string& argument) {
  const size_t colon = argument.rfind(':');
  const fs::path path = argument.substr(0, colon);
  const std::string extension = colon == argument.npos ? "" : argument.substr(colon + 1);
  std::vector<fs::path> files;
  if (fs::is_regular_file(path)) files.push_back(path);
  if (fs::is_directory(path))
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.is_regular_file() && (extension.empty() || entry.path().extension() == extension))
        files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

/// Another byte, number, length or order somewhere.
std::string damaged(std::string bytes, std::mt19937& random) {
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  for (size_t n = 1 + below(4); n > 0 && !bytes.empty(); --n) {
    const size_t at = below(bytes.size());
    switch (below(6)) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] ^= static_cast<char>(1 << below(8));
        break;
      case 2:
        for (size_t i = at; i < std::min(bytes.size(), at + 4); ++i) bytes[i] = '\xff';
        break;
      case 3:
        bytes.erase(at, 1 + below(8));
        break;
      case 4:
        bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(16)));
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  const char* text = std::getenv("HEARTH_FUZZ_ROUNDS");
  const int rounds = text ? std::atoi(text) : 200;
  size_t seeds = 0;
  for (int i = 1; i < argc; ++i)
    for (const fs::path& path : files_of(argv[i])) {
      std::ifstream in(path, std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(in), {});
      run(bytes);
      ++seeds;
      if (bytes.size() > kLargest) continue;
      std::mt19937 random(static_cast<unsigned>(seeds));
      for (int round = 0; round < rounds; ++round) run(damaged(bytes, random));
    }
  std::printf("%zu files, %d damaged copies of each\n", seeds, rounds);
  return seeds > 0 ? 0 : 1;
}
