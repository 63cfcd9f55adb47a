#include "node/store/receipt_table.h"
