// SPDX-License-Identifier: Apache-2.0
// All of Hearth's audio library.
#pragma once

#include "hearth/audio/functional/filterbanks.h"
