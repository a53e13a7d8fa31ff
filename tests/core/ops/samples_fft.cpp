// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/view.h"

#include "core/ops/samples.h"
#include "ops/as_strided.h"
#include "ops/fft.h"
#include "ops/frame_bands.h"

namespace hearth::testing_ops {

namespace {
Tensor complex_values(std::vector<int64_t> sizes, int seed = 0) {
  sizes.push_back(2);
  return view_as_complex(values(sizes, -1, 1, seed));
}
}  // namespace

// Gradients are in fft_test.cpp, as functions of real numbers.
void fft_samples(Samples& s) {
  using ops::FftNorm;
  const Tensor x = complex_values({3, 2, 5}), none;
  add(s, ops::FftC2C{{2}, FftNorm::None, true}, {x}, false);
  add(s, ops::FftC2C{{1, 0}, FftNorm::N, false}, {x}, false);
  add(s, ops::FftC2C{{1}, FftNorm::RootN, true}, {complex_values({1, 37, 2})}, false);
  add(s, ops::FftC2C{{0}, FftNorm::None, true}, {complex_values({200, 2})}, false);
  const Tensor r = values({3, 4, 5}, -1, 1);
  add(s, ops::FftR2C{{2}, FftNorm::None, true, true}, {r, none}, false);
  add(s, ops::FftR2C{{1}, FftNorm::RootN, false, true, 0.5}, {r, none}, false);
  add(s, ops::FftR2C{{0, 1}, FftNorm::N, true, false}, {r, none}, false);
  add(s, ops::FftR2C{{2}, FftNorm::None, true, true}, {r, values({5})}, false);
  add(s, ops::FftR2C{{1}, FftNorm::None, true, true}, {values({9, 64}), values({64})}, false);
  add(s, ops::FftC2R{{2}, 8, FftNorm::N, false}, {x}, false);
  add(s, ops::FftC2R{{2}, 9, FftNorm::None, true, 2}, {x}, false);
  add(s, ops::FftC2R{{0, 1}, 3, FftNorm::RootN, false}, {complex_values({3, 2, 4})}, false);
  const Tensor signal = values({2, 23}, -1, 1), window = values({6}), bank = values({5, 3});
  using ops::FrameBands;
  add(s, FrameBands{.n_fft = 8, .hop = 3, .frames = 6, .power = 2}, {signal, window, bank, none});
  add(s,
      FrameBands{.n_fft = 8,
                 .hop = 4,
                 .start = -4,
                 .frames = 7,
                 .edge = FrameEdge::Reflect,
                 .power = 1,
                 .spectrum_shift = 1e-3,
                 .log = true,
                 .log_factor = 2,
                 .log_shift = 1e-2,
                 .log_floor = 1e-4},
      {signal, window, bank, none});
  add(s,
      FrameBands{.n_fft = 9,
                 .hop = 2,
                 .start = -30,
                 .frames = 40,
                 .edge = FrameEdge::Mirror,
                 .remove_dc = true,
                 .preemphasis = 0.9,
                 .power = 2,
                 .windowed_energy = true},
      {signal, window, none, values({5, 7}, -1, 1)});
  add(s, FrameBands{.n_fft = 62, .hop = 1, .start = -3, .frames = 26, .power = 1},
      {values({3}, -1, 1), values({4}), none, none}, false);
  add(s, ops::UnfoldBackward{{2, 7}, 1, 3, 2}, {values({2, 3, 3})});
  add(s, ops::UnfoldBackward{{4, 3}, 0, 2, 1}, {values({3, 3, 2})});
  add(s, ops::UnfoldBackward{{2, 5, 2}, 1, 2, 3}, {values({2, 2, 2, 2})});
}

}  // namespace hearth::testing_ops
