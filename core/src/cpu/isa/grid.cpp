// SPDX-License-Identifier: Apache-2.0
// Sampling by a grid, some positions at a time: what they read is found once for all channels.
#include "cpu/grid_kernels.h"

#define HEARTH_ELEMENT_NAMESPACE hearth::cpu::HEARTH_ISA
#define HEARTH_ELEMENT_FN inline
#include "backends/grid_axis.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

constexpr int kMost = 256, kRoom = 1024;

/// The elements that up to kMost positions read: element e of position i at [e * count + i].
template <class T>
class Reads {
 public:
  int count = 0, elements = 1;
  int32_t at[kRoom];  ///< in the channel; -1: none
  T weight[kRoom];
  T slope[3][kRoom];  ///< of the weight by each number of the grid; only with_slopes

  /// Fills it for positions at `grid`, as many as fit of n.
  void find(const GridArgs& g, int64_t n, const T* grid, bool with_slopes) {
    elements = g.taps * g.taps * (g.dims == 3 ? g.taps : 1);
    const int most = kRoom / elements < kMost ? kRoom / elements : kMost;
    count = n < most ? static_cast<int>(n) : most;
    if (g.taps == 1) return find_taps<1>(g, grid, with_slopes);
    if (g.taps == 2) return find_taps<2>(g, grid, with_slopes);
    find_taps<4>(g, grid, with_slopes);
  }

 private:
  template <int kTaps>
  void find_taps(const GridArgs& g, const T* grid, bool with_slopes) {
    const int slices = g.dims == 3 ? kTaps : 1;
    for (int i = 0; i < count; ++i, grid += g.dims) {
      GridTap<T> x[kTaps], y[kTaps], z[kTaps];
      grid_taps<kTaps>(g, grid[0], g.size[0], x);
      grid_taps<kTaps>(g, grid[1], g.size[1], y);
      z[0] = {0, T(1), T(0)};
      if (g.dims == 3) grid_taps<kTaps>(g, grid[2], g.size[2], z);
      int e = i;
      for (int d = 0; d < slices; ++d)
        for (int h = 0; h < kTaps; ++h)
          for (int w = 0; w < kTaps; ++w, e += count) {
            const int64_t place = (z[d].at * g.size[1] + y[h].at) * g.size[0] + x[w].at;
            // Any of them is negative.
            const bool outside = (x[w].at | y[h].at | z[d].at) < 0;
            at[e] = outside ? -1 : static_cast<int32_t>(place * g.pixel);
            weight[e] = x[w].weight * y[h].weight * z[d].weight;
            if (!with_slopes) continue;
            slope[0][e] = x[w].slope * y[h].weight * z[d].weight;
            slope[1][e] = x[w].weight * y[h].slope * z[d].weight;
            slope[2][e] = x[w].weight * y[h].weight * z[d].slope;
          }
    }
  }
};

template <class T>
inline T read(const T* x, int32_t at) {
  const T v = x[at < 0 ? 0 : at];
  return at < 0 ? T(0) : v;
}

template <class T>
void forward(const GridArgs& g, int64_t n, const void* grid, const void* input, void* output) {
  const T* positions = static_cast<const T*>(grid);
  Reads<T> reads;
  for (int64_t done = 0; done < n; done += reads.count) {
    reads.find(g, n - done, positions + done * g.dims, false);
    const T* x = static_cast<const T*>(input);
    T* y = static_cast<T*>(output) + done;
    for (int64_t c = 0; c < g.channels; ++c, x += g.channel, y += g.out_channel) {
      T sums[kMost];
      const int count = reads.count;
      for (int i = 0; i < count; ++i) sums[i] = reads.weight[i] * read(x, reads.at[i]);
      for (int e = 1; e < reads.elements; ++e) {
        const int32_t* at = reads.at + e * count;
        const T* weight = reads.weight + e * count;
        for (int i = 0; i < count; ++i) sums[i] += weight[i] * read(x, at[i]);
      }
      for (int i = 0; i < count; ++i) y[i] = sums[i];
    }
  }
}

template <class T>
void backward_input(const GridArgs& g, int64_t n, const void* grid, const void* grad,
                    void* grad_input) {
  const T* positions = static_cast<const T*>(grid);
  Reads<T> reads;
  for (int64_t done = 0; done < n; done += reads.count) {
    reads.find(g, n - done, positions + done * g.dims, false);
    const T* gy = static_cast<const T*>(grad) + done;
    T* gx = static_cast<T*>(grad_input);
    for (int64_t c = 0; c < g.channels; ++c, gx += g.channel, gy += g.out_channel)
      for (int e = 0; e < reads.elements; ++e)
        for (int i = 0; i < reads.count; ++i) {
          const int k = e * reads.count + i;
          if (reads.at[k] >= 0) gx[reads.at[k]] += reads.weight[k] * gy[i];
        }
  }
}

template <class T>
void backward_grid(const GridArgs& g, int64_t n, const void* grid, const void* input,
                   const void* grad, void* grad_grid) {
  const T* positions = static_cast<const T*>(grid);
  Reads<T> reads;
  for (int64_t done = 0; done < n; done += reads.count) {
    reads.find(g, n - done, positions + done * g.dims, true);
    const T* x = static_cast<const T*>(input);
    const T* gy = static_cast<const T*>(grad) + done;
    T sums[3][kMost] = {};
    const int count = reads.count;
    for (int64_t c = 0; c < g.channels; ++c, x += g.channel, gy += g.out_channel)
      for (int e = 0; e < reads.elements; ++e) {
        const int32_t* at = reads.at + e * count;
        T values[kMost];
        for (int i = 0; i < count; ++i) values[i] = gy[i] * read(x, at[i]);
        for (int d = 0; d < g.dims; ++d) {
          const T* slope = reads.slope[d] + e * count;
          for (int i = 0; i < count; ++i) sums[d][i] += slope[i] * values[i];
        }
      }
    T* to = static_cast<T*>(grad_grid) + done * g.dims;
    for (int i = 0; i < count; ++i)
      for (int d = 0; d < g.dims; ++d) to[i * g.dims + d] = sums[d][i];
  }
}

}  // namespace

const GridTable& grid_table() {
  static constexpr GridTable table = {{&forward<float>, &forward<double>},
                                      {&backward_input<float>, &backward_input<double>},
                                      {&backward_grid<float>, &backward_grid<double>}};
  return table;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
