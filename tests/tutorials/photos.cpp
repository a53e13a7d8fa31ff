// SPDX-License-Identifier: Apache-2.0
// The pictures that docs/tutorials/vision.md talks of: red apples and green pears on a table, and a
// digit on paper.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include <hearth/hearth.h>
#include <hearth/vision/io/image.h>

using namespace hearth;

namespace {

/// A disc of a color on a grayish table, somewhere.
Tensor fruit(bool apple, int64_t i) {
  const int64_t h = 40 + i % 5, w = 48 - i % 7, y = 16 + i % 9, x = 17 + i * 5 % 11;
  Tensor picture = randint(110, 150, {3, h, w}).to(kFloat);
  for (int64_t row = 0; row < h; ++row)
    for (int64_t column = 0; column < w; ++column)
      if ((row - y) * (row - y) + (column - x) * (column - x) < 144) {
        picture.select(1, row).select(1, column).mul_(0.4);
        picture.select(1, row).select(1, column).select(0, apple ? 0 : 1).fill_(220);
      }
  return picture.to(kByte);
}

/// A three, dark on light paper.
Tensor three() {
  constexpr const char* kRows[] = {".####.", "....##", "....##", "..###.",
                                   "....##", "....##", ".####."};
  Tensor paper = randint(200, 215, {1, 96, 96});
  for (int64_t row = 0; row < 7; ++row)
    for (int64_t column = 0; column < 6; ++column)
      if (kRows[row][column] == '#')
        paper.narrow(1, 20 + 8 * row, 8).narrow(2, 24 + 8 * column, 8).fill_(40);
  return paper.to(kByte);
}

}  // namespace

int main() {
  manual_seed(1);
  for (const char* folder : {"runs", "report", "why", "seen", "photos"})
    std::filesystem::remove_all(folder);
  for (const auto& [name, apple] : {std::pair{"apple", true}, {"pear", false}}) {
    const std::string folder = std::string("photos/") + name;
    std::filesystem::create_directories(folder);
    for (int i = 0; i < 20; ++i)
      vision::io::write_png(fruit(apple, i), folder + "/" + std::to_string(i) + ".png");
  }
  vision::io::write_png(three(), "three.png");
}
