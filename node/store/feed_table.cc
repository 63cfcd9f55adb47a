#include "node/store/feed_table.h"
