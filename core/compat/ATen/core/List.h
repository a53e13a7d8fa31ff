// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/list.h"
