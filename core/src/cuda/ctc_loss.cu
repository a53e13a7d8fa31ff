// SPDX-License-Identifier: Apache-2.0
// Sums over all alignments, as cpu/ctc_loss.cpp has them: a block for each sequence, which goes
// from step to step, and for the gradient one for each row of classes.
#include "backends/log_sums.h"
#include "cuda/dense.h"
#include "cuda/indexed.cuh"
#include "cuda/kernels.h"
#include "cuda/row.cuh"
#include "ops/ctc_loss.h"

namespace hearth::cuda {

namespace {

/// Lengths of as many sequences as kernel arguments have room for.
constexpr int kAtOnce = 128;
struct Lengths {
  int64_t first;  ///< sequence of the batch
  int count;
  int32_t steps[kAtOnce], labels[kAtOnce];
  int64_t targets[kAtOnce];  ///< place of the first target
};

/// Calls f(lengths) for all sequences of a batch.
template <class Op, class F>
void for_sequences(const Op& op, const TensorImpl& targets, const F& f) {
  const auto n = static_cast<int64_t>(op.target_lengths.size());
  int64_t at = 0;
  for (int64_t first = 0; first < n; first += kAtOnce) {
    Lengths l{};
    l.first = first;
    l.count = static_cast<int>(std::min<int64_t>(n - first, kAtOnce));
    for (int k = 0; k < l.count; ++k) {
      const auto b = static_cast<size_t>(first + k);
      l.steps[k] = static_cast<int32_t>(op.input_lengths[b]);
      l.labels[k] = static_cast<int32_t>(op.target_lengths[b]);
      l.targets[k] = at;
      at += targets.dim() == 1 ? op.target_lengths[b] : targets.sizes[1];
    }
    f(l);
  }
}

/// States whose last sums a block keeps in shared memory.
constexpr int kKeptStates = 1024;

/// The tensors of a call, [steps, batch, classes] and, of states, [batch, steps, width].
template <class T>
struct Batch {
  const T* log_probs;
  const int64_t* targets;
  int64_t batch, classes, blank, steps, width;
  Fault* fault;

  template <class Op>
  Batch(const Op& op, const Tensor& x, const Tensor& labels, const TensorImpl& alpha)
      : log_probs(ptr<T>(x)),
        targets(ptr<int64_t>(labels)),
        batch(impl(x).sizes[1]),
        classes(impl(x).sizes[2]),
        blank(op.blank),
        steps(alpha.sizes[1]),
        width(alpha.sizes[2]),
        fault(cuda::fault()) {}
};

/// One sequence of it.
template <class T>
struct Sequence {
  const Batch<T>& all;
  int64_t b;
  const int64_t* targets;
  int steps, labels, states;

  __device__ Sequence(const Batch<T>& batch, const Lengths& l, int k)
      : all(batch),
        b(l.first + k),
        targets(batch.targets + l.targets[k]),
        steps(l.steps[k]),
        labels(l.labels[k]),
        states(2 * l.labels[k] + 1) {}

