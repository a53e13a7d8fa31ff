// SPDX-License-Identifier: Apache-2.0
// The sounds that docs/tutorials/audio.md talks of: words of two classes, which are tones, and a
// longer recording of both.
#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>

#include <hearth/audio.h>
#include <hearth/hearth.h>

using namespace hearth;

namespace {

Tensor tone(double hz, double seconds) {
  const Tensor t = arange(static_cast<int64_t>(seconds * 16000), kDouble) / 16000;
  return ((t * (2 * std::numbers::pi * hz)).sin() * 0.3).to(kFloat).unsqueeze(0);
}

}  // namespace

int main() {
  std::filesystem::remove_all("runs");
  std::filesystem::remove_all("vectors");
  for (const auto& [word, hz] : {std::pair{"yes", 400.0}, {"no", 1600.0}}) {
    const std::string folder = std::string("words/") + word;
    std::filesystem::create_directories(folder);
    for (int i = 0; i < 6; ++i)
      audio::save(folder + "/anna-" + std::to_string(i) + ".wav", tone(hz * (1 + 0.05 * i), 0.5),
                  16000);
  }
  audio::save("meeting.wav", cat({tone(420, 1), tone(1500, 1)}, 1), 16000);
}
