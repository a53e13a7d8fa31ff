// SPDX-License-Identifier: Apache-2.0
// Pictures of any size as models want them.
#pragma once

#include <cstdint>
#include <string>

#include "hearth/tensor/tensor.h"
#include "hearth/vision/models/image_classifier.h"
#include "hearth/vision/transforms/modes.h"

namespace hearth::vision {

/// Whether a picture's brightness is turned around. Data sets such as MNIST are bright on dark.
/// Auto: when the shape is darker than what surrounds it.
enum class Invert : int8_t { Auto, Yes, No };

/// Whether the shape on a photograph is found and cut out for models of one channel, which learned
/// from shapes on black. Auto: when the picture is larger than the model's images and shows a shape
/// on something even, such as a digit on paper, however it is lit.
enum class Crop : int8_t { Auto, None };

/// How a data set frames its shapes: what part of the image the longer side of a shape has, and
/// whether the shape's center of mass is in the middle or that of its box.
struct Framing {
  double part = 1;
  bool by_mass = false;
};

/// The framing of a data set's name: 20 of 28 pixels by mass for "mnist", 24 of 28 for "emnist",
/// the whole image for others.
HEARTH_API Framing framing_of(const std::string& dataset);

struct FitOptions {
  Invert invert = Invert::Auto;
  Crop crop = Crop::Auto;
  Framing framing;

  FitOptions() = default;
  FitOptions(Invert i) : invert(i) {}
  FitOptions(Invert i, Crop c) : invert(i), crop(c) {}
};

/// What fit did to a picture.
struct Fitted {
  bool inverted = false;
  bool cropped = false;
};

/// A decoded picture [C, H, W] of any size as models of a shape want it, uint8. Models of one
/// channel get the brightness, inverted or not: the shape that was found, framed as its data set
/// does on black; or, as models of colors, the whole picture filled up to the model's proportions
/// with the shade of its border, then scaled. Transparent pixels show white paper; with one
/// channel, black or white, whichever the shape is not.
HEARTH_API Tensor fit(const Tensor& picture, const models::ImageShape& shape,
                      const FitOptions& options = {}, Fitted* done = nullptr);

/// A decoded picture [C, H, W], uint8, as photographs are given to most models: its shorter side
/// becomes resize_size pixels, and what the model takes is cut out of the middle (torchvision's
/// resize and center_crop). Transparent pixels show white.
HEARTH_API Tensor
center_fit(const Tensor& picture, const models::ImageShape& shape, int64_t resize_size,
           transforms::InterpolationMode interpolation = transforms::InterpolationMode::Bilinear);

/// The whole picture in the model's size, whatever its proportions. Transparent pixels show white.
HEARTH_API Tensor
stretch_fit(const Tensor& picture, const models::ImageShape& shape,
            transforms::InterpolationMode interpolation = transforms::InterpolationMode::Bilinear);

}  // namespace hearth::vision
