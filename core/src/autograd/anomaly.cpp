// SPDX-License-Identifier: Apache-2.0
#include "autograd/anomaly.h"

#include <cstdlib>

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include "hearth/base/warning.h"

#include "autograd/extras.h"
#include "base/thread_state.h"
#include "tensor/host_read.h"

namespace hearth::autograd {

namespace {

thread_local const Node* running = nullptr;

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

}  // namespace

RunningNode::RunningNode(const Node& node) : previous_(running) { running = &node; }
RunningNode::~RunningNode() { running = previous_; }
void RunningNode::warn_of_error() const {
  if (previous_) return;  // a part of that one's derivative, and it warns
  const std::string name(running->name());
  if (!running->extras || running->extras->forward_calls.empty()) {
    HEARTH_WARN("Error detected in ", name,
                ". No forward pass information available. Enable detect anomaly during forward "
                "pass for more information.");
    return;
  }
  const std::vector<ForwardCall>& calls = running->extras->forward_calls;
  HEARTH_WARN("Error detected in ", name,
              ". Traceback of forward call that caused the error (addr2line -Cfe MODULE OFFSET "
              "names a line):\n",
              calls[0].site);
  for (size_t i = 1; i < calls.size(); ++i)
    HEARTH_WARN("Previous calculation was induced by ", calls[i].function,
                ". Traceback of forward call that induced the previous calculation:\n",
                calls[i].site);
}

void note_forward_call(Node& node) {
  std::vector<ForwardCall>& calls = ensure_extras(node).forward_calls;
  calls = {{std::string(node.name()), current_site()}};
  if (running && running->extras)
    calls.insert(calls.end(), running->extras->forward_calls.begin(),
                 running->extras->forward_calls.end());
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
    throw AutogradError(cat_str("[backward] Function '", node.name(),
                                "' returned nan values in its ", i, "th output."));
  }
}

}  // namespace hearth::autograd
