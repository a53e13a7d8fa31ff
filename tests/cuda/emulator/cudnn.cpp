// SPDX-License-Identifier: Apache-2.0
// Stands for cuDNN's convolutions: sums over all taps, in double.
#include <algorithm>
#include <cstdint>
#include <vector>

#include <cudnn.h>

#include "device.h"
#include "elements.h"

namespace {

/// Sizes as N, C and then the spatial dims, and where each lies.
struct Dense {
  cudnnDataType_t type{};
  std::vector<int64_t> sizes, strides;

  void set(cudnnDataType_t data, cudnnTensorFormat_t format, int dims, const int* given) {
    type = data;
    sizes.assign(given, given + dims);
    strides.assign(sizes.size(), 1);
    int64_t stride = 1;
    if (format == CUDNN_TENSOR_NHWC) stride = sizes[1];
    for (size_t d = sizes.size(); d-- > 2; stride *= sizes[d]) strides[d] = stride;
    if (format == CUDNN_TENSOR_NHWC) {
      strides[0] = stride;
    } else {
      strides[1] = stride;
      strides[0] = stride * sizes[1];
    }
  }
  int64_t count() const {
    int64_t n = 1;
    for (const int64_t s : sizes) n *= s;
    return n;
  }
};

cudaDataType_t element_type(cudnnDataType_t type) {
  switch (type) {
    case CUDNN_DATA_HALF:
      return CUDA_R_16F;
    case CUDNN_DATA_BFLOAT16:
      return CUDA_R_16BF;
    case CUDNN_DATA_DOUBLE:
      return CUDA_R_64F;
    default:
      return CUDA_R_32F;
  }
}

}  // namespace

struct cudnnContext {
  int device;
  cudaStream_t stream = nullptr;
  hearth::emulator::HandleMemory memory{};
};
struct cudnnTensorStruct : Dense {};
struct cudnnFilterStruct : Dense {};
struct cudnnConvolutionStruct {
  std::vector<int64_t> padding, stride, dilation;
  cudnnConvolutionMode_t mode{};
  cudnnDataType_t compute{};
  int64_t groups = 1;
  cudnnMathType_t math = CUDNN_DEFAULT_MATH;
};

