// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Marks a symbol as part of Hearth's public binary interface; everything else stays hidden.
#define HEARTH_API __attribute__((visibility("default")))
