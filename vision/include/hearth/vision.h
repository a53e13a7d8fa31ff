// SPDX-License-Identifier: Apache-2.0
// All of Hearth's vision library.
#pragma once

#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/classification/fit.h"
#include "hearth/vision/classification/picture_source.h"
#include "hearth/vision/classification/trainer.h"
#include "hearth/vision/from_pretrained.h"
#include "hearth/vision/io/image.h"
#include "hearth/vision/models/alexnet.h"
#include "hearth/vision/models/cnn.h"
#include "hearth/vision/models/image_classifier.h"
#include "hearth/vision/models/lenet.h"
#include "hearth/vision/models/mlp.h"
#include "hearth/vision/models/resnet.h"
#include "hearth/vision/models/vgg.h"
#include "hearth/vision/ops/layers.h"
#include "hearth/vision/transforms/container.h"
#include "hearth/vision/transforms/modes.h"
#include "hearth/vision/transforms/resize.h"
#include "hearth/vision/transforms/transform.h"
#include "hearth/vision/types.h"
#include "hearth/vision/utils.h"
