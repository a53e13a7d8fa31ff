// SPDX-License-Identifier: Apache-2.0
#include "cpu/reduce.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/parallel.h"
#include "cpu/scratch.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kRowPiece = 4096;    // elements of a row that one kernel call reduces
constexpr int64_t kColumnTile = 1024;  // columns that one kernel call reduces
constexpr int64_t kBlock = 32768;      // elements of short rows that one task takes
constexpr int64_t kWorth = 65536;      // elements worth a task of their own
constexpr int64_t kMaxGroups = 32;     // most parts that one output is cut into

const ReduceTable& table_for(Reduction kind, ScalarType type) {
  if (kind > Reduction::ArgMin) return HEARTH_SELECT_ISA(reduce_norms);
  const bool decides = kind >= Reduction::CountNonzero && kind <= Reduction::All;
  if (!decides && is_integral(type, /*include_bool=*/true))
    return HEARTH_SELECT_ISA(reduce_integers);
  return kind <= Reduction::All ? HEARTH_SELECT_ISA(reduce_sums)
                                : HEARTH_SELECT_ISA(reduce_extremes);
}

const ReduceKernels& kernels_for(Reduction kind, ScalarType type) {
  const ReduceTable& table = table_for(kind, type);
  const ReduceKernels& k = table.by[static_cast<int>(kind)][static_cast<int>(type)];
  HEARTH_CHECK_AS(NotImplementedError, k.rows, "[reduce] not implemented for ", to_string(type));
  return k;
}

struct Dim {
  int64_t size;
  int64_t in;   ///< stride in the input, in elements
  int64_t out;  ///< stride in the output, 0 for reduced dims
};

/// A list of dims as a counter: index i of their product to offsets.
struct Dims {
  int num = 0;
  Dim at[kMaxRank];
  int64_t count() const {
    int64_t n = 1;
    for (int d = 0; d < num; ++d) n *= at[d].size;
    return n;
  }
  void offsets(int64_t i, int64_t& in, int64_t& out) const {
    for (int d = 0; d < num; ++d) {
      const int64_t k = i % at[d].size;
      i /= at[d].size;
      in += k * at[d].in;
      out += k * at[d].out;
    }
  }
  /// Takes dim d out of the list.
  Dim take(int d) {
    const Dim taken = at[d];
    for (--num; d < num; ++d) at[d] = at[d + 1];
    return taken;
  }
  /// Adds the next dim outward, merged into the last one where they run on.
  void append(const Dim& d) {
    if (num > 0) {
      Dim& last = at[num - 1];
      if (d.in == last.in * last.size && d.out == last.out * last.size) {
        last.size *= d.size;
        return;
      }
    }
    at[num++] = d;
  }
};

/// The input as outer dims around a two-dimensional inner part whose columns lie side by side.
struct Plan {
  bool rows;             ///< the side-by-side elements are reduced; else they are outputs
  Dim side{1, 1, 0};     ///< side by side
  Dim other{1, 0, 0};    ///< rows: the outputs of the inner part; else: what is reduced
  Dims kept, reduced;    ///< around it
  bool strided = false;  ///< nothing lies side by side: the input must be copied first
};

Plan make_plan(const TensorImpl& t, const DimVector& gone) {
  Dim all[kMaxRank];
  bool is_gone[kMaxRank];
  int order[kMaxRank], num = 0;
  int64_t out = 1;
  for (int d = static_cast<int>(t.dim()) - 1; d >= 0; --d) {
    const auto at = static_cast<size_t>(d);
    const int64_t size = t.sizes[at];
    if (size != 1) {
      order[num] = num;
      is_gone[num] = gone[at] != 0;
      all[num++] = {size, t.strides[at], gone[at] ? 0 : out};
    }
    if (!gone[at]) out *= size;
  }
  std::stable_sort(order, order + num, [&](int a, int b) { return all[a].in < all[b].in; });
  Plan p;
  for (int i = 0; i < num; ++i) (is_gone[order[i]] ? p.reduced : p.kept).append(all[order[i]]);
  const auto unit = [](Dims& dims, Dim& to) {
    for (int d = 0; d < dims.num; ++d) {
      if (dims.at[d].in != 1) continue;
      to = dims.take(d);
      return true;
    }
    return false;
  };
  p.rows = unit(p.reduced, p.side);
  if (!p.rows && !unit(p.kept, p.side)) {
    p.strided = num > 0;
    p.rows = true;
  }
  Dims& across = p.rows ? p.kept : p.reduced;
  if (across.num > 0) p.other = across.take(0);
  return p;
}

