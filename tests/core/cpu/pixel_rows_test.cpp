// SPDX-License-Identifier: Apache-2.0
// Rows of pixels at every instruction set that this build and this machine have.
#include "hearth/cpu/pixel_rows.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cpu/pixel_rows_kernels.h"

namespace hearth::cpu {
namespace {

constexpr Isa kLevels[] = {Isa::Base, Isa::V2, Isa::V3, Isa::V4};

/// Taps of random weights that add up to 1, some of them negative.
struct RandomTaps {
  RandomTaps(std::mt19937& random, int64_t in, int64_t results, int64_t count) {
    for (int64_t r = 0; r < results; ++r) {
      first.push_back(static_cast<int32_t>(random() % static_cast<uint32_t>(in - count + 1)));
      int32_t left = 1 << 22;
      for (int64_t k = 0; k < count; ++k) {
        const int32_t w =
            k + 1 == count ? left : static_cast<int32_t>(random() % (1 << 21)) - (1 << 19);
        left -= w;
        weights.push_back(w);
        high.push_back(static_cast<int16_t>(w >> 11));
        low.push_back(static_cast<int16_t>(w & 2047));
      }
    }
    taps = {results, count, first.data(), high.data(), low.data()};
  }
  uint8_t result(int64_t r, const std::vector<int>& pixels) const {
    int64_t sum = 1 << 21;
    for (int64_t k = 0; k < taps.count; ++k)
      sum += int64_t{weights[static_cast<size_t>(r * taps.count + k)]} *
             pixels[static_cast<size_t>(k)];
    return static_cast<uint8_t>(std::clamp<int64_t>(sum >> 22, 0, 255));
  }

  std::vector<int32_t> first, weights;
  std::vector<int16_t> high, low;
  PixelTaps taps;
};

std::vector<uint8_t> bytes(std::mt19937& random, int64_t n) {
  std::vector<uint8_t> all(static_cast<size_t>(n + kPixelSlack));
  for (uint8_t& v : all) v = static_cast<uint8_t>(random());
  return all;
}

template <class F>
void at_each_level(const F& f) {
  for (const Isa isa : kLevels) {
    if (!isa_available(isa)) continue;
    SCOPED_TRACE("level " + std::to_string(static_cast<int>(isa)));
    f(pixel_rows(isa));
  }
}

TEST(PixelRows, ResamplesAcross) {
  at_each_level([](const PixelRowsTable& table) {
    std::mt19937 random(1);
    for (const int64_t channels : {3, 4}) {
      for (const int64_t count : {2, 4, 6, 10}) {
        for (const int64_t lines : {1, 2, 3, 4, 5, 9}) {
          const int64_t in = 23, results = 17;
          const RandomTaps t(random, in, results, count);
          std::vector<std::vector<uint8_t>> from, to;
          std::vector<const uint8_t*> from_lines;
          std::vector<uint8_t*> to_lines;
          for (int64_t i = 0; i < lines; ++i) {
            from.push_back(bytes(random, in * channels));
            to.push_back(bytes(random, results * channels));
          }
          for (int64_t i = 0; i < lines; ++i) {
            from_lines.push_back(from[static_cast<size_t>(i)].data());
            to_lines.push_back(to[static_cast<size_t>(i)].data());
          }
          table.resample_pixels[channels - 3](t.taps, from_lines.data(), to_lines.data(), lines);
          for (int64_t i = 0; i < lines; ++i) {
            for (int64_t r = 0; r < results; ++r) {
              for (int64_t c = 0; c < channels; ++c) {
                std::vector<int> pixels;
                for (int64_t k = 0; k < count; ++k)
                  pixels.push_back(from_lines[static_cast<size_t>(
                      i)][(t.first[static_cast<size_t>(r)] + k) * channels + c]);
                ASSERT_EQ(to_lines[static_cast<size_t>(i)][r * channels + c], t.result(r, pixels))
                    << "line " << i << " of " << lines << ", pixel " << r << ", taps " << count;
              }
            }
          }
        }
      }
    }
  });
}

TEST(PixelRows, ResamplesDown) {
  at_each_level([](const PixelRowsTable& table) {
    std::mt19937 random(2);
    for (const int64_t n : {1, 15, 16, 63, 64, 65, 200}) {
      for (const int64_t count : {2, 4, 8}) {
        const RandomTaps t(random, count, 1, count);
        std::vector<std::vector<uint8_t>> lines;
        std::vector<const uint8_t*> at;
        for (int64_t k = 0; k < count; ++k) lines.push_back(bytes(random, n));
        for (const auto& line : lines) at.push_back(line.data());
        std::vector<uint8_t> out(static_cast<size_t>(n));
        table.resample_lines(count, t.high.data(), t.low.data(), at.data(), out.data(), n);
        for (int64_t i = 0; i < n; ++i) {
          std::vector<int> pixels;
          for (const uint8_t* line : at) pixels.push_back(line[i]);
          ASSERT_EQ(out[static_cast<size_t>(i)], t.result(0, pixels)) << i << " of " << n;
        }
      }
    }
  });
}

TEST(PixelRows, InterleavesAndNormalizes) {
  at_each_level([](const PixelRowsTable& table) {
    std::mt19937 random(3);
    for (const int64_t n : {1, 3, 16, 37, 100}) {
      for (const int64_t planes : {1, 2, 3, 4}) {
        std::vector<std::vector<uint8_t>> lines, again;
        for (int64_t c = 0; c < planes; ++c) {
          lines.push_back(bytes(random, n));
          again.push_back(bytes(random, n));
        }
        std::vector<const uint8_t*> from;
        std::vector<uint8_t*> to;
        for (const auto& line : lines) from.push_back(line.data());
        for (auto& line : again) to.push_back(line.data());
        std::vector<uint8_t> pixels(static_cast<size_t>(n * planes + kPixelSlack));
        table.interleave(from.data(), planes, pixels.data(), n);
        table.deinterleave(pixels.data(), planes, to.data(), n);
        for (int64_t c = 0; c < planes; ++c)
          for (int64_t i = 0; i < n; ++i) {
            ASSERT_EQ(pixels[static_cast<size_t>(i * planes + c)], from[static_cast<size_t>(c)][i]);
            ASSERT_EQ(to[static_cast<size_t>(c)][i], from[static_cast<size_t>(c)][i]);
          }
        if (planes != 3) continue;
        const float scale[3] = {0.017f, 0.018f, -0.5f}, bias[3] = {-2.1f, 0, 7};
        std::vector<std::vector<float>> out(3, std::vector<float>(static_cast<size_t>(n)));
        float* const places[3] = {out[0].data(), out[1].data(), out[2].data()};
        table.to_planes(pixels.data(), scale, bias, places, n);
        for (int64_t c = 0; c < 3; ++c)
          for (int64_t i = 0; i < n; ++i) {
            const float wanted =
                static_cast<float>(from[static_cast<size_t>(c)][i]) * scale[c] + bias[c];
            ASSERT_NEAR(places[c][i], wanted, 1e-5) << i << " of " << n;
          }
      }
    }
  });
}

}  // namespace
}  // namespace hearth::cpu
