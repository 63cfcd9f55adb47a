#include "node/store/log_table.h"
