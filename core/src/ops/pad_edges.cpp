// SPDX-License-Identifier: Apache-2.0
// Padding with what stands at the edges, put together from slices.
#include "hearth/ops/pad.h"
#include "hearth/ops/view.h"

namespace hearth {

namespace {

enum class Edge { Reflect, Replicate, Circular };

/// Pads the last pad.size() / 2 dims, one after the other.
Tensor pad_edges(std::string_view op, Edge edge, const Tensor& self, IntArrayRef pad) {
  const auto spatial = static_cast<int64_t>(pad.size() / 2);
  HEARTH_CHECK_AS(ShapeError,
                  pad.size() % 2 == 0 && spatial >= 1 && spatial <= 3 &&
                      (self.dim() == spatial + 1 || self.dim() == spatial + 2),
                  "[", op,
                  "] Only 2D, 3D, 4D, 5D padding with non-constant padding are supported: "
                  "expected an input of ",
                  spatial + 1, " or ", spatial + 2, " dims for a pad of length ", pad.size(),
                  ", got sizes ", self.sizes());
  Tensor x = self;
  for (int64_t i = 0; i < spatial; ++i) {
    const int64_t dim = self.dim() - 1 - i, n = x.size(dim);
    const int64_t before = pad[static_cast<size_t>(2 * i)];
    const int64_t after = pad[static_cast<size_t>(2 * i + 1)];
    HEARTH_CHECK_AS(ShapeError, n > 0, "[", op,
                    "] expected non-zero size for the padded dims, got sizes ", self.sizes());
    const int64_t most = edge == Edge::Reflect ? n - 1 : edge == Edge::Circular ? n : INT64_MAX;
    HEARTH_CHECK_AS(ShapeError, before <= most && after <= most, "[", op,
                    "] Padding size should be ",
                    edge == Edge::Reflect ? "less than the corresponding input dimension"
                                          : "at most the corresponding input dimension",
                    ", but got: padding (", before, ", ", after, ") at dimension ", dim,
                    " of input ", self.sizes());
    HEARTH_CHECK_AS(ShapeError, before >= -n && after >= -n && n + before + after >= 1, "[", op,
                    "] input of sizes ", self.sizes(), " is too small: padding (", before, ", ",
                    after, ") at dimension ", dim, " leaves no output");
    const int64_t first = before < 0 ? -before : 0, last = n + (after < 0 ? after : 0);
    std::vector<Tensor> parts;
    std::vector<int64_t> edge_sizes = x.sizes().vec();
    const auto border = [&](bool front, int64_t count) {
      if (count <= 0) return;
      if (edge == Edge::Circular) {
        parts.push_back(x.narrow(dim, front ? n - count : 0, count));
      } else if (edge == Edge::Reflect) {
        parts.push_back(x.narrow(dim, front ? 1 : n - 1 - count, count).flip(dim));
      } else {
        edge_sizes[static_cast<size_t>(dim)] = count;
        parts.push_back(x.narrow(dim, front ? 0 : n - 1, 1).expand(edge_sizes));
      }
    };
    border(true, before);
    parts.push_back(x.narrow(dim, first, last - first));
    border(false, after);
    x = parts.size() == 1 ? parts[0] : cat(parts, dim);
  }
  return x;
}

Tensor pad_edges(std::string_view op, Edge edge, const Tensor& self, IntArrayRef pad,
                 size_t spatial) {
  HEARTH_CHECK_AS(ShapeError, pad.size() == 2 * spatial, "[", op,
                  "] padding size is expected to be ", 2 * spatial, ", but got: ", pad.size());
  return pad_edges(op, edge, self, pad);
}

}  // namespace

Tensor pad(const Tensor& self, IntArrayRef pad, std::string_view mode,
           std::optional<double> value) {
  if (mode == "constant") return constant_pad_nd(self, pad, value.value_or(0));
  HEARTH_CHECK_AS(ValueError, !value || *value == 0, "[pad] Padding mode \"", mode,
                  "\" doesn't take in value argument");
  if (mode == "reflect") return pad_edges("pad", Edge::Reflect, self, pad);
  if (mode == "replicate") return pad_edges("pad", Edge::Replicate, self, pad);
  HEARTH_CHECK_AS(ValueError, mode == "circular", "[pad] Unrecognised padding mode ", mode,
                  "; expected constant, reflect, replicate or circular");
  return pad_edges("pad", Edge::Circular, self, pad);
}

Tensor reflection_pad1d(const Tensor& self, IntArrayRef padding) {
  return pad_edges("reflection_pad1d", Edge::Reflect, self, padding, 1);
}
Tensor reflection_pad2d(const Tensor& self, IntArrayRef padding) {
  return pad_edges("reflection_pad2d", Edge::Reflect, self, padding, 2);
}
Tensor replication_pad1d(const Tensor& self, IntArrayRef padding) {
  return pad_edges("replication_pad1d", Edge::Replicate, self, padding, 1);
}
Tensor replication_pad2d(const Tensor& self, IntArrayRef padding) {
  return pad_edges("replication_pad2d", Edge::Replicate, self, padding, 2);
}

}  // namespace hearth
