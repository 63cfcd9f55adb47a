#include "node/store/peer_table.h"
