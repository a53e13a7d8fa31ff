// SPDX-License-Identifier: Apache-2.0
// einsum and tensordot, put together from permutations, sums and matrix products.
#include <algorithm>
#include <array>

#include "hearth/ops/linalg.h"

#include "autograd/autocast_modes.h"
#include "tensor/tensor_impl.h"

namespace hearth {

namespace {

constexpr int kLetters = 52;
constexpr int kEllipsis = kLetters;

int letter(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  return c >= 'a' && c <= 'z' ? c - 'a' + 26 : -1;
}
char name_of(int label) { return static_cast<char>(label < 26 ? 'A' + label : 'a' + (label - 26)); }

/// The subscripts of one operand or of the output; kEllipsis stands for "...".
std::vector<int> parse_subscripts(std::string_view equation, size_t first, size_t last,
                                  std::string_view whose) {
  std::vector<int> labels;
  bool ellipsis = false;
  for (size_t i = first; i < last; ++i) {
    const char c = equation[i];
    if (c == ' ') continue;
    if (c == '.') {
      HEARTH_CHECK_AS(ValueError, !ellipsis, "[einsum] found '.' for ", whose,
                      " for which an ellipsis was already found");
      HEARTH_CHECK_AS(ValueError, i + 2 < last && equation[i + 1] == '.' && equation[i + 2] == '.',
                      "[einsum] found '.' for ", whose, " that is not part of any ellipsis");
      i += 2;
      ellipsis = true;
      labels.push_back(kEllipsis);
      continue;
    }
    HEARTH_CHECK_AS(ValueError, letter(c) >= 0, "[einsum] invalid subscript given at index ", i,
                    " in the equation string, subscripts must be in [a-zA-Z], got '",
                    std::string_view(&c, 1), "'");
    labels.push_back(letter(c));
  }
  return labels;
}

struct Equation {
  std::vector<std::vector<int>> operands;
  std::vector<int> output;
  bool explicit_output = false;
};

Equation parse(std::string_view text) {
  Equation e;
  const size_t arrow = text.find("->");
  const size_t end = arrow == std::string_view::npos ? text.size() : arrow;
  for (size_t first = 0;;) {
    const size_t comma = text.find(',', first);
    const size_t last = comma < end ? comma : end;
    e.operands.push_back(
        parse_subscripts(text, first, last, cat_str("operand ", e.operands.size())));
    if (last == end) break;
    first = last + 1;
  }
  if (arrow != std::string_view::npos) {
    e.explicit_output = true;
    e.output = parse_subscripts(text, arrow + 2, text.size(), "the output");
  }
  return e;
}

/// The positions that labels get: the output's dims first, then those summed over.
struct Axes {
  int64_t ellipsis_dims = 0;
  int64_t ellipsis_at = 0;
  std::array<int64_t, kLetters> at;
  int64_t kept = 0, total = 0;
};

Axes order_axes(const Equation& e, int64_t ellipsis_dims) {
  Axes axes;
  axes.at.fill(-1);
  axes.ellipsis_dims = ellipsis_dims;
  std::array<int, kLetters> count{};
  for (const auto& labels : e.operands)
    for (int label : labels)
      if (label != kEllipsis) ++count[static_cast<size_t>(label)];
  std::vector<int> output = e.output;
  if (!e.explicit_output) {
    output.push_back(kEllipsis);
    for (int label = 0; label < kLetters; ++label)
      if (count[static_cast<size_t>(label)] == 1) output.push_back(label);
  }
  bool placed = false;
  for (int label : output) {
    if (label == kEllipsis) {
      placed = true;
      axes.ellipsis_at = axes.kept;
      axes.kept += ellipsis_dims;
      continue;
    }
    int64_t& at = axes.at[static_cast<size_t>(label)];
    HEARTH_CHECK_AS(ValueError, at < 0, "[einsum] output subscript ",
                    std::string(1, name_of(label)), " appears more than once in the output");
    HEARTH_CHECK_AS(ValueError, count[static_cast<size_t>(label)] > 0, "[einsum] output subscript ",
                    std::string(1, name_of(label)),
                    " does not appear in the equation for any input operand");
    at = axes.kept++;
  }
  axes.total = axes.kept;
  if (!placed) {
    axes.ellipsis_at = axes.total;
    axes.total += ellipsis_dims;
  }
  for (int label = 0; label < kLetters; ++label) {
    int64_t& at = axes.at[static_cast<size_t>(label)];
    if (count[static_cast<size_t>(label)] > 0 && at < 0) at = axes.total++;
  }
  return axes;
}

/// An operand with one dim per axis, of size 1 where it has no such subscript.
Tensor align(const Tensor& operand, const std::vector<int>& labels, const Axes& axes) {
  Tensor t = operand;
  std::vector<int64_t> where;  // axis of each dim of t
  const int64_t own = operand.dim() - static_cast<int64_t>(labels.size()) +
                      static_cast<int64_t>(std::count(labels.begin(), labels.end(), kEllipsis));
  for (int label : labels) {
    if (label == kEllipsis) {
      for (int64_t i = 0; i < own; ++i)
        where.push_back(axes.ellipsis_at + axes.ellipsis_dims - own + i);
      continue;
    }
    const int64_t axis = axes.at[static_cast<size_t>(label)];
    const auto seen = std::find(where.begin(), where.end(), axis);
    if (seen == where.end()) {
      where.push_back(axis);
      continue;
    }
    // The diagonal of the two dims becomes the last one; where they were, nothing is left.
    const int64_t first = seen - where.begin(), second = static_cast<int64_t>(where.size());
    HEARTH_CHECK_AS(ShapeError, t.size(first) == t.size(second), "[einsum] subscript ",
                    std::string(1, name_of(label)),
                    " is repeated for an operand but the sizes "
                    "don't match, ",
                    t.size(second), " != ", t.size(first));
    t = t.diagonal(0, first, second).movedim(-1, first);
  }
  DimVector order(static_cast<size_t>(axes.total), -1);
  for (size_t d = 0; d < where.size(); ++d)
    order[static_cast<size_t>(where[d])] = static_cast<int64_t>(d);
  for (int64_t& from : order) {
    if (from >= 0) continue;
    from = t.dim();
    t = t.unsqueeze(-1);
  }
  return t.permute(order);
}

/// Sizes of the listed dims, and their product.
DimVector sizes_of(const Tensor& t, const DimVector& dims, int64_t* product) {
  DimVector sizes;
  *product = 1;
  for (int64_t d : dims) {
    sizes.push_back(t.size(d));
    *product *= sizes.back();
  }
  return sizes;
}

DimVector joined(const DimVector& a, const DimVector& b, const DimVector& c = {}) {
  DimVector all = a;
  for (int64_t v : b) all.push_back(v);
  for (int64_t v : c) all.push_back(v);
  return all;
}

/// The product of two aligned tensors, summed over the dims that `summed` lists (kept as size 1).
Tensor multiply(Tensor a, Tensor b, const std::vector<bool>& summed) {
  DimVector batch, left, right, inner;
  for (int64_t d = 0; d < a.dim(); ++d) {
    const bool in_a = a.size(d) != 1, in_b = b.size(d) != 1;
    const bool sum = summed[static_cast<size_t>(d)];
    if (in_a && in_b) {
      HEARTH_CHECK_AS(ShapeError, a.size(d) == b.size(d), "[einsum] a subscript has size ",
                      b.size(d), " which does not broadcast with previously seen size ", a.size(d));
      (sum ? inner : batch).push_back(d);
    } else if (sum && in_a) {
      a = a.sum(d, /*keepdim=*/true);
      left.push_back(d);
    } else if (sum && in_b) {
      b = b.sum(d, /*keepdim=*/true);
      right.push_back(d);
    } else {
      (in_b ? right : left).push_back(d);
    }
  }
  if (inner.empty()) return a * b;
  int64_t nb, nl, nr, ni;
  DimVector sizes = sizes_of(a, batch, &nb);
  for (int64_t n : sizes_of(a, left, &nl)) sizes.push_back(n);
  sizes_of(a, inner, &ni);
  for (size_t i = 0; i < inner.size(); ++i) sizes.push_back(1);
  for (int64_t n : sizes_of(b, right, &nr)) sizes.push_back(n);
  a = a.permute(joined(joined(batch, left), inner, right)).reshape({nb, nl, ni});
  b = b.permute(joined(joined(batch, inner), right, left)).reshape({nb, ni, nr});
  const Tensor product = matmul(a, b).reshape(sizes);
  const DimVector order = joined(joined(batch, left), inner, right);
  DimVector back(order.size(), 0);
  for (size_t i = 0; i < order.size(); ++i)
    back[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return product.permute(back);
}

}  // namespace

Tensor einsum(std::string_view equation, TensorList tensors, OptionalIntArrayRef path) {
  HEARTH_CHECK_AS(ValueError, !tensors.empty(), "[einsum] must provide at least one operand");
  const Equation e = parse(equation);
  HEARTH_CHECK_AS(ValueError, e.operands.size() <= tensors.size(),
                  "[einsum] fewer operands were provided than specified in the equation");
  HEARTH_CHECK_AS(ValueError, e.operands.size() >= tensors.size(),
                  "[einsum] more operands were provided than specified in the equation");
  int64_t ellipsis_dims = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto& labels = e.operands[i];
    HEARTH_CHECK(tensors[i].defined(), "[einsum] operand ", i, " is undefined");
    const bool ellipsis = std::count(labels.begin(), labels.end(), kEllipsis) > 0;
    const int64_t named = static_cast<int64_t>(labels.size()) - (ellipsis ? 1 : 0);
    HEARTH_CHECK_AS(ShapeError, ellipsis || named == tensors[i].dim(),
                    "[einsum] the number of subscripts in the equation (", named,
                    ") does not match the number of dimensions (", tensors[i].dim(),
                    ") for operand ", i, " and no ellipsis was given");
    HEARTH_CHECK_AS(ShapeError, named <= tensors[i].dim(),
                    "[einsum] the number of subscripts in the equation (", named,
                    ") is more than the number of dimensions (", tensors[i].dim(), ") for operand ",
                    i);
    if (ellipsis) ellipsis_dims = std::max(ellipsis_dims, tensors[i].dim() - named);
  }
  const Axes axes = order_axes(e, ellipsis_dims);
  std::vector<Tensor> left;
  for (size_t i = 0; i < tensors.size(); ++i)
    left.push_back(align(tensors[i], e.operands[i], axes));
  const AutocastAsOne cast({std::nullopt, Cast::Lower}, left);
  // An axis may be summed once no other operand has it.
  const auto take = [&](int64_t i) {
    HEARTH_CHECK_AS(ValueError, i >= 0 && static_cast<size_t>(i) < left.size(),
                    "[einsum] path position ", i, " is not among the ", left.size(),
                    " operands that are left");
    Tensor t = left[static_cast<size_t>(i)];
    left.erase(left.begin() + i);
    return t;
  };
  HEARTH_CHECK_AS(ValueError, !path || path->size() == 2 * (tensors.size() - 1),
                  "[einsum] expected a path of ", 2 * (tensors.size() - 1), " positions");
  for (size_t step = 0; left.size() > 1; ++step) {
    const int64_t i = path ? (*path)[2 * step] : 0, j = path ? (*path)[2 * step + 1] : 1;
    HEARTH_CHECK_AS(ValueError, i != j, "[einsum] path pairs operand ", i, " with itself");
    const Tensor second = take(std::max(i, j)), first = take(std::min(i, j));
    std::vector<bool> summed(static_cast<size_t>(axes.total), false);
    for (int64_t d = axes.kept; d < axes.total; ++d)
      summed[static_cast<size_t>(d)] =
          std::all_of(left.begin(), left.end(), [&](const Tensor& t) { return t.size(d) == 1; });
    const Tensor product = multiply(first, second, summed);
    if (path) {
      left.push_back(product);
    } else {
      left.insert(left.begin(), product);
    }
  }
  Tensor result = left[0];
  DimVector rest;
  for (int64_t d = axes.kept; d < axes.total; ++d) rest.push_back(d);
  if (rest.empty()) return result;
  return tensors.size() == 1 ? result.sum(rest) : result.squeeze(rest);
}

Tensor tensordot(const Tensor& self, const Tensor& other, IntArrayRef dims_self,
                 IntArrayRef dims_other) {
  HEARTH_CHECK_AS(ValueError, dims_self.size() == dims_other.size(),
                  "[tensordot] both dimension lists should have same length, got ", dims_self,
                  " and ", dims_other);
  Tensor a = self, b = other;
  const AutocastAsOne cast({std::nullopt, Cast::Widest}, {&a, &b});
  DimVector inner_a, inner_b;
  for (size_t i = 0; i < dims_self.size(); ++i) {
    const int64_t da = wrap_dim(dims_self[i], a.dim(), "tensordot");
    const int64_t db = wrap_dim(dims_other[i], b.dim(), "tensordot");
    for (size_t k = 0; k < i; ++k)
      HEARTH_CHECK_AS(ValueError, inner_a[k] != da && inner_b[k] != db,
                      "[tensordot] a dim appears multiple times in ", dims_self, " or ",
                      dims_other);
    const int64_t na = a.size(da), nb = b.size(db);
    HEARTH_CHECK_AS(ShapeError, na == nb || na == 1 || nb == 1,
                    "[tensordot] contracted dimensions need to match, but first has size ", na,
                    " in dim ", da, " and second has size ", nb, " in dim ", db);
    if (na == 1 && nb != 1) b = b.sum(db, /*keepdim=*/true);
    if (nb == 1 && na != 1) a = a.sum(da, /*keepdim=*/true);
    inner_a.push_back(da);
    inner_b.push_back(db);
  }
  const auto others = [](const Tensor& t, const DimVector& dims) {
    DimVector rest;
    for (int64_t d = 0; d < t.dim(); ++d)
      if (std::find(dims.begin(), dims.end(), d) == dims.end()) rest.push_back(d);
    return rest;
  };
  const DimVector free_a = others(a, inner_a), free_b = others(b, inner_b);
  int64_t m, n, k;
  const DimVector left = sizes_of(a, free_a, &m), right = sizes_of(b, free_b, &n);
  sizes_of(a, inner_a, &k);
  return matmul(a.permute(joined(free_a, inner_a)).reshape({m, k}),
                b.permute(joined(inner_b, free_b)).reshape({k, n}))
      .reshape(joined(left, right));
}

}  // namespace hearth
