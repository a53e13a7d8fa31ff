// SPDX-License-Identifier: Apache-2.0
#include "cpu/dnnl/plan.h"

#include <cstring>
#include <unordered_map>

#include <dnnl_debug.h>

#include "hearth/base/error.h"

#include "base/per_thread.h"
#include "cpu/scratch.h"

namespace hearth::cpu::onednn {

namespace {

constexpr size_t kMaxPlans = 1024;

struct KeyHash {
  size_t operator()(const Key& key) const { return key.hash(); }
};

struct Entry {
  std::unique_ptr<Plan> plan;
  uint64_t last_use;
};

// Per thread: memory objects carry the pointers of the call in progress.
struct Cache {
  std::unordered_map<Key, Entry, KeyHash> plans;
  uint64_t clock = 0;
  dnnl::stream stream{engine()};
};

Cache& cache() {
  static PerThread<Cache> caches;
  return caches.get();
}

dnnl_stream_t stream() { return cache().stream.get(); }

[[noreturn]] void fail(dnnl_status_t status, const char* what) {
  const std::string text = cat_str("[oneDNN] ", what, ": ", dnnl_status2str(status));
  if (status == dnnl_out_of_memory) throw OutOfMemory(text);
  throw Error(text);
}

void check(dnnl_status_t status, const char* what) {
  if (status != dnnl_success) fail(status, what);
}

void set_handle(const dnnl::memory& memory, void* data) {
  check(dnnl_memory_set_data_handle(memory.get(), data), "setting a memory's address");
}

}  // namespace

const dnnl::engine& engine() {
  // Never destroyed: threads may still hold plans while the process ends.
  static const auto* e = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *e;
}

size_t Plan::reserve(size_t bytes) {
  const size_t at = scratch_bytes_;
  scratch_bytes_ += (bytes + 63) / 64 * 64;
  return at;
}

void Plan::add_input(int arg, const dnnl::memory::desc& user, const dnnl::memory::desc& inner) {
  Operand o{arg, false, dnnl::memory(user, engine(), nullptr), {}, {}, 0};
  if (user != inner) {
    o.inner = dnnl::memory(inner, engine(), nullptr);
    o.reorder = dnnl::reorder(dnnl::reorder::primitive_desc(engine(), user, engine(), inner));
    o.offset = reserve(inner.get_size());
  }
  operands_.push_back(std::move(o));
}

void Plan::add_output(int arg, const dnnl::memory::desc& user, const dnnl::memory::desc& inner) {
  Operand o{arg, true, dnnl::memory(user, engine(), nullptr), {}, {}, 0};
  if (user != inner) {
    o.inner = dnnl::memory(inner, engine(), nullptr);
    o.reorder = dnnl::reorder(dnnl::reorder::primitive_desc(engine(), inner, engine(), user));
    o.offset = reserve(inner.get_size());
  }
  operands_.push_back(std::move(o));
}

void Plan::set_primitive(dnnl::primitive primitive, const dnnl::memory::desc& scratchpad) {
  primitive_ = std::move(primitive);
  if (scratchpad.get_size() == 0) return;
  scratchpad_ = dnnl::memory(scratchpad, engine(), nullptr);
  scratchpad_offset_ = reserve(scratchpad.get_size());
}

void Plan::reorder(const Operand& operand, const dnnl::memory& from, const dnnl::memory& to) {
  const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from.get()}, {DNNL_ARG_TO, to.get()}};
  check(dnnl_primitive_execute(operand.reorder.get(), stream(), 2, args), "reordering");
}

void Plan::run(void* const* pointers) {
  Scratch<char> scratch(scratch_bytes_);
  constexpr int kMaxArgs = 8;
  dnnl_exec_arg_t args[kMaxArgs];
  int n = 0;
  for (size_t i = 0; i < operands_.size(); i++) {
    const Operand& o = operands_[i];
    set_handle(o.user, pointers[i]);
    if (o.reorder) set_handle(o.inner, scratch.data() + o.offset);
    if (o.reorder && !o.output) reorder(o, o.user, o.inner);
    args[n++] = {o.arg, o.reorder ? o.inner.get() : o.user.get()};
  }
  if (scratchpad_) {
    set_handle(scratchpad_, scratch.data() + scratchpad_offset_);
    args[n++] = {DNNL_ARG_SCRATCHPAD, scratchpad_.get()};
  }
  check(dnnl_primitive_execute(primitive_.get(), stream(), n, args), "running a primitive");
  for (const Operand& o : operands_) {
    if (o.reorder && o.output) reorder(o, o.inner, o.user);
  }
}

void Key::add_double(double value) {
  int64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  add(bits);
}

bool Key::operator==(const Key& o) const {
  return size_ == o.size_ && std::memcmp(words_, o.words_, size_ * sizeof(int64_t)) == 0;
}

size_t Key::hash() const {
  uint64_t h = static_cast<uint64_t>(size_);
  for (int i = 0; i < size_; i++) {
    h = (h ^ static_cast<uint64_t>(words_[i])) * 0x9e3779b97f4a7c15u;
    h ^= h >> 32;
  }
  return h;
}

Plan* find_plan(const Key& key, MakePlan make, const void* args) {
  Cache& own = cache();
  auto& plans = own.plans;
  auto found = plans.find(key);
  if (found == plans.end()) {
    if (plans.size() >= kMaxPlans) {
      auto oldest = plans.begin();
      for (auto it = plans.begin(); it != plans.end(); ++it) {
        if (it->second.last_use < oldest->second.last_use) oldest = it;
      }
      plans.erase(oldest);
    }
    std::unique_ptr<Plan> plan;
    try {
      plan = make(args);
    } catch (const dnnl::error& e) {
      if (e.status != dnnl_unimplemented) fail(e.status, e.message);
    }
    found = plans.emplace(key, Entry{std::move(plan), 0}).first;
  }
  found->second.last_use = ++own.clock;
  return found->second.plan.get();
}

}  // namespace hearth::cpu::onednn
