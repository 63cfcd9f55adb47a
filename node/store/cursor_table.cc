#include "node/store/cursor_table.h"
