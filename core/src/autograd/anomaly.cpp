// SPDX-License-Identifier: Apache-2.0
#include "autograd/anomaly.h"

#include <cstdlib>

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include "autograd/extras.h"
#include "base/thread_state.h"
#include "tensor/host_read.h"

namespace hearth::autograd {

std::string current_site() {
  constexpr int kFrames = 48;
  void* frames[kFrames];
  const int n = backtrace(frames, kFrames);
  std::string site;
  for (int i = 1; i < n; ++i) {
    Dl_info info;
    if (!dladdr(frames[i], &info)) continue;
    int status = 0;
    char* name =
        info.dli_sname ? abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status) : nullptr;
    const char* text = name ? name : info.dli_sname;
    site += cat_str(
        "    ", text ? text : "?", " in ", info.dli_fname ? info.dli_fname : "?", "+",
        static_cast<uint64_t>(static_cast<char*>(frames[i]) - static_cast<char*>(info.dli_fbase)),
        "\n");
    std::free(name);
  }
  return site;
}

void check_anomaly(const Node& node, const GradList& grads) {
  if (!thread_state().anomaly_check_nan) return;
  check_host_read("detect_anomaly");
  ThreadState state = thread_state();
  state.anomaly = state.grad_enabled = false;
  ThreadStateGuard guard(state);
  for (size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined()) continue;
    const Tensor g = grads[i].layout() == kStrided ? grads[i] : grads[i]._values();
    if (!g.isnan().any().item<bool>()) continue;
    std::string message = cat_str("[backward] Function '", node.name(),
                                  "' returned nan values in its ", i, "th output.");
    if (node.extras && !node.extras->forward_site.empty())
      message += "\nThe forward call was made here (addr2line -Cfe MODULE OFFSET names a line):\n" +
                 node.extras->forward_site;
    throw AutogradError(std::move(message));
  }
}

}  // namespace hearth::autograd