namespace hearth::emulator {

namespace {

/// Memory of a descriptor's elements as doubles, while a convolution adds to or reads them.
std::vector<double> read(const Dense& d, const void* at) {
  std::vector<double> out(static_cast<size_t>(d.count()));
  with_element(element_type(d.type), [&]<class T>(T) {
    if constexpr (!kIsComplex<T>)
      for (size_t i = 0; i < out.size(); ++i) out[i] = exactly(static_cast<const T*>(at)[i]);
  });
  return out;
}

/// at = by * values + before * at; memory is not read where `before` is zero.
void write(const Dense& d, void* at, const std::vector<double>& values, double by, double before) {
  with_element(element_type(d.type), [&]<class T>(T) {
    if constexpr (!kIsComplex<T>) {
      T* to = static_cast<T*>(at);
      for (size_t i = 0; i < values.size(); ++i)
        to[i] = rounded<T>(by * values[i] + (before != 0 ? before * exactly(to[i]) : 0));
    }
  });
}

double number(const Dense& d, const void* factor) {
  return d.type == CUDNN_DATA_DOUBLE ? *static_cast<const double*>(factor)
                                     : static_cast<double>(*static_cast<const float*>(factor));
}

/// Calls f(x, w, y) with the offsets of what each tap multiplies and adds to, for the spatial dims
/// from `dim` on.
template <class F>
void each_tap(const Dense& xs, const Dense& ws, const Dense& ys, const cudnnConvolutionStruct& conv,
              size_t dim, int64_t x, int64_t w, int64_t y, const F& f) {
  if (dim == xs.sizes.size()) return f(x, w, y);
  const size_t s = dim - 2;
  for (int64_t o = 0; o < ys.sizes[dim]; ++o)
    for (int64_t k = 0; k < ws.sizes[dim]; ++k) {
      const int64_t i = o * conv.stride[s] - conv.padding[s] + k * conv.dilation[s];
      if (i < 0 || i >= xs.sizes[dim]) continue;
      const int64_t tap = conv.mode == CUDNN_CONVOLUTION ? ws.sizes[dim] - 1 - k : k;
      each_tap(xs, ws, ys, conv, dim + 1, x + i * xs.strides[dim], w + tap * ws.strides[dim],
               y + o * ys.strides[dim], f);
    }
}

template <class F>
void each_product(const Dense& xs, const Dense& ws, const Dense& ys,
                  const cudnnConvolutionStruct& conv, const F& f) {
  const int64_t ins = ws.sizes[1], outs = ws.sizes[0] / conv.groups;
  for (int64_t n = 0; n < xs.sizes[0]; ++n)
    for (int64_t o = 0; o < ws.sizes[0]; ++o)
      for (int64_t i = 0; i < ins; ++i)
        each_tap(xs, ws, ys, conv, 2, n * xs.strides[0] + (o / outs * ins + i) * xs.strides[1],
                 o * ws.strides[0] + i * ws.strides[1], n * ys.strides[0] + o * ys.strides[1], f);
}

cudnnStatus_t check(const Dense& x, const Dense& w, const Dense& y,
                    const cudnnConvolutionStruct& conv) {
  const size_t dims = x.sizes.size();
  if (w.sizes.size() != dims || y.sizes.size() != dims || conv.stride.size() + 2 != dims ||
      w.type != x.type || y.type != x.type)
    return CUDNN_STATUS_BAD_PARAM;
  if (x.sizes[0] != y.sizes[0] || y.sizes[1] != w.sizes[0] ||
      x.sizes[1] != w.sizes[1] * conv.groups || w.sizes[0] % conv.groups != 0)
    return CUDNN_STATUS_BAD_PARAM;
  for (size_t d = 2; d < dims; ++d) {
    const size_t s = d - 2;
    const int64_t window = (w.sizes[d] - 1) * conv.dilation[s] + 1;
    if (y.sizes[d] != (x.sizes[d] + 2 * conv.padding[s] - window) / conv.stride[s] + 1)
      return CUDNN_STATUS_BAD_PARAM;
  }
  const bool wide = x.type == CUDNN_DATA_DOUBLE;
  if (conv.compute != (wide ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT))
    return CUDNN_STATUS_NOT_SUPPORTED;
  return CUDNN_STATUS_SUCCESS;
}

/// One algorithm that sums in any order, where the library has such, and is slow, and one that does
/// neither.
template <class Perf, class Algorithm>
cudnnStatus_t list(const Dense& x, const Dense& w, const Dense& y,
                   const cudnnConvolutionStruct& conv, Algorithm first, Algorithm second, int most,
                   int* count, Perf* results) {
  const cudnnStatus_t status = check(x, w, y, conv);
  *count = 0;
  if (status != CUDNN_STATUS_SUCCESS) return status;
  for (const Algorithm algorithm : {first, second}) {
    if (*count == most) break;
    Perf& r = results[(*count)++];
    r = {};
    r.algo = algorithm;
    r.status = CUDNN_STATUS_SUCCESS;
    r.memory = 512;
    r.determinism = algorithm == first ? CUDNN_NON_DETERMINISTIC : CUDNN_DETERMINISTIC;
    r.mathType = CUDNN_FMA_MATH;
  }
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t run(cudnnHandle_t handle, bool slow, const std::function<void()>& work) {
  if (handle->device != current_device()) return CUDNN_STATUS_NOT_INITIALIZED;
  const auto done = enqueue(handle->stream, [slow, work] {
    if (slow) linger();
    work();
  });
  return done == cudaSuccess ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_EXECUTION_FAILED;
}

}  // namespace
}  // namespace hearth::emulator

using namespace hearth::emulator;

const char* cudnnGetErrorString(cudnnStatus_t status) {
  switch (status) {
    case CUDNN_STATUS_SUCCESS:
      return "CUDNN_STATUS_SUCCESS";
    case CUDNN_STATUS_BAD_PARAM:
      return "CUDNN_STATUS_BAD_PARAM";
    case CUDNN_STATUS_NOT_SUPPORTED:
      return "CUDNN_STATUS_NOT_SUPPORTED";
    case CUDNN_STATUS_NOT_INITIALIZED:
      return "CUDNN_STATUS_NOT_INITIALIZED";
    default:
      return "another status of cuDNN";
  }
}

size_t cudnnGetVersion() { return CUDNN_VERSION; }

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  *handle = new cudnnContext{current_device()};
  return (*handle)->memory.error == cudaSuccess ? CUDNN_STATUS_SUCCESS
                                                : CUDNN_STATUS_INTERNAL_ERROR;
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  delete handle;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  handle->stream = stream;
  return CUDNN_STATUS_SUCCESS;
}