/// The same tensor in memory of its own, its dims in the order of their strides.
Tensor packed(const Tensor& x) {
  const TensorImpl& t = impl(x);
  const size_t n = t.sizes.size();
  DimVector order(n, 0), sizes(n, 0), strides(n, 0);
  for (size_t d = 0; d < n; ++d) order[d] = static_cast<int64_t>(d);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return t.strides[static_cast<size_t>(a)] > t.strides[static_cast<size_t>(b)];
  });
  for (size_t i = 0; i < n; ++i) {
    sizes[i] = t.sizes[static_cast<size_t>(order[i])];
    strides[i] = t.strides[static_cast<size_t>(order[i])];
  }
  const Tensor copy = contiguous_raw(alias_tensor(x, sizes, strides, t.offset, t.dtype));
  DimVector back(n, 0);
  for (size_t i = 0; i < n; ++i) back[static_cast<size_t>(order[i])] = impl(copy).strides[i];
  return alias_tensor(copy, t.sizes, back, impl(copy).offset, t.dtype);
}

/// Accumulators, and positions where the reduction finds them.
struct Part {
  char* acc = nullptr;
  int64_t* index = nullptr;
};

/// Combines parts that come in order as a balanced tree, which keeps rounding errors small.
class Pairwise {
 public:
  Pairwise(const ReduceKernels& k, int64_t width, int64_t parts, bool indexed)
      : k_(k),

        levels_(static_cast<int>(std::bit_width(static_cast<uint64_t>(parts))) + 1),
        bytes_(static_cast<int64_t>(element_size(k.acc)) * width),
        memory_(static_cast<size_t>(levels_ * (bytes_ + (indexed ? 8 * width : 0) + 64))) {
    char* at = memory_.data();
    for (int l = 0; l < levels_; ++l) {
      part_[l].acc = at;
      at += (bytes_ + 63) / 64 * 64;
    }
    for (int l = 0; indexed && l < levels_; ++l) {
      part_[l].index = reinterpret_cast<int64_t*>(at);
      at += 8 * width;
    }
  }
  void clear() { count_ = 0; }
  /// Where the next part is to be written.
  Part next() const { return part_[levels_ - 1]; }
  /// Takes in what was written to next(), of which the first n are used.
  void push(int64_t n) {
    int level = 0;
    for (; count_ >> level & 1; ++level) join(level, n);
    std::swap(part_[level], part_[levels_ - 1]);
    ++count_;
  }
  /// All parts combined.
  Part result(int64_t n) {
    int level = std::countr_zero(static_cast<uint64_t>(count_));
    std::swap(part_[level], part_[levels_ - 1]);
    for (++level; count_ >> level; ++level)
      if (count_ >> level & 1) join(level, n);
    return next();
  }

 private:
  /// next() = part of this level with next().
  void join(int level, int64_t n) {
    Part& last = part_[levels_ - 1];
    k_.merge(part_[level].acc, part_[level].index, last.acc, last.index, n);
    std::swap(part_[level], last);
  }

  const ReduceKernels& k_;
  const int levels_;
  const int64_t bytes_;
  Scratch<char> memory_;
  Part part_[66];
  int64_t count_ = 0;
};

/// Moves elements of one size between a dense block and a strided one.
template <class E>
void spread(char* to, int64_t to_stride, const char* from, int64_t from_stride, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    std::memcpy(to + i * to_stride * static_cast<int64_t>(sizeof(E)),
                from + i * from_stride * static_cast<int64_t>(sizeof(E)), sizeof(E));
}
struct Bytes16 {
  uint64_t a, b;
};
void spread(size_t size, char* to, int64_t to_stride, const char* from, int64_t from_stride,
            int64_t n) {
  if (to_stride == 1 && from_stride == 1) {
    std::memcpy(to, from, static_cast<size_t>(n) * size);
    return;
  }
  switch (size) {
    case 1:
      return spread<uint8_t>(to, to_stride, from, from_stride, n);
    case 4:
      return spread<uint32_t>(to, to_stride, from, from_stride, n);
    case 8:
      return spread<uint64_t>(to, to_stride, from, from_stride, n);
    case 16:
      return spread<Bytes16>(to, to_stride, from, from_stride, n);
    default:
      return spread<uint16_t>(to, to_stride, from, from_stride, n);
  }
}

