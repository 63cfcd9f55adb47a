#include "node/server/hide_memory.h"

#include <google/protobuf/stubs/logging.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace fairway::server {

void HideMemory() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
  google::protobuf::SetLogHandler(nullptr);
}

}  // namespace fairway::server
