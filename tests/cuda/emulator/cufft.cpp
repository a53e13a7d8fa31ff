// SPDX-License-Identifier: Apache-2.0
// Stands for cuFFT: sums over all points of one dim after another, in double, of what the plan's
// numbers say. What cuFFT may destroy is destroyed.
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <numbers>
#include <vector>

#include <cufftXt.h>

#include "device.h"
#include "elements.h"

namespace hearth::emulator {

namespace {

using Number = std::complex<double>;

struct Side {
  cudaDataType_t type{};
  std::vector<long long> embed;
  long long stride = 1, distance = 1;

  /// Where the element at `index` of a transform lies.
  long long at(long long transform, const std::vector<long long>& index) const {
    long long place = index[0];
    for (size_t d = 1; d < index.size(); ++d) place = place * embed[d] + index[d];
    return transform * distance + place * stride;
  }
};

struct Plan {
  int device = 0;
  cudaStream_t stream = nullptr;
  bool made = false, own_workspace = true;
  std::vector<long long> n;
  Side in, out;
  long long batch = 0;
  size_t workspace = 0;
  void* work = nullptr;
  std::shared_ptr<HandleMemory> tables;  ///< for it alone: copies of a plan do not keep it alive

  bool real_in() const { return !is_complex(in.type); }
  bool real_out() const { return !is_complex(out.type); }
  static bool is_complex(cudaDataType_t type) { return type == CUDA_C_32F || type == CUDA_C_64F; }
};

std::map<cufftHandle, Plan>& plans() {
  static auto& all = *new std::map<cufftHandle, Plan>;
  return all;
}
Plan* find(cufftHandle handle) {
  const std::lock_guard held(lock());
  const auto found = plans().find(handle);
  return found == plans().end() ? nullptr : &found->second;
}

/// Calls f for each index below `sizes`, the last dim fastest.
template <class F>
void for_each_index(const std::vector<long long>& sizes, const F& f) {
  std::vector<long long> index(sizes.size(), 0);
  for (const long long s : sizes)
    if (s == 0) return;
  for (;;) {
    f(index);
    size_t d = sizes.size();
    while (d > 0 && ++index[d - 1] == sizes[d - 1]) index[--d] = 0;
    if (d == 0) return;
  }
}

/// Transforms dense numbers along one dim, of which results keep `kept` points.
void along(std::vector<Number>& x, std::vector<long long>& sizes, size_t dim, long long n,
           int direction, long long kept) {
  std::vector<Number> roots(static_cast<size_t>(n));
  for (long long k = 0; k < n; ++k)
    roots[static_cast<size_t>(k)] = std::polar(
        1.0, direction * 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
  long long inner = 1, outer = 1;
  for (size_t d = 0; d < sizes.size(); ++d) (d < dim ? outer : inner) *= d == dim ? 1 : sizes[d];
  std::vector<Number> y(static_cast<size_t>(outer * kept * inner));
  for (long long o = 0; o < outer; ++o)
    for (long long k = 0; k < kept; ++k)
      for (long long i = 0; i < inner; ++i) {
        Number sum = 0;
        for (long long j = 0; j < n; ++j)
          sum += x[static_cast<size_t>((o * n + j) * inner + i)] *
                 roots[static_cast<size_t>(j * k % n)];
        y[static_cast<size_t>((o * kept + k) * inner + i)] = sum;
      }
  sizes[dim] = kept;
  x = std::move(y);
}

/// The whole of a half spectrum along the last dim, as a transform to real numbers takes it: what
/// stands for itself and its conjugate has no imaginary part.
void complete(std::vector<Number>& x, std::vector<long long>& sizes, long long n) {
  const long long half = n / 2 + 1, rows = static_cast<long long>(x.size()) / half;
  std::vector<Number> y(static_cast<size_t>(rows * n));
  for (long long r = 0; r < rows; ++r)
    for (long long k = 0; k < n; ++k) {
      const Number v = x[static_cast<size_t>(r * half + (k < half ? k : n - k))];
      const bool alone = k == 0 || 2 * k == n;
      y[static_cast<size_t>(r * n + k)] = alone ? v.real() : k < half ? v : std::conj(v);
    }
  sizes.back() = n;
  x = std::move(y);
}

void run(const Plan& p, void* input, void* output, int direction) {
  std::vector<long long> in_sizes = p.n, out_sizes = p.n;
  if (p.real_out()) in_sizes.back() = p.n.back() / 2 + 1;
  if (p.real_in()) out_sizes.back() = p.n.back() / 2 + 1;
  for (long long b = 0; b < p.batch; ++b) {
    std::vector<Number> x;
    with_element(p.in.type, [&]<class T>(T) {
      for_each_index(in_sizes, [&](const auto& index) {
        T& v = static_cast<T*>(input)[p.in.at(b, index)];
        x.emplace_back(exactly(v));
        if constexpr (kIsComplex<T>)
          if (p.real_out()) v = T(std::numeric_limits<float>::quiet_NaN());
      });
    });
    std::vector<long long> sizes = in_sizes;
    if (p.real_out()) {
      for (size_t d = 0; d + 1 < p.n.size(); ++d) along(x, sizes, d, p.n[d], 1, p.n[d]);
      complete(x, sizes, p.n.back());
      along(x, sizes, p.n.size() - 1, p.n.back(), 1, p.n.back());
    } else {
      for (size_t d = p.n.size(); d-- > 0;)
        along(x, sizes, d, p.n[d], p.real_in() ? -1 : direction, out_sizes[d]);
    }
    with_element(p.out.type, [&]<class T>(T) {
      size_t next = 0;
      for_each_index(out_sizes, [&](const auto& index) {
        T& to = static_cast<T*>(output)[p.out.at(b, index)];
        if constexpr (kIsComplex<T>) {
          to = rounded<T>(x[next++]);
        } else {
          to = rounded<T>(x[next++].real());
        }
      });
    });
  }
}

}  // namespace
}  // namespace hearth::emulator

using namespace hearth::emulator;

cufftResult cufftCreate(cufftHandle* handle) {
  const std::lock_guard held(lock());
  static cufftHandle next = 1;
  plans()[next].device = current_device();
  *handle = next++;
  return CUFFT_SUCCESS;
}
cufftResult cufftDestroy(cufftHandle handle) {
  const std::lock_guard held(lock());
  return plans().erase(handle) == 1 ? CUFFT_SUCCESS : CUFFT_INVALID_PLAN;
}
cufftResult cufftSetAutoAllocation(cufftHandle handle, int automatic) {
  Plan* p = find(handle);
  if (!p) return CUFFT_INVALID_PLAN;
  p->own_workspace = automatic != 0;
  return CUFFT_SUCCESS;
}

cufftResult cufftXtMakePlanMany(cufftHandle handle, int rank, long long* n, long long* in_embed,
                                long long in_stride, long long in_distance, cudaDataType in_type,
                                long long* out_embed, long long out_stride, long long out_distance,
                                cudaDataType out_type, long long batch, size_t* workspace,
                                cudaDataType execution) {
  Plan* p = find(handle);
  if (!p || p->made) return CUFFT_INVALID_PLAN;
  if (rank < 1 || rank > 3 || batch < 1 || !in_embed || !out_embed) return CUFFT_INVALID_VALUE;
  const bool wide = execution == CUDA_C_64F;
  const cudaDataType complex = wide ? CUDA_C_64F : CUDA_C_32F,
                     real = wide ? CUDA_R_64F : CUDA_R_32F;
  const bool kinds = (in_type == complex && (out_type == complex || out_type == real)) ||
                     (in_type == real && out_type == complex);
  if (!kinds || execution != complex) return CUFFT_INVALID_TYPE;
  p->n.assign(n, n + rank);
  for (const long long size : p->n)
    if (size < 1) return CUFFT_INVALID_SIZE;
  p->in = {in_type, {in_embed, in_embed + rank}, in_stride, in_distance};
  p->out = {out_type, {out_embed, out_embed + rank}, out_stride, out_distance};
  for (const Side* side : {&p->in, &p->out}) {
    const bool half = side == &p->in ? p->real_out() : p->real_in();
    if (side->stride < 1 || side->distance < 1) return CUFFT_INVALID_VALUE;
    for (size_t d = 1; d < p->n.size(); ++d)
      if (side->embed[d] < (half && d + 1 == p->n.size() ? p->n[d] / 2 + 1 : p->n[d]))
        return CUFFT_INVALID_VALUE;
  }
  p->tables = std::make_shared<HandleMemory>();
  if (p->tables->error != cudaSuccess) return CUFFT_ALLOC_FAILED;
  p->batch = batch;
  p->workspace = *workspace = 512;
  p->made = true;
  return CUFFT_SUCCESS;
}

cufftResult cufftSetStream(cufftHandle handle, cudaStream_t stream) {
  Plan* p = find(handle);
  if (!p) return CUFFT_INVALID_PLAN;
  p->stream = stream;
  return CUFFT_SUCCESS;
}
cufftResult cufftSetWorkArea(cufftHandle handle, void* work) {
  Plan* p = find(handle);
  if (!p) return CUFFT_INVALID_PLAN;
  p->work = work;
  return CUFFT_SUCCESS;
}

cufftResult cufftXtExec(cufftHandle handle, void* input, void* output, int direction) {
  const Plan* p = find(handle);
  if (!p || !p->made || p->device != current_device()) return CUFFT_INVALID_PLAN;
  if (!p->own_workspace && !p->work) return CUFFT_INVALID_PLAN;
  if (direction != CUFFT_FORWARD && direction != CUFFT_INVERSE) return CUFFT_INVALID_VALUE;
  // Real numbers are read and written in pairs.
  const size_t pair = p->in.type == CUDA_C_64F || p->out.type == CUDA_C_64F ? 2 * sizeof(double)
                                                                            : 2 * sizeof(float);
  for (const void* data : {input, output})
    if (reinterpret_cast<uintptr_t>(data) % pair != 0) return CUFFT_INVALID_VALUE;
  const cudaError_t done = enqueue(p->stream, [plan = *p, handle, input, output, direction] {
    if (!find(handle)) return;  // a graph may run it after its plan, whose tables it needs
    if (plan.work) std::memset(plan.work, 0xff, plan.workspace);
    run(plan, input, output, direction);
  });
  return done == cudaSuccess ? CUFFT_SUCCESS : CUFFT_EXEC_FAILED;
}
