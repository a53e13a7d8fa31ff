// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "c10/util/C++17.h"