  __device__ __forceinline__ int64_t target(int j) const {
    const int64_t label = targets[j];
    if (label >= 0 && label < all.classes) return label;
    report_index(label, all.classes, all.fault, "ctc_loss");
    return all.blank;
  }
  __device__ __forceinline__ int64_t label(int s) const {
    return s % 2 ? target(s / 2) : all.blank;
  }
  /// Whether a path may go from state s to s + 2, over the blank between two labels.
  __device__ __forceinline__ bool skips(int s) const { return label(s) != label(s + 2); }
  __device__ __forceinline__ T log_prob(int t, int s) const {
    return all.log_probs[(t * all.batch + b) * all.classes + label(s)];
  }
  /// Row t of a tensor of states.
  template <class P>
  __device__ __forceinline__ P* row(P* states_of, int t) const {
    return states_of + (b * all.steps + t) * all.width;
  }
};

/// Goes through the steps of a sequence from `first` on, by `by`. A step's sums are
/// sum(the one's before, state), at the first step start(state), plus the state's log probability;
/// they are written to rows of `out`.
template <class T, class Start, class Sum>
__device__ __forceinline__ void walk(const Sequence<T>& s, int first, int by, T* out,
                                     T (&kept)[2][kKeptStates], const Start& start,
                                     const Sum& sum) {
  const int rank = static_cast<int>(threadIdx.x), size = static_cast<int>(blockDim.x);
  const bool keep = s.states <= kKeptStates;
  const bool there = rank < s.states;
  T ahead = there ? s.log_prob(first, rank) : T(0);
  for (int k = 0, t = first; k < s.steps; ++k, t += by) {
    // The next step's number is on its way while this one waits for others.
    const T own = ahead;
    if (there && k + 1 < s.steps) ahead = s.log_prob(t + by, rank);
    __syncthreads();
    const T* before = keep ? kept[(k + 1) % 2] : s.row(out, t - by);
    T *now = s.row(out, t), *copy = kept[k % 2];
    for (int i = rank; i < s.all.width; i += size) {
      T v = kLogZero<T>;
      if (i < s.states) {
        v = (k == 0 ? start(i) : sum(before, i)) + (i == rank ? own : s.log_prob(t, i));
        if (keep) copy[i] = v;
      }
      now[i] = v;
    }
  }
  __syncthreads();
}

template <class T>
__global__ void __launch_bounds__(1024)
    alpha_kernel(Batch<T> batch, Lengths lengths, T* alpha, T* losses) {
  __shared__ T kept[2][kKeptStates];
  const Sequence<T> s(batch, lengths, static_cast<int>(blockIdx.x));
  const int last = s.states - 1;
  if (s.steps > 0)
    walk(
        s, 0, 1, alpha, kept, [](int i) { return i < 2 ? T(0) : kLogZero<T>; },
        [&](const T* before, int i) {
          const T one = i > 0 ? before[i - 1] : kLogZero<T>;
          const T two = i > 1 && s.skips(i - 2) ? before[i - 2] : kLogZero<T>;
          return log_add(before[i], one, two);
        });
  T* rest = s.row(alpha, s.steps);
  const int64_t unused = (batch.steps - s.steps) * batch.width;
  for (int64_t i = threadIdx.x; i < unused; i += blockDim.x) rest[i] = kLogZero<T>;
  if (threadIdx.x != 0) return;
  if (s.steps == 0) {
    losses[s.b] = s.states == 1 ? T(0) : -kLogZero<T>;
  } else {
    const T* end = s.row(alpha, s.steps - 1);
    losses[s.b] = -(last == 0 ? end[0] : log_add(end[last], end[last - 1]));
  }
}

/// What follows label j of a sequence: twice the next place of the same class, or of the end, and
/// whether none is before.
template <class T>
__device__ __forceinline__ int32_t link_of(const Sequence<T>& s, int j) {
  const int64_t own = s.target(j);
  int next = j + 1, before = j - 1;
  while (next < s.labels && s.target(next) != own) ++next;
  while (before >= 0 && s.target(before) != own) --before;
  return 2 * next + (before < 0);
}

/// Sums from each state to the end, and links [batch, width] of labels.
template <class T>
__global__ void __launch_bounds__(1024)
    beta_kernel(Batch<T> batch, Lengths lengths, T* beta, int32_t* links) {
  __shared__ T kept[2][kKeptStates];
  const Sequence<T> s(batch, lengths, static_cast<int>(blockIdx.x));
  for (int j = static_cast<int>(threadIdx.x); j < s.labels; j += static_cast<int>(blockDim.x))
    links[s.b * batch.width + j] = link_of(s, j);
  if (s.steps == 0) return;
  walk(
      s, s.steps - 1, -1, beta, kept, [&](int i) { return i >= s.states - 2 ? T(0) : kLogZero<T>; },
      [&](const T* later, int i) {
        const T one = i + 1 < s.states ? later[i + 1] : kLogZero<T>;
        const T two = i + 2 < s.states && s.skips(i) ? later[i + 2] : kLogZero<T>;
        return log_add(later[i], one, two);
      });
}

struct LogAdd {
  template <class T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return log_add(a, b);
  }
};

template <class T>
struct Gradient {
  const T *grad, *losses, *alpha, *beta;
  const int32_t* links;
  T* out;
  bool zero_infinity;
};

/// A block for each step of each sequence: (exp(log_prob) - the paths through a class) * grad.
template <class T>
__global__ void __launch_bounds__(1024)
    gradient_kernel(Batch<T> batch, Lengths lengths, Gradient<T> g) {
  const Block team{static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x)};
  const int64_t rows = batch.steps * lengths.count;
  for (int64_t r = blockIdx.x; r < rows; r += gridDim.x) {
    const auto t = static_cast<int>(r / lengths.count);
    const Sequence<T> s(batch, lengths, static_cast<int>(r % lengths.count));
    const int64_t start = (t * batch.batch + s.b) * batch.classes;
    T* to = g.out + start;
    const T loss = g.losses[s.b], factor = g.grad[s.b];
    if (t >= s.steps || (g.zero_infinity && loss == -kLogZero<T>)) {
      for (int64_t c = team.rank; c < batch.classes; c += team.size) to[c] = T(0);
      continue;
    }
    const T *alpha = s.row(g.alpha, t), *beta = s.row(g.beta, t);
    const auto value = [&](int64_t c, T through) {
      const T log_prob = batch.log_probs[start + c];
      return (std::exp(log_prob) - std::exp(through + loss - log_prob)) * factor;
    };
    T blanks = kLogZero<T>;
    for (int i = team.rank; i < s.states; i += team.size)
      if (s.label(i) == batch.blank) blanks = log_add(blanks, alpha[i] + beta[i]);
    blanks = team.all(blanks, LogAdd());
    for (int64_t c = team.rank; c < batch.classes; c += team.size)
      to[c] = value(c, c == batch.blank ? blanks : kLogZero<T>);
    __syncthreads();
    const int32_t* links = g.links + s.b * batch.width;
    for (int j = team.rank; j < s.labels; j += team.size) {
      const int64_t c = s.target(j);
      if (c == batch.blank || links[j] % 2 == 0) continue;
      T through = kLogZero<T>;
      for (int k = j; k < s.labels; k = links[k] / 2)
        through = log_add(through, alpha[2 * k + 1] + beta[2 * k + 1]);
      to[c] = value(c, through);
    }
  }
}

