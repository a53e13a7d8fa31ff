// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/gradient.h"

#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "ops/dims.h"

namespace hearth {

namespace {

/// Whether each dim has the samples that edge_order asks for.
void check(const Tensor& self, IntArrayRef dims, size_t spacings, int64_t edge_order) {
  HEARTH_CHECK_AS(ValueError, edge_order == 1 || edge_order == 2,
                  "[gradient] torch.gradient only supports edge_order=1 and edge_order=2, got ",
                  edge_order);
  HEARTH_CHECK_AS(ShapeError, spacings == dims.size(), "[gradient] expected a spacing for each of ",
                  dims.size(), " dims, got ", spacings);
  ops::marked_dims(dims, self.dim(), "gradient");
  for (const int64_t d : dims)
    HEARTH_CHECK_AS(ShapeError, self.size(d) >= edge_order + 1,
                    "[gradient] expected each dimension size to be at least edge_order+1, but "
                    "dimension ",
                    d, " has size ", self.size(d));
}

/// Three neighbours with weights that may differ from place to place.
template <typename Weight>
Tensor weigh(const Tensor& f, int64_t dim, int64_t from, int64_t n, const Weight& a,
             const Weight& b, const Weight& c) {
  return f.narrow(dim, from, n) * a + f.narrow(dim, from + 1, n) * b +
         f.narrow(dim, from + 2, n) * c;
}

/// Along one dim, by the distances between neighbours.
Tensor differentiate(const Tensor& f, int64_t dim, const Tensor& distances, int64_t edge_order) {
  const int64_t n = f.size(dim);
  DimVector shape(static_cast<size_t>(f.dim()), 1);
  shape[static_cast<size_t>(wrap_dim(dim, f.dim(), "gradient"))] = -1;
  const auto between = [&](int64_t i, int64_t count) {
    return distances.narrow(0, i, count).reshape(shape);
  };
  const auto difference = [&](int64_t i) {
    return (f.narrow(dim, i + 1, 1) - f.narrow(dim, i, 1)) / between(i, 1);
  };
  std::vector<Tensor> parts;
  if (edge_order == 1) {
    parts.push_back(difference(0));
  } else {
    const Tensor h = between(0, 1), k = between(1, 1), sum = h + k;
    parts.push_back(weigh(f, dim, 0, 1, -(h + sum) / (h * sum), sum / (h * k), -h / (k * sum)));
  }
  if (n > 2) {
    const Tensor h = between(0, n - 2), k = between(1, n - 2), sum = h + k;
    parts.push_back(weigh(f, dim, 0, n - 2, -k / (h * sum), (k - h) / (h * k), h / (k * sum)));
  }
  if (edge_order == 1) {
    parts.push_back(difference(n - 2));
  } else {
    const Tensor h = between(n - 3, 1), k = between(n - 2, 1), sum = h + k;
    parts.push_back(weigh(f, dim, n - 3, 1, k / (h * sum), -sum / (h * k), (k + sum) / (k * sum)));
  }
  return cat(parts, dim);
}

/// Along one dim, of samples at the same distance.
Tensor differentiate(const Tensor& f, int64_t dim, const Scalar& h, int64_t edge_order) {
  const int64_t n = f.size(dim);
  const auto at = [&](int64_t i, int64_t count = 1) { return f.narrow(dim, i, count); };
  std::vector<Tensor> parts;
  if (edge_order == 1) {
    parts.push_back((at(1) - at(0)) / h);
  } else {
    parts.push_back(weigh(f, dim, 0, 1, -1.5, 2.0, -0.5) / h);
  }
  if (n > 2) parts.push_back((at(2, n - 2) - at(0, n - 2)) / 2 / h);
  if (edge_order == 1) {
    parts.push_back((at(n - 1) - at(n - 2)) / h);
  } else {
    parts.push_back(weigh(f, dim, n - 3, 1, 0.5, -2.0, 1.5) / h);
  }
  return cat(parts, dim);
}

std::vector<int64_t> dims_of(const Tensor& self, std::optional<int64_t> dim) {
  if (dim) return {*dim};
  std::vector<int64_t> all(static_cast<size_t>(self.dim()));
  for (size_t d = 0; d < all.size(); ++d) all[d] = static_cast<int64_t>(d);
  return all;
}

template <typename Spacing>
std::vector<Tensor> along(const Tensor& self, ArrayRef<Spacing> spacing, IntArrayRef dims,
                          int64_t edge_order) {
  check(self, dims, spacing.size(), edge_order);
  std::vector<Tensor> out;
  for (size_t i = 0; i < dims.size(); ++i)
    out.push_back(differentiate(self, dims[i], spacing[i], edge_order));
  return out;
}

}  // namespace

std::vector<Tensor> gradient(const Tensor& self, ArrayRef<Scalar> spacing, IntArrayRef dim,
                             int64_t edge_order) {
  return along(self, spacing, dim, edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, ArrayRef<Scalar> spacing,
                             std::optional<int64_t> dim, int64_t edge_order) {
  return gradient(self, spacing, dims_of(self, dim), edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, const Scalar& spacing, IntArrayRef dim,
                             int64_t edge_order) {
  const std::vector<Scalar> each(dim.size(), spacing);
  return gradient(self, ArrayRef<Scalar>(each), dim, edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, IntArrayRef dim, int64_t edge_order) {
  return gradient(self, Scalar(1), dim, edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, const std::optional<Scalar>& spacing,
                             std::optional<int64_t> dim, int64_t edge_order) {
  return gradient(self, spacing.value_or(Scalar(1)), dims_of(self, dim), edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, TensorList spacing, IntArrayRef dim,
                             int64_t edge_order) {
  std::vector<Tensor> distances;
  for (size_t i = 0; i < spacing.size(); ++i) {
    const Tensor& x = spacing[i];
    HEARTH_CHECK_AS(ShapeError, x.dim() == 1,
                    "[gradient] expected each element of spacing to have one dimension, but the "
                    "one for dim ",
                    i, " has ", x.dim());
    HEARTH_CHECK_AS(ShapeError, i >= dim.size() || x.size(0) == self.size(dim[i]),
                    "[gradient] expected as many coordinates as dimension ", dim[i],
                    " has samples, ", self.size(dim[i]), ", got ", x.size(0));
    distances.push_back(x.slice(0, 1) - x.slice(0, 0, x.size(0) - 1));
  }
  return along(self, ArrayRef<Tensor>(distances), dim, edge_order);
}
std::vector<Tensor> gradient(const Tensor& self, TensorList spacing, std::optional<int64_t> dim,
                             int64_t edge_order) {
  return gradient(self, spacing, dims_of(self, dim), edge_order);
}

}  // namespace hearth