#define HEARTH_DESCRIPTOR(name, type)                                         \
  cudnnStatus_t cudnnCreate##name##Descriptor(cudnn##name##Descriptor_t* d) { \
    *d = new type;                                                            \
    return CUDNN_STATUS_SUCCESS;                                              \
  }                                                                           \
  cudnnStatus_t cudnnDestroy##name##Descriptor(cudnn##name##Descriptor_t d) { \
    delete d;                                                                 \
    return CUDNN_STATUS_SUCCESS;                                              \
  }
HEARTH_DESCRIPTOR(Tensor, cudnnTensorStruct)
HEARTH_DESCRIPTOR(Filter, cudnnFilterStruct)
HEARTH_DESCRIPTOR(Convolution, cudnnConvolutionStruct)
#undef HEARTH_DESCRIPTOR

cudnnStatus_t cudnnSetTensorNdDescriptorEx(cudnnTensorDescriptor_t to, cudnnTensorFormat_t format,
                                           cudnnDataType_t type, int dims, const int* sizes) {
  to->set(type, format, dims, sizes);
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetFilterNdDescriptor(cudnnFilterDescriptor_t to, cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int dims, const int* sizes) {
  to->set(type, format, dims, sizes);
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetConvolutionNdDescriptor(cudnnConvolutionDescriptor_t to, int dims,
                                              const int* padding, const int* stride,
                                              const int* dilation, cudnnConvolutionMode_t mode,
                                              cudnnDataType_t compute) {
  to->padding.assign(padding, padding + dims);
  to->stride.assign(stride, stride + dims);
  to->dilation.assign(dilation, dilation + dims);
  to->mode = mode;
  to->compute = compute;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t to, int groups) {
  to->groups = groups;
  return groups >= 1 ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_BAD_PARAM;
}
cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t to, cudnnMathType_t math) {
  to->math = math;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t, cudnnTensorDescriptor_t x,
                                                     cudnnFilterDescriptor_t w,
                                                     cudnnConvolutionDescriptor_t conv,
                                                     cudnnTensorDescriptor_t y, int most,
                                                     int* count,
                                                     cudnnConvolutionFwdAlgoPerf_t* results) {
  return list(*x, *w, *y, *conv, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM,
              CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, most, count, results);
}
cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(
    cudnnHandle_t, cudnnFilterDescriptor_t w, cudnnTensorDescriptor_t y,
    cudnnConvolutionDescriptor_t conv, cudnnTensorDescriptor_t x, int most, int* count,
    cudnnConvolutionBwdDataAlgoPerf_t* results) {
  return list(*x, *w, *y, *conv, CUDNN_CONVOLUTION_BWD_DATA_ALGO_0,
              CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, most, count, results);
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(
    cudnnHandle_t, cudnnTensorDescriptor_t x, cudnnTensorDescriptor_t y,
    cudnnConvolutionDescriptor_t conv, cudnnFilterDescriptor_t w, int most, int* count,
    cudnnConvolutionBwdFilterAlgoPerf_t* results) {
  return list(*x, *w, *y, *conv, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0,
              CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, most, count, results);
}

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha,
                                      cudnnTensorDescriptor_t xs, const void* x,
                                      cudnnFilterDescriptor_t ws, const void* w,
                                      cudnnConvolutionDescriptor_t conv,
                                      cudnnConvolutionFwdAlgo_t algorithm, void*, size_t,
                                      const void* beta, cudnnTensorDescriptor_t ys, void* y) {
  const cudnnStatus_t status = check(*xs, *ws, *ys, *conv);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  return run(handle, algorithm == CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM,
             [=, xs = *xs, ws = *ws, ys = *ys, conv = *conv, by = number(*ys, alpha),
              before = number(*ys, beta)] {
               const std::vector<double> a = read(xs, x), b = read(ws, w);
               std::vector<double> sum(static_cast<size_t>(ys.count()));
               each_product(xs, ws, ys, conv, [&](int64_t i, int64_t k, int64_t o) {
                 sum[static_cast<size_t>(o)] +=
                     a[static_cast<size_t>(i)] * b[static_cast<size_t>(k)];
               });
               write(ys, y, sum, by, before);
             });
}
cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha,
                                           cudnnFilterDescriptor_t ws, const void* w,
                                           cudnnTensorDescriptor_t ys, const void* y,
                                           cudnnConvolutionDescriptor_t conv,
                                           cudnnConvolutionBwdDataAlgo_t algorithm, void*, size_t,
                                           const void* beta, cudnnTensorDescriptor_t xs, void* x) {
  const cudnnStatus_t status = check(*xs, *ws, *ys, *conv);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  return run(handle, algorithm == CUDNN_CONVOLUTION_BWD_DATA_ALGO_0,
             [=, xs = *xs, ws = *ws, ys = *ys, conv = *conv, by = number(*xs, alpha),
              before = number(*xs, beta)] {
               const std::vector<double> a = read(ys, y), b = read(ws, w);
               std::vector<double> sum(static_cast<size_t>(xs.count()));
               each_product(xs, ws, ys, conv, [&](int64_t i, int64_t k, int64_t o) {
                 sum[static_cast<size_t>(i)] +=
                     a[static_cast<size_t>(o)] * b[static_cast<size_t>(k)];
               });
               write(xs, x, sum, by, before);
             });
}
cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void* alpha,
                                             cudnnTensorDescriptor_t xs, const void* x,
                                             cudnnTensorDescriptor_t ys, const void* y,
                                             cudnnConvolutionDescriptor_t conv,
                                             cudnnConvolutionBwdFilterAlgo_t algorithm, void*,
                                             size_t, const void* beta, cudnnFilterDescriptor_t ws,
                                             void* w) {
  const cudnnStatus_t status = check(*xs, *ws, *ys, *conv);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  return run(handle, algorithm == CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0,
             [=, xs = *xs, ws = *ws, ys = *ys, conv = *conv, by = number(*ws, alpha),
              before = number(*ws, beta)] {
               const std::vector<double> a = read(xs, x), b = read(ys, y);
               std::vector<double> sum(static_cast<size_t>(ws.count()));
               each_product(xs, ws, ys, conv, [&](int64_t i, int64_t k, int64_t o) {
                 sum[static_cast<size_t>(k)] +=
                     a[static_cast<size_t>(i)] * b[static_cast<size_t>(o)];
               });
               write(ws, w, sum, by, before);
             });
}

/// C = alpha A + beta C; dims of A that are 1 are those of all of C.
cudnnStatus_t cudnnAddTensor(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t as,
                             const void* a, const void* beta, cudnnTensorDescriptor_t cs, void* c) {
  if (as->sizes.size() != cs->sizes.size() || as->type != cs->type) return CUDNN_STATUS_BAD_PARAM;
  for (size_t d = 0; d < as->sizes.size(); ++d)
    if (as->sizes[d] != 1 && as->sizes[d] != cs->sizes[d]) return CUDNN_STATUS_BAD_PARAM;
  return run(handle, false,
             [=, as = *as, cs = *cs, by = number(*cs, alpha), before = number(*cs, beta)] {
               const std::vector<double> from = read(as, a);
               std::vector<double> values(static_cast<size_t>(cs.count()));
               for (int64_t i = 0; i < cs.count(); ++i) {
                 int64_t at = 0;
                 for (size_t d = 0; d < cs.sizes.size(); ++d)
                   if (as.sizes[d] != 1) at += i / cs.strides[d] % cs.sizes[d] * as.strides[d];
                 values[static_cast<size_t>(i)] = from[static_cast<size_t>(at)];
               }
               write(cs, c, values, by, before);
             });
}