/// The tensor that results of type `type` are written to on their way to `out`.
Tensor result(const Tensor& out, ScalarType type) {
  return impl(out).dtype == type ? out : new_tensor(impl(out).sizes, type, impl(out).device);
}
void finish(const Tensor& out, const Tensor& written) {
  if (!written.is_same(out)) copy_raw_into(out, written);
}

unsigned threads_for(int64_t width) {
  return static_cast<unsigned>(std::max(32, power_of_two_at_least(width, 1024)));
}

Tensor targets_on(const Tensor& targets, Device device) {
  return contiguous_raw(index_on(targets, device));
}

void ctc_loss(const Call& call) {
  const auto& op = call.as<ops::CtcLoss>();
  const Tensor x = contiguous_raw(call.in[0]), targets = targets_on(call.in[1], x.device());
  const Tensor losses = result(call.out[0], call.compute);
  const Tensor alpha = result(call.out[1], call.compute);
  with_compute_type(call.compute, "ctc_loss", [&]<class T>(T) {
    const Batch<T> batch(op, x, targets, impl(alpha));
    for_sequences(op, impl(targets), [&](const Lengths& l) {
      launch_kernel("ctc_loss", alpha_kernel<T>, static_cast<unsigned>(l.count),
                    threads_for(batch.width), batch, l, ptr<T>(alpha), ptr<T>(losses));
    });
  });
  finish(call.out[0], losses);
  finish(call.out[1], alpha);
}

void ctc_loss_backward(const Call& call) {
  const auto& op = call.as<ops::CtcLossBackward>();
  const Tensor g = contiguous_raw(call.in[0]), x = contiguous_raw(call.in[1]),
               targets = targets_on(call.in[2], x.device()), losses = contiguous_raw(call.in[3]),
               alpha = contiguous_raw(call.in[4]);
  const Tensor out = result(call.out[0], call.compute);
  if (impl(out).numel == 0) return;
  with_compute_type(call.compute, "ctc_loss_backward", [&]<class T>(T) {
    const Batch<T> batch(op, x, targets, impl(alpha));
    const Workspace beta(static_cast<size_t>(impl(alpha).numel) * sizeof(T));
    const Workspace links(static_cast<size_t>(batch.batch * batch.width) * sizeof(int32_t));
    const Gradient<T> gradient{ptr<T>(g),       ptr<T>(losses),        ptr<T>(alpha),
                               beta.data<T>(),  links.data<int32_t>(), ptr<T>(out),
                               op.zero_infinity};
    for_sequences(op, impl(targets), [&](const Lengths& l) {
      launch_kernel("ctc_loss_backward", beta_kernel<T>, static_cast<unsigned>(l.count),
                    threads_for(batch.width), batch, l, beta.data<T>(), links.data<int32_t>());
      const int64_t rows = std::min<int64_t>(batch.steps * l.count, int64_t{1} << 30);
      const int64_t wide = std::max(batch.classes, batch.width);
      launch_kernel("ctc_loss_backward", gradient_kernel<T>, static_cast<unsigned>(rows),
                    std::min(threads_for(wide), 256u), batch, l, gradient);
    });
  });
  finish(call.out[0], out);
}

}  // namespace

void install_ctc_loss() {
  ops::CtcLoss::row().kernel[kSlot] = &ctc_loss;
  ops::CtcLossBackward::row().kernel[kSlot] = &ctc_loss_backward;
}

}  // namespace hearth::cuda
