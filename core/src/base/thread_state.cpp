// SPDX-License-Identifier: Apache-2.0
#include "base/thread_state.h"

namespace hearth {

thread_local constinit ThreadState thread_state_storage;

}  // namespace hearth
