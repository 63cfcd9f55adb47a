#include "node/store/stored_peer_directory.h"
