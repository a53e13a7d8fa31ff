// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/functional/augment.h"

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/vision/io/image.h"

#include "transforms/pixels.h"

namespace hearth::vision::transforms::functional {

Tensor erase(const Tensor& image, int64_t i, int64_t j, int64_t h, int64_t w, const Tensor& v,
             bool inplace) {
  HEARTH_CHECK_AS(ShapeError, image.defined() && image.dim() >= 3,
                  "[erase] expected an image [..., C, H, W], got ",
                  image.defined() ? cat_str("shape ", image.sizes()) : std::string("none"));
  HEARTH_CHECK_AS(
      IndexError,
      i >= 0 && j >= 0 && h >= 0 && w >= 0 && i <= image.size(-2) - h && j <= image.size(-1) - w,
      "[erase] expected a part of an image of shape ", image.sizes(), ", got rows ", i, " + ", h,
      " and columns ", j, " + ", w);
  Tensor out = inplace ? image : image.clone();
  out.narrow(-2, i, h).narrow(-1, j, w).copy_(v);
  return out;
}

Tensor jpeg(const Tensor& image, int64_t quality) {
  check_colors(image, "jpeg");
  HEARTH_CHECK_AS(DtypeError, is_bytes(image), "[jpeg] expected an image of uint8, got ",
                  image.scalar_type());
  if (image.numel() == 0) return image.clone();
  const Tensor flat = image.cpu().reshape({-1, image.size(-3), image.size(-2), image.size(-1)});
  std::vector<Tensor> all(static_cast<size_t>(flat.size(0)));
  parallel_for(0, flat.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      all[static_cast<size_t>(i)] = io::decode_jpeg(io::encode_jpeg(flat[i], quality));
  });
  if (image.dim() == 3) return all[0].to(image.device());
  return stack(all).view(image.sizes()).to(image.device());
}

Tensor uniform_temporal_subsample(const Tensor& video, int64_t num_samples) {
  HEARTH_CHECK_AS(ShapeError, video.defined() && video.dim() >= 4 && video.size(-4) > 0,
                  "[uniform_temporal_subsample] expected a video [..., T, C, H, W], got ",
                  video.defined() ? cat_str("shape ", video.sizes()) : std::string("none"));
  HEARTH_CHECK_AS(ValueError, num_samples >= 0,
                  "[uniform_temporal_subsample] expected a number of frames, got ", num_samples);
  const Tensor frames =
      linspace(0, static_cast<double>(video.size(-4) - 1), num_samples, kFloat).to(kLong);
  return video.index_select(-4, frames.to(video.device()));
}

}  // namespace hearth::vision::transforms::functional
