// SPDX-License-Identifier: Apache-2.0
#include "dispatch/interceptor.h"

#include "tensor/host_read.h"

namespace hearth {

thread_local constinit InterceptorStack interceptor_stack_storage;

Interceptor::Scope::Scope(Interceptor& interceptor) : interceptor_(interceptor) {
  InterceptorStack& stack = interceptor_stack();
  Interceptor** place = &stack.top;
  if (interceptor.derives())
    for (Interceptor* i = stack.top; i; i = i->below_)
      if (i->converts()) place = &i->below_;
  interceptor.below_ = *place;
  interceptor.number_ = ++stack.scopes;
  *place = &interceptor;
}

Interceptor::Scope::~Scope() {
  InterceptorStack& stack = interceptor_stack();
  remove(stack.top, interceptor_);
  for (Popped* p = stack.popped; p; p = p->outer_) remove(p->top_, interceptor_);
}

void Interceptor::remove(Interceptor*& from, const Interceptor& interceptor) {
  for (Interceptor** at = &from; *at; at = &(*at)->below_) {
    if (*at != &interceptor) continue;
    *at = interceptor.below_;
    return;
  }
}

Interceptor::Popped::Popped(Interceptor* below) {
  InterceptorStack& stack = interceptor_stack();
  top_ = stack.top;
  outer_ = stack.popped;
  stack.top = below;
  stack.popped = this;
}

Interceptor::Popped::~Popped() {
  InterceptorStack& stack = interceptor_stack();
  stack.top = top_;
  stack.popped = outer_;
}

Interceptor::Restored::Restored() {
  InterceptorStack& stack = interceptor_stack();
  top_ = stack.top;
  popped_ = stack.popped;
  for (const Popped* p = popped_; p; p = p->outer_) stack.top = p->top_;
  stack.popped = nullptr;
}

Interceptor::Restored::~Restored() {
  InterceptorStack& stack = interceptor_stack();
  stack.top = top_;
  stack.popped = popped_;
}

bool will_replay_in_place() {
  const Interceptor* i = interceptor_stack().top;
  while (i && !i->replays_in_place()) i = i->below();
  return i != nullptr;
}

void check_host_read(std::string_view function, const SourceLocation& where) {
  const bool address = function == "data_ptr";
  const Interceptor* i = interceptor_stack().top;
  while (i && !(i->records() && !(address && i->replays_in_place()))) i = i->below();
  if (!i) return;
  throw Error(cat_str(
      "[", function, "] the host may not reach values while calls are recorded to run again: ",
      "what follows from a value now would be repeated, whatever the value is then.",
      where.file ? cat_str(" Called in ", where.function, " at ", where.file, ":", where.line, ".")
                 : "",
      " Compute with tensors instead (where, masked_fill, index_select), or read the value outside "
      "the recording."));
}

uint64_t InterceptedRange::begin(std::string_view name) {
  const InterceptorStack& stack = interceptor_stack();
  const uint64_t scopes = stack.scopes;
  for (Interceptor* i = stack.top; i; i = i->below_) i->begin_range(name);
  return scopes;
}

void InterceptedRange::end(uint64_t scopes) {
  for (Interceptor* i = interceptor_stack().top; i; i = i->below_)
    if (i->number_ <= scopes) i->end_range();
}

}  // namespace hearth
