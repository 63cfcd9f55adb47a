#include "node/store/wal_keeper.h"
