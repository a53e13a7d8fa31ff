// SPDX-License-Identifier: Apache-2.0
// A library of its own, initialized before libgomp: by default libgomp's threads spin for
// milliseconds at every barrier, which ruins a machine that runs anything else at the same time.
// libgomp reads its settings in its constructor, so they must stand in the environment before it.
// (Its link position decides; -z initfirst would run it before libc has an environment to change.)
#include <cstdlib>

__attribute__((constructor)) static void hearth_set_gomp_defaults() {
  if (!std::getenv("OMP_WAIT_POLICY")) setenv("GOMP_SPINCOUNT", "1000", /*overwrite=*/0);
}
