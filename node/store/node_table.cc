#include "node/store/node_table.h"
