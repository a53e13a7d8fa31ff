// SPDX-License-Identifier: Apache-2.0
#include "dispatch/interceptor.h"

namespace hearth {

thread_local constinit InterceptorStack interceptor_stack_storage;

Interceptor::Scope::Scope(Interceptor& interceptor) : interceptor_(interceptor) {
  InterceptorStack& stack = interceptor_stack();
  interceptor.below_ = stack.top;
  interceptor.number_ = ++stack.scopes;
  stack.top = &interceptor;
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
