// SPDX-License-Identifier: Apache-2.0
#include "common/interrupt.h"

#include <atomic>

namespace {

std::atomic<bool> noted{false};

}  // namespace

InterruptGuard::InterruptGuard() {
  noted = false;
  struct sigaction action = {};
  action.sa_handler = [](int) { noted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &before_);
}

InterruptGuard::~InterruptGuard() { sigaction(SIGINT, &before_, nullptr); }

bool InterruptGuard::interrupted() const { return noted; }
