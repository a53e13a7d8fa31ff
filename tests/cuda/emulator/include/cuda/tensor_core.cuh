// SPDX-License-Identifier: Apache-2.0
// What stands for core/src/cuda/tensor_core.cuh: fragments lie in the lanes' registers as the
// manual of PTX says, and what is copied in the background arrives when it is waited for.
#pragma once

#include <cmath>
#include <cstring>
#include <vector>

#include "cuda/element.cuh"

namespace hearth::cuda {

using SharedPlace = uintptr_t;
inline SharedPlace shared_place(const void* p) { return reinterpret_cast<SharedPlace>(p); }

namespace emulated {

struct PendingCopy {
  SharedPlace to;
  const void* from;
};
/// Of each thread of the block that runs.
inline std::vector<PendingCopy>& pending_copies() {
  static std::vector<PendingCopy> all[1024];
  return all[threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)];
}

}  // namespace emulated

inline void copy_async(SharedPlace to, const void* from, bool there) {
  if (to % 16 != 0 || reinterpret_cast<uintptr_t>(from) % 16 != 0)
    emulator::fail("copy_async between places that are not aligned to 16 bytes");
  // NaN until it is waited for.
  std::memset(reinterpret_cast<void*>(to), 0xff, 16);
  emulated::pending_copies().push_back({to, there ? from : nullptr});
}

inline void wait_for_copies() {
  for (const auto& [to, from] : emulated::pending_copies()) {
    if (from) {
      std::memcpy(reinterpret_cast<void*>(to), from, 16);
    } else {
      std::memset(reinterpret_cast<void*>(to), 0, 16);
    }
  }
  emulated::pending_copies().clear();
}

namespace emulated {

struct LoadedMatrices {
  unsigned* to;
  SharedPlace row;
};

/// Lane 4r + c receives elements [r][2c] and [r][2c + 1], or [2c][r] and [2c + 1][r].
template <bool kTransposed>
void load_matrices(unsigned (&to)[4], SharedPlace row, const emulator::Place& place) {
  if (row % 16 != 0) emulator::fail("ldmatrix of a row that is not aligned to 16 bytes");
  LoadedMatrices mine{to, row};
  emulator::meet_warp(
      ~0u, &mine,
      [](void* const* records, unsigned) {
        const auto lane = [&](int i) { return static_cast<LoadedMatrices*>(records[i]); };
        for (int i = 0; i < 32; ++i) {
          for (int m = 0; m < 4; ++m) {
            const auto element = [&](int r, int c) {
              return unsigned{reinterpret_cast<const uint16_t*>(lane(m * 8 + r)->row)[c]};
            };
            const int r = i / 4, c = i % 4 * 2;
            lane(i)->to[m] = kTransposed ? element(c, r) | element(c + 1, r) << 16
                                         : element(r, c) | element(r, c + 1) << 16;
          }
        }
      },
      "ldmatrix", place);
}

struct Fragments {
  float* c[4];
  const unsigned* a;
  unsigned b[2];
};

template <class H>
float half_of(unsigned pair, int which) {
  H h;
  h.bits = static_cast<uint16_t>(pair >> 16 * which);
  return convert<float>(h);
}

}  // namespace emulated

inline void load_matrices(unsigned (&to)[4], SharedPlace row,
                          const emulator::Place& place = emulator::Place::current()) {
  emulated::load_matrices<false>(to, row, place);
}
inline void load_transposed(unsigned (&to)[4], SharedPlace row,
                            const emulator::Place& place = emulator::Place::current()) {
  emulated::load_matrices<true>(to, row, place);
}

template <class H>
void multiply(float& c0, float& c1, float& c2, float& c3, const unsigned (&a)[4], unsigned b0,
              unsigned b1, const emulator::Place& place = emulator::Place::current()) {
  emulated::Fragments mine{{&c0, &c1, &c2, &c3}, a, {b0, b1}};
  emulator::meet_warp(
      ~0u, &mine,
      [](void* const* records, unsigned) {
        const auto lane = [&](int i) { return static_cast<emulated::Fragments*>(records[i]); };
        float left[16][16], right[16][8];
        for (int i = 0; i < 32; ++i) {
          const int g = i / 4, c = i % 4 * 2;
          for (int h = 0; h < 2; ++h) {
            for (int r = 0; r < 4; ++r)
              left[g + r % 2 * 8][c + r / 2 * 8 + h] = emulated::half_of<H>(lane(i)->a[r], h);
            for (int r = 0; r < 2; ++r)
              right[c + r * 8 + h][g] = emulated::half_of<H>(lane(i)->b[r], h);
          }
        }
        for (int i = 0; i < 32; ++i) {
          for (int r = 0; r < 4; ++r) {
            const int row = i / 4 + r / 2 * 8, col = i % 4 * 2 + r % 2;
            float sum = 0;
            for (int k = 0; k < 16; ++k) sum += left[row][k] * right[k][col];
            *lane(i)->c[r] += sum;
          }
        }
      },
      "mma", place);
}

template <class H>
unsigned pack(float low, float high) {
  return unsigned{convert<H>(low).bits} | unsigned{convert<H>(high).bits} << 16;
}

inline float fast_exp2(float x) {
  const float y = std::exp2(x);
  return std::fpclassify(y) == FP_SUBNORMAL ? 0.0f : y;
}

}  // namespace hearth::cuda
