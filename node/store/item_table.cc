#include "node/store/item_table.h"
