#ifndef FAIRWAY_NODE_SERVER_HIDE_MEMORY_H_
#define FAIRWAY_NODE_SERVER_HIDE_MEMORY_H_

namespace fairway::server {

// Keys and the content of items are in this process's memory: from now on it leaves no core file,
// no other process of the same user may look in (ptrace, /proc/PID/mem), and protobuf, which would
// write about messages it cannot read on stderr, is silent. To be called first of all.
void HideMemory();

}  // namespace fairway::server

#endif  // FAIRWAY_NODE_SERVER_HIDE_MEMORY_H_
