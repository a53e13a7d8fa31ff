// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/unique.h"
#include "hearth/vision/ops/boxes.h"

#include "ops/check_boxes.h"

namespace hearth::vision::ops {
namespace {

constexpr int64_t kMostAtOnce = 4000;  // coordinates, from where classes by themselves are faster

void check_scored(const Tensor& boxes, const Tensor& scores, const char* who) {
  check_boxes(boxes, who);
  HEARTH_CHECK_AS(ShapeError, boxes.dim() == 2, "[", who, "] expected boxes [N, 4], got shape ",
                  boxes.sizes());
  HEARTH_CHECK_AS(ShapeError,
                  scores.defined() && scores.dim() == 1 && scores.size(0) == boxes.size(0), "[",
                  who, "] expected a score for each of ", boxes.size(0), " boxes, got ",
                  scores.defined() ? cat_str("shape ", scores.sizes()) : std::string("none"));
  HEARTH_CHECK_AS(DtypeError, boxes.scalar_type() == kFloat || boxes.scalar_type() == kDouble, "[",
                  who, "] expected boxes of float or double, got ", boxes.scalar_type());
}

/// Boxes in the order of their scores, each coordinate by itself.
template <class T>
struct Sorted {
  std::vector<T> x1, y1, x2, y2, area;

  Sorted(const T* boxes, const int64_t* order, int64_t n) {
    for (std::vector<T>* v : {&x1, &y1, &x2, &y2, &area}) v->resize(static_cast<size_t>(n));
    for (size_t i = 0; i < x1.size(); ++i) {
      const T* box = boxes + 4 * order[i];
      x1[i] = box[0], y1[i] = box[1], x2[i] = box[2], y2[i] = box[3];
      area[i] = (x2[i] - x1[i]) * (y2[i] - y1[i]);
    }
  }

  T iou(size_t i, size_t j) const {
    const T w = std::max(T(0), std::min(x2[i], x2[j]) - std::max(x1[i], x1[j]));
    const T h = std::max(T(0), std::min(y2[i], y2[j]) - std::max(y1[i], y1[j]));
    return w * h / (area[i] + area[j] - w * h);
  }
};

template <class T>
std::vector<int64_t> kept(const Tensor& boxes, const Tensor& order, double iou_threshold) {
  const auto n = static_cast<size_t>(boxes.size(0));
  const auto* places = order.const_data_ptr<int64_t>();
  const Sorted<T> sorted(boxes.const_data_ptr<T>(), places, boxes.size(0));
  std::vector<char> gone(n);
  std::vector<int64_t> all;
  for (size_t i = 0; i < n; ++i) {
    if (gone[i]) continue;
    all.push_back(places[i]);
    for (size_t j = i + 1; j < n; ++j)
      if (!gone[j]) gone[j] = static_cast<double>(sorted.iou(i, j)) > iou_threshold;
  }
  return all;
}

Tensor class_by_class(const Tensor& boxes, const Tensor& scores, const Tensor& idxs,
                      double iou_threshold) {
  Tensor keeps = zeros({boxes.size(0)}, boxes.options().dtype(kBool));
  const Tensor classes = std::get<0>(unique(idxs.cpu().to(kLong)));
  for (int64_t i = 0; i < classes.numel(); ++i) {
    const Tensor own = nonzero(idxs == classes[i].item<int64_t>()).squeeze(-1);
    const Tensor kept = nms(boxes.index_select(0, own), scores.index_select(0, own), iou_threshold);
    keeps.index_fill_(0, own.index_select(0, kept), true);
  }
  const Tensor left = nonzero(keeps).squeeze(-1);
  return left.index_select(0, argsort(scores.index_select(0, left), true, 0, true));
}

}  // namespace

Tensor nms(const Tensor& boxes, const Tensor& scores, double iou_threshold) {
  check_scored(boxes, scores, "nms");
  const Tensor on_host = boxes.cpu().contiguous();
  const Tensor order = argsort(scores.cpu(), true, 0, true).contiguous();
  const std::vector<int64_t> all = boxes.scalar_type() == kFloat
                                       ? kept<float>(on_host, order, iou_threshold)
                                       : kept<double>(on_host, order, iou_threshold);
  Tensor out = empty({static_cast<int64_t>(all.size())}, kLong);
  std::copy(all.begin(), all.end(), out.data_ptr<int64_t>());
  return out.to(boxes.device());
}

Tensor batched_nms(const Tensor& boxes, const Tensor& scores, const Tensor& idxs,
                   double iou_threshold) {
  check_scored(boxes, scores, "batched_nms");
  HEARTH_CHECK_AS(ShapeError, idxs.defined() && idxs.sizes() == scores.sizes(),
                  "[batched_nms] expected a class for each of ", boxes.size(0), " boxes, got ",
                  idxs.defined() ? cat_str("shape ", idxs.sizes()) : std::string("none"));
  if (boxes.numel() == 0) return empty({0}, boxes.options().dtype(kLong));
  if (boxes.numel() > kMostAtOnce) return class_by_class(boxes, scores, idxs, iou_threshold);
  const Tensor offsets = idxs.to(boxes.scalar_type()) * (boxes.max() + 1);
  return nms(boxes + offsets.unsqueeze(-1), scores, iou_threshold);
}

}  // namespace hearth::vision::ops
