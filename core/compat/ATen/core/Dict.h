// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/autograd/ivalue.h"
#include "hearth/base/dict.h"