/// One reduction over one plan. Outputs are cut into blocks, what goes into each block into pieces,
/// and when blocks are few, the pieces of each into groups that run in parallel.
class Runner {
 public:
  Runner(const Plan& plan, const ReduceKernels& k, const TensorImpl& t, const Tensor* numbers,
         int64_t outputs)
      : plan_(plan),
        k_(k),
        data_(t.data()),
        numbers_(numbers ? raw_data(*numbers) : nullptr),
        in_size_(static_cast<int64_t>(element_size(t.dtype))),
        acc_size_(static_cast<int64_t>(element_size(k.acc))),
        outputs_(outputs) {
    const int64_t width = plan.rows ? plan.other.size : plan.side.size;
    const int64_t depth = plan.rows ? plan.side.size : plan.other.size;
    piece_ = std::min(depth, plan.rows ? kRowPiece : kMaxColumnRows);
    pieces_ = (depth - 1) / piece_ + 1;
    block_ = std::min(width, plan.rows ? std::max<int64_t>(1, kBlock / depth) : kColumnTile);
    block_ = std::min(block_, kColumnTile);
    blocks_ = (width - 1) / block_ + 1;
    outer_ = plan.kept.count();
    steps_ = plan.reduced.count() * pieces_;
    const int64_t work = outputs * depth * plan.reduced.count();
    const int64_t tasks = outer_ * blocks_;
    const int64_t wanted = std::clamp<int64_t>(work / kWorth, 1, kMaxGroups);
    groups_ = std::min(steps_, (wanted - 1) / tasks + 1);
    work_ = std::max<int64_t>(1, work / (tasks * groups_));
  }

  void run(Part out) {
    const bool indexed = out.index != nullptr;
    if (groups_ == 1) {
      run_tasks(outer_ * blocks_, indexed,
                [&](int64_t i, Pairwise& parts) { run_block(i, 0, steps_, out, parts); });
      return;
    }
    // Each group writes all its outputs; then the groups are combined in order.
    Scratch<char> memory(static_cast<size_t>(groups_ * outputs_ * acc_size_));
    Scratch<int64_t> positions(static_cast<size_t>(indexed ? groups_ * outputs_ : 1));
    const auto group = [&](int64_t g) {
      return Part{memory.data() + g * outputs_ * acc_size_,
                  indexed ? positions.data() + g * outputs_ : nullptr};
    };
    run_tasks(outer_ * blocks_ * groups_, indexed, [&](int64_t i, Pairwise& parts) {
      const int64_t g = i % groups_;
      run_block(i / groups_, steps_ * g / groups_, steps_ * (g + 1) / groups_, group(g), parts);
    });
    for (int64_t gap = 1; gap < groups_; gap *= 2)
      for (int64_t g = 0; g + gap < groups_; g += 2 * gap)
        k_.merge(group(g).acc, group(g).index, group(g + gap).acc, group(g + gap).index, outputs_);
    std::memcpy(out.acc, group(0).acc, static_cast<size_t>(outputs_ * acc_size_));
    if (indexed) std::memcpy(out.index, group(0).index, static_cast<size_t>(outputs_) * 8);
  }

 private:
  template <class F>
  void run_tasks(int64_t tasks, bool indexed, const F& f) {
    const int64_t batch = std::max<int64_t>(1, kWorth / work_);
    parallel_chunks((tasks - 1) / batch + 1, [&](int64_t b) {
      Pairwise parts(k_, block_, steps_, indexed);
      for (int64_t i = b * batch; i < std::min(tasks, (b + 1) * batch); ++i) f(i, parts);
    });
  }

