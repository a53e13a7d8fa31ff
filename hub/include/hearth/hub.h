// SPDX-License-Identifier: Apache-2.0
// All of the library hub.
#pragma once

#include "hearth/hub/archive.h"
#include "hearth/hub/checksum.h"
#include "hearth/hub/download.h"
#include "hearth/hub/environment.h"
#include "hearth/hub/hub.h"
#include "hearth/hub/model_files.h"
