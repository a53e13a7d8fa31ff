// SPDX-License-Identifier: Apache-2.0
// All of Hearth's data sets.
#pragma once

#include "hearth/datasets/audio/audio_dataset.h"
#include "hearth/datasets/audio/labeled_clips.h"
#include "hearth/datasets/audio/manifest.h"
#include "hearth/datasets/audio/sounds.h"
#include "hearth/datasets/audio/speech.h"
#include "hearth/datasets/audio/speechcommands.h"
#include "hearth/datasets/cache.h"
#include "hearth/datasets/idx.h"
#include "hearth/datasets/mode.h"
#include "hearth/datasets/text/labeled_texts.h"
#include "hearth/datasets/text/tagged_sentences.h"
#include "hearth/datasets/vision/by_name.h"
#include "hearth/datasets/vision/digits.h"
#include "hearth/datasets/vision/image_folder.h"
#include "hearth/datasets/vision/labeled_images.h"
#include "hearth/datasets/vision/mnist.h"