  /// Steps [begin, end) of the block's reduction.
  void run_block(int64_t i, int64_t begin, int64_t end, Part out, Pairwise& parts) {
    const int64_t first = i % blocks_ * block_;
    const Dim& kept = plan_.rows ? plan_.other : plan_.side;
    const int64_t n = std::min(block_, kept.size - first);
    int64_t in = first * kept.in, to = first * kept.out;
    plan_.kept.offsets(i / blocks_, in, to);
    out.acc += to * acc_size_;
    if (out.index) out.index += to;
    const char* c = numbers_ ? numbers_ + to * acc_size_ : nullptr;
    Scratch<char> gathered(c && kept.out != 1 ? static_cast<size_t>(n * acc_size_) : 0);
    if (gathered.data()) {
      spread(static_cast<size_t>(acc_size_), gathered.data(), 1, c, kept.out, n);
      c = gathered.data();
    }
    const bool dense = kept.out == 1 || n == 1;
    if (dense && end - begin == 1) {
      step(begin, in, n, c, out);
      return;
    }
    parts.clear();
    for (int64_t s = begin; s < end; ++s) {
      step(s, in, n, c, parts.next());
      parts.push(n);
    }
    const Part all = parts.result(n);
    spread(static_cast<size_t>(acc_size_), out.acc, dense ? 1 : kept.out, all.acc, 1, n);
    if (out.index)
      spread(8, reinterpret_cast<char*>(out.index), dense ? 1 : kept.out,
             reinterpret_cast<const char*>(all.index), 1, n);
  }

  /// Reduces piece s of n outputs.
  void step(int64_t s, int64_t in, int64_t n, const char* c, Part to) const {
    const Dim& depth = plan_.rows ? plan_.side : plan_.other;
    const int64_t first = s % pieces_ * piece_;
    const int64_t length = std::min(piece_, depth.size - first);
    int64_t none = 0;
    in += first * depth.in;
    plan_.reduced.offsets(s / pieces_, in, none);
    const char* x = data_ + in * in_size_;
    if (plan_.rows) {
      k_.rows(x, plan_.other.in, n, length, c, to.acc, to.index, first);
    } else {
      k_.columns(x, plan_.other.in, length, n, c, to.acc, to.index, first);
    }
  }

  const Plan& plan_;
  const ReduceKernels& k_;
  const char* data_;
  const char* numbers_;
  const int64_t in_size_, acc_size_, outputs_;
  int64_t piece_, pieces_, block_, blocks_, outer_, steps_, groups_, work_;
};

DimVector gone_dims(const TensorImpl& t, const DimVector& dims) {
  DimVector gone(t.sizes.size(), dims.empty() ? 1 : 0);
  for (int64_t d : dims)
    if (t.dim() > 0) gone[static_cast<size_t>(wrap_dim(d, t.dim(), "reduce"))] = 1;
  return gone;
}

}  // namespace

int64_t reduced_count(const Tensor& input, const DimVector& dims) {
  const TensorImpl& t = impl(input);
  const DimVector gone = gone_dims(t, dims);
  int64_t n = 1;
  for (size_t d = 0; d < t.sizes.size(); ++d)
    if (gone[d]) n *= t.sizes[d];
  return n;
}

Tensor reduce(const Reducing& what, const Tensor* out, const Tensor* index) {
  Tensor x = what.input;
  // Positions count in logical order, so all dims of an arg form become one.
  if (index && what.dims.empty()) {
    x = contiguous_raw(x);
    x = alias_tensor(x, {impl(x).numel}, {1}, impl(x).offset, impl(x).dtype);
  }
  const DimVector gone = gone_dims(impl(x), what.dims);
  int64_t outputs = 1;
  for (size_t d = 0; d < gone.size(); ++d)
    if (!gone[d]) outputs *= impl(x).sizes[d];
  const ReduceKernels& k = kernels_for(what.kind, impl(x).dtype);
  const bool direct = out && impl(*out).contiguous && impl(*out).dtype == k.acc;
  const Tensor acc = direct ? *out : new_tensor({outputs}, k.acc, kCPU);
  if (outputs == 0) return acc;
  const Part part{raw_data(acc), index ? ptr<int64_t>(*index) : nullptr};
  if (impl(x).numel == 0) {
    const void* numbers = what.numbers ? raw_data(*what.numbers) : nullptr;
    k.columns(nullptr, 0, 0, outputs, numbers, part.acc, part.index, 0);
    return acc;
  }
  Plan plan = make_plan(impl(x), gone);
  if (plan.strided) {
    x = packed(x);
    plan = make_plan(impl(x), gone);
  }
  Runner(plan, k, impl(x), what.numbers, outputs).run(part);
  return acc;
}

}  // namespace hearth::cpu
