// SPDX-License-Identifier: Apache-2.0
// Makes the pictures that docs/guide.md is about: bars that lie, and bars that stand.
#include <filesystem>
#include <string>

#include "hearth/hearth.h"
#include "hearth/vision/io/image.h"

using namespace hearth;

int main(int, char** argv) {
  manual_seed(1);
  const std::string root = argv[1];
  std::filesystem::remove_all("runs");  // of an earlier test
  for (const auto& [part, n] : {std::pair{"train", 40}, {"val", 10}})
    for (const char* name : {"lying", "standing"}) {
      const std::string folder = root + "/" + part + "/" + name;
      std::filesystem::create_directories(folder);
      for (int i = 0; i < n; ++i) {
        Tensor image = randint(0, 60, {3, 24, 24});
        image.narrow(name[0] == 'l' ? 1 : 2, 4 + i % 12, 5).add_(150);
        vision::io::write_png(image.to(kByte), folder + "/" + std::to_string(i) + ".png");
      }
    }
}
