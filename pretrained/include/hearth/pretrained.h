// SPDX-License-Identifier: Apache-2.0
// All of Hearth's library of pretrained models.
#pragma once

#include "hearth/pretrained/audio.h"
#include "hearth/pretrained/registry.h"
#include "hearth/pretrained/text.h"
#include "hearth/pretrained/vision.h"
